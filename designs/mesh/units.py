"""In which unit bare numbers are: guessed from size, roundness and place; facts in mm once the owner has said it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from designs.mesh.types import Facts, Loaded

MM_PER = {"mm": 1.0, "cm": 10.0, "m": 1000.0, "inch": 25.4, "unknown": 1.0}
PRIORS = {"mm": 0.9, "inch": 0.06, "m": 0.04}
"""How often a file without a unit is in it: STL writers mean mm unless a CAD program or Blender was set otherwise."""
USUAL_MM = 60.0
SPREAD = 1.2
"""Largest sides of real parts: about log-normal, the middle at 60 mm, two thirds between 18 and 200 mm."""
STEPS = {"mm": 0.5, "inch": 1 / 16, "m": 0.001}
ROUND = 3.0
"""How much likelier a unit is, when every side is a multiple of its usual step and of no other unit's."""
PLACED = 4.0
IMPLAUSIBLE = 0.01
SURE = 0.5


def guess_units(size: Sequence[float], declared: str, low: Sequence[float] | None = None) -> Facts:
    """`{"unit": mm, inch, m or unknown, "confidence": 0 to 1, "reason": code}` of three sides in bare numbers.

    `low` is the lowest corner. Reasons: declared, usual-size, too-small-for-mm, round-in-inch, placed-on-bed,
    implausible. Bayes with the priors above: size, whether the sides are round numbers of the unit, and whether the
    part stands in the middle of a bed as slicers (always mm) export it.
    """
    if declared != "unknown":
        return {"unit": declared, "confidence": 1.0, "reason": "declared"}
    largest = max(size)
    if largest <= 0:
        return {"unit": "unknown", "confidence": 0.0, "reason": "implausible"}
    likely = {unit: prior * _plausible(largest * MM_PER[unit]) for unit, prior in PRIORS.items()}
    round_in = [unit for unit, step in STEPS.items() if _is_round(size, step)]
    if len(round_in) == 1:
        likely[round_in[0]] *= ROUND
    placed = low is not None and _on_a_bed(size, low)
    if placed:
        likely["mm"] *= PLACED
    unit = max(likely, key=lambda each: likely[each])
    confidence = likely[unit] / sum(likely.values()) * min(1.0, likely[unit] / IMPLAUSIBLE)
    if confidence < SURE:
        return {"unit": "unknown", "confidence": round(confidence, 3), "reason": "implausible"}
    if unit == "mm":
        reason = "placed-on-bed" if placed else "usual-size"
    else:
        reason = f"round-in-{unit}" if round_in == [unit] else "too-small-for-mm"
    return {"unit": unit, "confidence": round(confidence, 3), "reason": reason}


def _plausible(largest_mm: float) -> float:
    return math.exp(-0.5 * (math.log(largest_mm / USUAL_MM) / SPREAD) ** 2)


def _is_round(size: Sequence[float], step: float) -> bool:
    """Whether every side is a whole number of steps, to the precision of 32-bit numbers."""
    return all(side >= step and abs(side / step - round(side / step)) < 1e-4 * max(1.0, side / step) for side in size)


def _on_a_bed(size: Sequence[float], low: Sequence[float]) -> bool:
    """Standing on z = 0, right of and behind the origin, its middle where the middle of a usual bed is."""
    middle = [low[axis] + size[axis] / 2 for axis in (0, 1)]
    return abs(low[2]) < 0.01 and min(low[:2]) > 0 and all(85 <= at <= 180 for at in middle)


def stated(loaded: Loaded, unit: str) -> Loaded:
    """A file without a unit, in mm once its owner has said what it is; any other as it is."""
    if loaded.units != "unknown" or unit not in MM_PER or unit == "unknown":
        return loaded
    parts = [replace(part, points=part.points * MM_PER[unit]) for part in loaded.parts]
    return replace(loaded, parts=parts, units=unit)


def in_units(facts: Mapping[str, Any], unit: str) -> Facts:
    """The same facts in mm, once the owner has said the unit of a file that declares none.

    Every key is scaled by its suffix (`_mm`, `_mm2`, `_mm3`), in lists and dictionaries too. What was measured
    against lengths in mm and cannot be scaled (areas of walls under 0.4 mm, detail) is left out, until the file has
    been measured in its unit (`stated`).
    """
    if facts.get("units", "unknown") != "unknown" or "size_mm" not in facts:
        return dict(facts)
    factor = MM_PER.get(unit, 1.0)
    result = {key: _scaled(value, _power(key), factor) for key, value in facts.items() if not _is_bound(key, factor)}
    result["units"] = unit
    result["units_guess"] = {"unit": unit, "confidence": 1.0, "reason": "owner"}
    return result


_BOUND_TO_MM = frozenset({"thin_area_mm2", "fine_detail_area_mm2"})


def _is_bound(key: str, factor: float) -> bool:
    return factor != 1.0 and key in _BOUND_TO_MM


def _power(key: str) -> int:
    return 3 if key.endswith("_mm3") else 2 if key.endswith("_mm2") else 1 if key.endswith("_mm") else 0


def _scaled(value: Any, power: int, factor: float) -> Any:
    if isinstance(value, Mapping):
        kept = ((key, inner) for key, inner in value.items() if not _is_bound(key, factor))
        return {key: _scaled(inner, power or _power(key), factor) for key, inner in kept}
    if isinstance(value, list | tuple):
        return [_scaled(inner, power, factor) for inner in value]
    if not power or isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return value * factor**power
