"""Which machines can make which parts. Pure: numbers in, numbers out; lengths in mm.

Here a part fits a machine when its box does in any of the six ways it can lie, and no wall is thinner than the nozzle.
Whether it then prints well is the kernel's to say (designs.mesh.verdicts).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from designs.mesh import readings

FIT_MM = 0.001
ADDITIVE = frozenset({"fdm", "sla", "sls"})
SHAPES = ADDITIVE | {"cnc"}
Box = tuple[float, float, float]


@dataclass(frozen=True)
class Offer:
    """What a machine takes, of the kernel's processes: its sides in rising order, and its nozzle where it has one.

    Of a laser the bed counts alone, and `sides` begin with 0.
    """

    process: str
    sides: Box
    nozzle: float = 0.0


@dataclass(frozen=True)
class Need:
    """What a part asks: its boxes (as it stands, or turned tight), each in rising order, and its thinnest wall.

    A drawing is cut from a sheet: its boxes begin with 0.
    """

    boxes: tuple[Box, ...]
    wall: float | None = None
    is_drawing: bool = False

    @property
    def processes(self) -> frozenset[str]:
        """Which kinds of machines make such a thing at all."""
        return frozenset({"laser"}) if self.is_drawing else SHAPES


def offer(process: str, volume: Sequence[float], nozzle: float = 0.0) -> Offer:
    """The offer of a machine with this build volume."""
    sides = [0.0, *sorted(volume[:2])] if process == "laser" else sorted(volume)
    return Offer(process, (sides[0], sides[1], sides[2]), nozzle if process == "fdm" else 0.0)


def need(facts: Mapping[str, Any]) -> Need | None:
    """What the kernel's facts of a file ask of a machine; None for what is not made by one, or was not measured."""
    if "cut_length_mm" in facts and not facts.get("triangles"):
        flat = readings.numbers(facts, "size_mm")
        return Need((_box([0.0, *flat[:2]]),), None, is_drawing=True) if flat and len(flat) > 1 else None
    if not facts.get("triangles"):
        return None
    boxes = [_box(sides) for name in ("size_mm", "oriented_box_mm") if (sides := readings.sides(facts, name))]
    return Need(tuple(dict.fromkeys(boxes)), readings.number(facts, "wall_min_mm")) if boxes else None


def takes(machine: Offer, part: Need) -> bool:
    """Whether the part fits the machine, and its walls the nozzle."""
    if machine.process not in part.processes:
        return False
    if part.wall is not None and part.wall < machine.nozzle:
        return False
    return any(_within(box, machine.sides) for box in part.boxes)


def best(offers: Iterable[Offer]) -> list[Offer]:
    """The offers that no other one of the same process outdoes: what any of all takes, one of these takes.

    One outdoes another with no side shorter and no nozzle wider.
    """
    found: list[Offer] = []
    ranked = sorted(set(offers), key=lambda one: (one.process, [-side for side in reversed(one.sides)], one.nozzle))
    for one in ranked:
        if not any(_outdoes(other, one) for other in found):
            found.append(one)
    return found


def hardest(parts: Iterable[Need]) -> list[Need]:
    """The parts that are not easier than another in every way: who makes these makes all."""
    found: list[Need] = []
    for one in sorted(set(parts), key=lambda part: -max(box[2] for box in part.boxes)):
        if not any(_easier(one, other) for other in found):
            found.append(one)
    return found


def _box(sides: Sequence[float]) -> Box:
    low, middle, high = sorted(sides)
    return (low, middle, high)


def _within(box: Box, room: Box) -> bool:
    return all(side <= limit + FIT_MM for side, limit in zip(box, room, strict=True))


def _outdoes(one: Offer, other: Offer) -> bool:
    larger = all(a >= b for a, b in zip(one.sides, other.sides, strict=True))
    return one.process == other.process and larger and one.nozzle <= other.nozzle


def _easier(one: Need, other: Need) -> bool:
    if one.is_drawing != other.is_drawing or (other.wall is None and one.wall is not None):
        return False
    wider = one.wall is None or other.wall is None or one.wall >= other.wall
    return wider and all(
        any(all(a <= b for a, b in zip(mine, theirs, strict=True)) for mine in one.boxes) for theirs in other.boxes
    )
