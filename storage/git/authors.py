"""Who made a history."""

from collections import Counter
from pathlib import Path

from storage.git.process import run

_FORMAT = "--format=%an%x00%ae%x00%(trailers:key=Co-authored-by,valueonly,separator=%x02)%x01"


def authors(repo: Path, commit: str) -> list[str]:
    """The names of all authors and co-authors up to a commit: whoever made most commits first, then whoever came first.

    Raises GitError.
    """
    names: dict[str, str] = {}
    made: Counter[str] = Counter()
    for record in run(repo, ["log", "--reverse", _FORMAT, commit, "--"]).decode("utf-8", "replace").split("\x01"):
        name, _, rest = record.strip("\n").partition("\0")
        address, _, others = rest.partition("\0")
        for one, where in [(name, address), *(_split(other) for other in others.split("\x02"))]:
            if one.strip():
                key = where.strip().lower() or one.casefold()
                names.setdefault(key, " ".join(one.split()))
                made[key] += 1
    return list(dict.fromkeys(names[key] for key, _ in made.most_common()))


def _split(trailer: str) -> tuple[str, str]:
    """`Name <address>` in two."""
    name, _, address = trailer.partition("<")
    return name, address.rstrip("> ")
