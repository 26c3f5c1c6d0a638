"""Parts whose shape is like another's, each family of forks once."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from designs.discovery import shown
from designs.discovery.ids import PART, document_id
from designs.discovery.readers import readers
from designs.discovery.shown import Part
from search import index
from search.types import Query

NEAREST = 60
FAMILIES = 12
FARTHEST = 1.0
"""Beyond this distance (L2, see mesh/shape.py) two shapes have nothing in common that one would see."""


@dataclass(frozen=True)
class Family:
    """The nearest part among what was made from one another, and the others, nearest first."""

    nearest: Part
    others: Sequence[Part] = ()


def alike(vector: Sequence[float], user: User | AnonymousUser, *, without: int = 0) -> list[Family]:
    """The nearest parts that this person may see, but for the file `without`. Raises SearchAwayError."""
    query = Query(facets={"kind": ["part"], "reader": readers(user)})
    hits = [hit for hit in index.similar(vector, NEAREST, query) if hit.score <= FARTHEST]
    hits = [hit for hit in hits if hit.id != document_id(PART, without)]
    families = {hit.id: hit.family for hit in hits}
    grouped: dict[int, list[Part]] = {}
    for part in shown.parts(hits, user):
        grouped.setdefault(families[document_id(PART, part.result.file.pk)], []).append(part)
    return [Family(first, others) for first, *others in list(grouped.values())[:FAMILIES]]
