"""What can be found: apps above register, for each kind of subject, how its documents are built and which there are."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from search.types import Document

Build = Callable[[Sequence[int]], Mapping[int, Sequence[Document]]]


@dataclass(frozen=True)
class Source:
    """One kind of subject: builds the documents of rows by id (none for a row that is gone), and lists every id."""

    build: Build
    every: Callable[[], Iterable[int]]


_sources: dict[str, Source] = {}


def register(kind: str, build: Build, every: Callable[[], Iterable[int]]) -> None:
    """Let subjects "<kind>:<id>" be found."""
    _sources[kind] = Source(build, every)


def documents(subjects: Iterable[str]) -> dict[str, Sequence[Document]]:
    """Subject -> its documents as the rows are now; none for what is gone or of a kind that nobody registered."""
    wanted: dict[str, list[int]] = {}
    found: dict[str, Sequence[Document]] = {}
    for subject in dict.fromkeys(subjects):
        kind, _, number = subject.partition(":")
        found[subject] = ()
        if kind in _sources and number.isdigit():
            wanted.setdefault(kind, []).append(int(number))
    for kind, ids in wanted.items():
        built = _sources[kind].build(ids)
        found |= {f"{kind}:{one}": built.get(one, ()) for one in ids}
    return found


def subjects() -> Iterator[str]:
    """Every subject there is."""
    for kind, source in _sources.items():
        yield from (f"{kind}:{one}" for one in source.every())
