"""What search knows: documents, queries, results, and what an engine must do. It never learns of a model."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

FACETS = (
    "kind", "reader", "owner", "material", "process", "licence", "licence_family", "format", "source", "verdict",
    "tag", "language", "category", "released", "bom", "makes", "place",
)  # fmt: skip
"""Fields of words. Engines know these and no others."""
NUMBERS = ("small", "middle", "large", "wall", "mass", "created")
"""Fields of numbers: the sorted sides of the box and the thinnest wall in mm, g, seconds since 1970."""
SORTS = ("relevance", "newest", "made", "liked")
WINDOW = 10_000
"""No page ends deeper than this; below it, narrow `created`."""
MOST_VALUES = 50
"""Values of a facet in a result, the most frequent first."""
ID_BITS = 30


class SearchAwayError(Exception):
    """The engine does not answer. Its index, and the rows that wait for it, are safe."""


@dataclass(frozen=True)
class Document:
    """One findable thing. `facets` hold FACETS, `numbers` hold NUMBERS; what is absent matches no condition on it.

    `id` is below 2^30. `subject` names the thing whose change replaces the document, such as "project:5"; a subject may
    have many. `family` is shared by what was made from one another. `vector` is a descriptor of shape, or empty.
    """

    id: int
    subject: str
    title: str
    summary: str = ""
    body: str = ""
    facets: Mapping[str, Sequence[str]] = field(default_factory=dict)
    numbers: Mapping[str, float] = field(default_factory=dict)
    created: int = 0
    likes: int = 0
    makes: int = 0
    family: int = 0
    vector: Sequence[float] = ()


@dataclass(frozen=True)
class Form:
    """One way to say a thing: all of its tokens are in the document, each as it is or by any of its stems.

    `in_a_row` asks for the tokens as they are, one after the other in one text. Of a single token, `prefix` finds
    titles with a word that begins so too, and `edits` finds words of titles and summaries so many typing errors away.
    """

    tokens: tuple[str, ...]
    weight: float = 1.0
    in_a_row: bool = False
    prefix: bool = False
    edits: int = 0


@dataclass(frozen=True)
class Clause:
    """What must be in a document in one of its forms, or in none where `negated`."""

    forms: tuple[Form, ...]
    negated: bool = False


Facets = Mapping[str, Sequence[str]]
Ranges = Mapping[str, tuple[float | None, float | None]]


@dataclass(frozen=True)
class Choice:
    """One of several sets of conditions, such as one machine among many."""

    facets: Facets = field(default_factory=dict)
    ranges: Ranges = field(default_factory=dict)


@dataclass(frozen=True)
class Query:
    """Every clause and every facet must be met; a facet by any of its values, `any_of` by any of its choices.

    With `least`, so many of the clauses that are not negated are enough, and those that are met count together.
    A range holds its ends; without any it asks nothing. Counts of a facet in `facet_fields` pass over what is chosen of
    the same facet.
    """

    clauses: Sequence[Clause] = ()
    facets: Facets = field(default_factory=dict)
    without: Facets = field(default_factory=dict)
    ranges: Ranges = field(default_factory=dict)
    any_of: Sequence[Choice] = ()
    sort: str = "relevance"
    offset: int = 0
    limit: int = 24
    facet_fields: Sequence[str] = ()
    least: int = 0


@dataclass(frozen=True)
class Hit:
    """A document found. `score` is higher for the better; of a shape it is the distance, lower for the nearer."""

    id: int
    score: float = 0.0
    family: int = 0


@dataclass(frozen=True)
class Results:
    """How many there are in all, this page's hits in order, and facet -> [(value, how many)], the most first."""

    total: int
    hits: Sequence[Hit] = ()
    facets: Mapping[str, Sequence[tuple[str, int]]] = field(default_factory=dict)


def order_key(sort: str, document: Document) -> int:
    """The one integer by which a sort other than relevance orders, in every engine: ties fall to the higher id."""
    value = {"newest": document.created, "made": document.makes, "liked": document.likes}[sort]
    return min(value, (1 << 32) - 1) << ID_BITS | document.id


class Engine(Protocol):
    """An index in versions of which one answers. Any call may raise SearchAwayError."""

    def create(self, version: str) -> None:
        """Begin an empty version beside the one that answers. An unfinished one of that name is begun anew."""

    def swap(self, version: str) -> None:
        """Let this version answer from now on, at once, and remove the others."""

    def current(self) -> str:
        """The version that answers, or nothing."""

    def replace(self, subjects: Mapping[str, Sequence[Document]], *, version: str = "") -> None:
        """Let each subject have these documents and no others; of `version`, or of the one that answers."""

    def commit(self, *, version: str = "") -> None:
        """Make durable and visible what was replaced since the last commit."""

    def release(self) -> None:
        """Let go of what one writer of the version that answers alone may hold."""

    def search(self, query: Query) -> Results:
        """Total, hits and counts. Raises ValueError beyond WINDOW."""

    def suggest(self, query: Query) -> list[Hit]:
        """The best hits alone, without totals or counts."""

    def similar(self, vector: Sequence[float], k: int, query: Query) -> list[Hit]:
        """The `k` nearest by shape of what meets the query, nearest first; `score` is the distance (L2)."""

    def subjects(self, *, version: str = "") -> Iterator[tuple[str, str]]:
        """Each subject and the digest of its documents, for the drift check."""

    def state(self) -> str:
        """One line for /readyz."""
