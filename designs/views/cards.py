"""Projects as cards: picture, verdict, name."""

from collections.abc import Sequence
from dataclasses import dataclass

from designs import results
from designs.models import Project


@dataclass(frozen=True)
class Card:
    """One project in a list, with the result that its picture comes from."""

    project: Project
    result: results.Result | None


def cards(projects: Sequence[Project]) -> list[Card]:
    """Cards in the order of the projects, with the same number of queries for one as for a hundred."""
    covers = results.covers(projects)
    return [Card(project, covers.get(project.pk)) for project in projects]
