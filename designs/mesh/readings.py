"""Reading numbers out of facts of any version: what is missing or no number was not measured."""

import math
from collections.abc import Mapping
from typing import Any

from designs.mesh.types import Facts

MOST_POINTS = 20
LYING = 0.1
LEVEL_DEGREES = 5.0
Point = tuple[float, float, float]


def number(facts: Mapping[str, Any], key: str) -> float | None:
    """A finite number, or None: not measured."""
    return as_number(facts.get(key))


def as_number(value: Any) -> float | None:
    """The value when it is a finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) else None


def numbers(facts: Mapping[str, Any], key: str) -> list[float] | None:
    """A list of finite numbers, or None when it is no list or any of it is not one."""
    value = facts.get(key)
    if not isinstance(value, list | tuple) or not value:
        return None
    found = [each for item in value if (each := as_number(item)) is not None]
    return found if len(found) == len(value) else None


def sides(facts: Mapping[str, Any], key: str = "size_mm") -> list[float] | None:
    """Three lengths."""
    found = numbers(facts, key)
    return found if found and len(found) == 3 else None


def places(facts: Mapping[str, Any], key: str, measure: str) -> list[tuple[float, Point]]:
    """(measure, where) of a list of places, in its order; what has no number or no place is left out."""
    listed = facts.get(key)
    found = []
    for item in listed if isinstance(listed, list | tuple) else ():
        if isinstance(item, Mapping) and (value := number(item, measure)) is not None:
            at = sides(item, "at_mm")
            if at:
                found.append((value, (at[0], at[1], at[2])))
    return found


def area_under(facts: Mapping[str, Any], limit_mm: float) -> float | None:
    """mm² of walls thinner than a limit, from the histogram; within a bar the area is taken as even."""
    edges, areas = numbers(facts, "wall_edges_mm"), numbers(facts, "wall_area_mm2")
    if not edges or not areas or len(edges) != len(areas) + 1:
        return None
    total = 0.0
    for low, high, area in zip(edges, edges[1:], areas, strict=False):
        if high <= limit_mm * (1 + 1e-9):
            total += area
        elif low < limit_mm:
            total += area * (limit_mm - low) / (high - low)
    return total


def bridged(facts: Mapping[str, Any], most_mm: float) -> float:
    """mm² of ceilings that bridges of at most a length span."""
    listed = facts.get("bridges")
    found = 0.0
    for item in listed if isinstance(listed, list | tuple) else ():
        if isinstance(item, Mapping):
            length, area = number(item, "length_mm"), number(item, "area_mm2")
            found += area if area is not None and length is not None and length <= most_mm else 0.0
    return found


def arched(facts: Mapping[str, Any], degrees: float, most_mm: float) -> float:
    """mm² that hangs over by more than an angle in round holes that lie, of at most a diameter: arches hold themselves.

    The level strip at their top is left out: it is bridged.
    """
    listed = facts.get("round_holes")
    found = 0.0
    for item in listed if isinstance(listed, list | tuple) else ():
        axis = sides(item, "axis") if isinstance(item, Mapping) else None
        if axis and abs(axis[2]) < LYING:
            width, depth = number(item, "diameter_mm"), number(item, "depth_mm")
            if width is not None and depth is not None and 0 < width <= most_mm and depth > 0:
                found += math.radians(90.0 - degrees - LEVEL_DEGREES) * width * depth
    return max(found, 0.0)


def objects(facts: Mapping[str, Any]) -> list[Facts]:
    """Facts of each object of a plate."""
    listed = facts.get("objects")
    return [item for item in listed if isinstance(item, dict)] if isinstance(listed, list | tuple) else []
