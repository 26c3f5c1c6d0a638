"""What is offered while somebody types: the best of each kind, that this person may find."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic

from django.contrib.auth.models import AnonymousUser
from django.utils.functional import Promise

from accounts.models import Namespace, User
from designs.discovery import shown, values
from designs.discovery.asked import MOST_TEXT, Asked
from designs.discovery.brought import Row, kinds
from designs.discovery.readers import readers
from designs.discovery.shown import Part
from designs.models import Project
from search import index
from search.types import Hit, Query

MOST = 4
"""Of each kind."""
FRESH_SECONDS = 0.5
MOST_KEPT = 500
_counted: dict[tuple[object, ...], tuple[float, list[str]]] = {}


@dataclass(frozen=True)
class Material:
    """A material by its value, its name and the address of the designs made of it."""

    value: str
    name: str
    address: str


@dataclass(frozen=True)
class Suggested:
    """The best of each kind, best first."""

    projects: Sequence[Project] = ()
    parts: Sequence[Part] = ()
    owners: Sequence[Namespace] = ()
    materials: Sequence[Material] = ()
    brought: Sequence[tuple[Promise, Sequence[Row]]] = ()


def suggested(text: str, user: User | AnonymousUser) -> Suggested:
    """What begins or goes on like this text; nothing for none. Raises SearchAwayError."""
    text = text.replace("\0", "")[:MOST_TEXT]
    if not text.strip():
        return Suggested()
    whose = readers(user)

    def best(*kinds: str) -> list[Hit]:
        return index.suggest(text, Query(facets={"kind": list(kinds), "reader": whose}, limit=MOST))

    return Suggested(
        projects=shown.projects(best("project"), user),
        parts=shown.parts(best("part"), user),
        owners=shown.owners(best("person", "organisation")),
        materials=_materials(text, whose),
        brought=[(kind.name, kind.rows(best(kind.document))) for kind in kinds().values()],
    )


def _materials(text: str, whose: list[str]) -> list[Material]:
    begins = re.compile(rf"(?:^|\s){re.escape(values.fold(text))}")
    found = [value for value in _known(whose) if begins.search(value)][:MOST]
    return [
        Material(value, values.shown("material", value), Asked(facets={"material": (value,)}).address())
        for value in found
    ]


def _known(whose: list[str]) -> list[str]:
    """The materials of what these readers may find, the most frequent first; counted anew when a moment has passed."""
    key = (index.engine(), *whose)
    read_at, known = _counted.get(key, (float("-inf"), []))
    if monotonic() - read_at > FRESH_SECONDS:
        query = Query(facets={"kind": ["project"], "reader": whose}, facet_fields=["material"], limit=0)
        known = [value for value, _count in index.find("", query).results.facets["material"]]
        if len(_counted) >= MOST_KEPT:
            _counted.clear()
        _counted[key] = (monotonic(), known)
    return known
