"""What git could not do."""


class GitError(Exception):
    """git failed; `str()` is what it said."""


class UnknownRevisionError(GitError):
    """No branch, tag or commit of this name."""


class MissingPathError(GitError):
    """No such path in this commit; `str()` is the path."""


class ConflictError(GitError):
    """The edit does not fit what is there now; `str()` is a sentence."""


class NothingToCommitError(GitError):
    """The edits change nothing."""


class BusyError(GitError):
    """Every git slot is taken."""
