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
from search.types import Hit, Query

NEAREST = 1000
FAMILIES = 12
OF_FAMILY = 10
"""Parts of one family that are shown; a design may have hundreds of forks."""
SAME, NEAR = 0.05, 0.5
FARTHEST = 1.0
"""Beyond this distance (L2, see mesh/shape.py) two shapes have nothing in common that one would see."""


@dataclass(frozen=True)
class Family:
    """The nearest part among what was made from one another, how far it is (L2), and the others, nearest first."""

    nearest: Part
    distance: float = 0.0
    others: Sequence[Part] = ()

    @property
    def closeness(self) -> str:
        """same, near or far: a version of a part is near, two parts without anything in common are far."""
        return "same" if self.distance < SAME else "near" if self.distance < NEAR else "far"


def alike(vector: Sequence[float], user: User | AnonymousUser, *, without: int = 0) -> list[Family]:
    """The nearest parts that this person may see, but for the file `without`. Raises SearchAwayError."""
    query = Query(facets={"kind": ["part"], "reader": readers(user)})
    itself = document_id(PART, without)
    hits = [hit for hit in index.similar(vector, NEAREST, query) if hit.score <= FARTHEST and hit.id != itself]
    families: dict[int, list[Hit]] = {}
    for hit in hits:
        families.setdefault(hit.family, []).append(hit)
    near = [hit for family in list(families.values())[: 2 * FAMILIES] for hit in family[:OF_FAMILY]]
    hits = sorted(near, key=lambda hit: hit.score)
    by_id = {hit.id: hit for hit in hits}
    grouped: dict[int, list[tuple[Part, float]]] = {}
    for part in shown.parts(hits, user):
        hit = by_id[document_id(PART, part.result.file.pk)]
        grouped.setdefault(hit.family, []).append((part, hit.score))
    found = list(grouped.values())[:FAMILIES]
    return [Family(*first, [part for part, _distance in others]) for first, *others in found]
