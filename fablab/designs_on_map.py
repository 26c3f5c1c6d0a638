"""Designs on the map of the labs: each stands in the town that its owner gives."""

from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from designs.discovery import shown
from designs.discovery.asked import Asked as Search
from designs.models import Project
from fablab.distance import distance_km
from fablab.gazetteer import Town, towns
from fablab.lab_list import Asked
from search import index
from search.types import SearchAwayError

MOST = 200
SPREAD = 0.012
"""Degrees by which designs of one town stand apart."""


@dataclass(frozen=True)
class Placed:
    """A design and the town where it stands."""

    project: Project
    town: Town
    lat: float
    lon: float


def designs_on_map(asked: Asked, user: User | AnonymousUser) -> list[Placed]:
    """Designs found by `asked.designs` whose owner says where they are; of a place, those within its distance.

    There are none while the search is away.
    """
    if not asked.designs:
        return []
    words = Search(text=asked.designs)
    try:
        found = index.find(words.words, words.query(user, limit=MOST))
    except SearchAwayError:
        return []
    placed: list[Placed] = []
    known: dict[str, Town | None] = {}
    for project in shown.projects(found.results.hits, user):
        where = _where(project)
        if where not in known:
            known[where] = next(iter(towns(where, limit=1)), None) if where else None
        town = known[where]
        if town and _is_near(asked, town):
            step = sum(one.town == town for one in placed)
            lat, lon = town.lat + SPREAD * (step // 5), town.lon + SPREAD * (step % 5)
            placed.append(Placed(project, town, lat, lon))
    return placed


def _where(project: Project) -> str:
    owner = project.namespace.organisation or project.namespace.user
    return owner.location if owner else ""


def _is_near(asked: Asked, town: Town) -> bool:
    if asked.place is None or not asked.km:
        return True
    return distance_km(asked.place.lat, asked.place.lon, town.lat, town.lon) <= asked.km
