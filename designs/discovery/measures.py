"""Numbers and verdicts by which a part, or all parts of a project, are found."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from designs.mesh import readings
from designs.mesh.profiles import PROFILES
from designs.mesh.verdicts import verdict
from designs.results import Result

GRADES = ("prints", "care", "fails")


@dataclass(frozen=True)
class Measures:
    """`numbers` are search's; `grades` say for each machine of ours how a part does on it."""

    numbers: dict[str, float] = field(default_factory=dict)
    grades: dict[str, str] = field(default_factory=dict)

    @property
    def verdicts(self) -> list[str]:
        """The values of the facet."""
        return [f"{profile}:{grade}" for profile, grade in self.grades.items()]


def of_part(result: Result) -> Measures | None:
    """What is known of one file; None for a picture, or a file of which nothing was measured."""
    facts = result.facts
    if not facts or not (facts.get("triangles") or "cut_length_mm" in facts):
        return None
    numbers: dict[str, float] = {}
    boxes = [sorted(box) for name in ("size_mm", "oriented_box_mm") if (box := readings.sides(facts, name))]
    if box := min(boxes, key=lambda sides: (sides[-1], sides), default=None):
        numbers |= dict(zip(("small", "middle", "large"), [0.0] * (3 - len(box)) + list(box), strict=True))
    wall = readings.number(facts, "wall_min_mm")
    if wall is not None:
        numbers["wall"] = wall
    if result.estimate:
        numbers["mass"] = round(result.estimate.grams, 2)
    judged = {key: verdict(facts, profile) for key, profile in PROFILES.items()}
    return Measures(numbers, {key: one.grade for key, one in judged.items() if one})


def of_project(parts: Sequence[Measures]) -> Measures:
    """A machine takes a project when it takes each part: the longest sides, the thinnest wall, the worst grade.

    The mass is the sum of what is known of one each.
    """
    numbers: dict[str, float] = {}
    for name in ("small", "middle", "large"):
        if known := [part.numbers[name] for part in parts if name in part.numbers]:
            numbers[name] = max(known)
    if walls := [part.numbers["wall"] for part in parts if "wall" in part.numbers]:
        numbers["wall"] = min(walls)
    if masses := [part.numbers["mass"] for part in parts if "mass" in part.numbers]:
        numbers["mass"] = round(sum(masses), 2)
    grades = {
        key: max((part.grades[key] for part in parts if key in part.grades), key=GRADES.index)
        for key in PROFILES
        if any(key in part.grades for part in parts)
    }
    return Measures(numbers, grades)
