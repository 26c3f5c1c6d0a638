"""What search knows: documents, queries, results. It never learns of a model."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Document:
    """One findable thing."""

    id: int
    title: str
    summary: str
    url: str
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Query:
    """The words of a search and the page asked for."""

    text: str = ""
    offset: int = 0
    limit: int = 24


@dataclass(frozen=True)
class Results:
    """How many there are in all, and the ids of this page in order."""

    total: int
    ids: list[int] = field(default_factory=list)
