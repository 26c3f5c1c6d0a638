"""Index a whole history in steps, so that no transaction lasts long and a killed worker goes on where it was."""

from collections.abc import Callable

from designs.actions.receive_push import receive_push
from designs.contents import Content
from designs.models import Project
from storage.git import history
from storage.git.transfer import Progress
from storage.lfs import pointer

STEP = 100


def index_history(project: Project, tick: Callable[[Progress], None], *, but_last: bool = False) -> int:
    """Index every branch, the default one last so that its page is whole at once. Returns the number of commits.

    Nobody is told of each old commit. `but_last` leaves the last step of each branch to a push that tells of it.
    `tick` hears of commits done, of how many, and may raise to stop.
    """
    repo = project.repo
    branches = sorted(repo.branches(), key=lambda ref: ref.name == project.default_branch)
    seen = set(project.revisions.values_list("commit", flat=True))
    waiting = {}
    for ref in branches:
        commits = [commit.id for commit in repo.between([], ref.commit)]
        waiting[ref.name] = [commit for commit in commits if commit not in seen]
        seen.update(commits)
    total, done = sum(map(len, waiting.values())), 0
    for ref in branches:
        old = None
        for new in [*waiting[ref.name][STEP - 1 : -1 : STEP], *([] if but_last else [ref.commit])]:
            tick(Progress(done, total, 0))
            known = _contents(project, old, new)
            receive_push(project, ref.name, old, new, by=None, known=known, is_news=False)
            done = min(done + STEP, total)
            old = new
    return total


def _contents(project: Project, old: str | None, new: str) -> dict[str, Content]:
    """SHA-256 and size of every content that is not known yet; short ones, which may be pointers, are left out."""
    oids = history.new_blobs(project.repo.path, old, new, least=pointer.MAX_BYTES)
    known = set(project.files.filter(oid__in=oids).values_list("oid", flat=True)) if oids else set()
    read = history.hashes(project.repo.path, [oid for oid in oids if oid not in known])
    return {oid: Content(sha256, size) for oid, (sha256, size) in read.items()}
