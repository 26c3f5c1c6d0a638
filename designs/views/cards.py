"""Projects as cards: picture, verdict, name."""

from collections.abc import Sequence
from dataclasses import dataclass

from designs import results
from designs.models import Project
from designs.standing import likes_of


@dataclass(frozen=True)
class Card:
    """One project in a list, with the result that its picture comes from, and how many like it."""

    project: Project
    result: results.Result | None
    likes: int = 0


def cards(projects: Sequence[Project]) -> list[Card]:
    """Cards in the order of the projects, with the same number of queries for one as for a hundred."""
    covers = results.covers(projects)
    likes = likes_of(projects)
    return [Card(project, covers.get(project.pk), likes.get(project.pk, 0)) for project in projects]
