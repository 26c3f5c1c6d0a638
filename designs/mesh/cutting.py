"""Can a laser cut this drawing? Findings with stable codes, from the facts of a drawing and a profile: pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from designs.mesh import readings
from designs.mesh.printability import FIT_MM, Judged, verdict_of
from designs.mesh.profiles import Profile
from designs.mesh.readings import number
from designs.mesh.types import Verdict


def judge(facts: Mapping[str, Any], profile: Profile) -> Verdict:
    """Every check of a drawing that is to be cut on a laser, worst first."""
    return verdict_of([found for check in _CHECKS for found in check(facts, profile)])


def _lines(facts: Mapping[str, Any], profile: Profile) -> Iterator[Judged]:
    if number(facts, "cut_length_mm") == 0:
        yield Judged("nothing-to-cut", "error", 0.0, 0.0, "mm")
    loose = number(facts, "open_contours")
    if loose:
        yield Judged("open-contours", "info", loose, 0.0, "", {"count": int(loose)})


def _unit(facts: Mapping[str, Any], profile: Profile) -> Iterator[Judged]:
    if facts.get("units") == "unknown":
        yield Judged("no-unit", "info", None, None)


def _room(facts: Mapping[str, Any], profile: Profile) -> Iterator[Judged]:
    """The sheet may lie either way on the bed."""
    size = readings.numbers(facts, "size_mm")
    if size is None or len(size) < 2:
        return
    sides, bed = sorted(size[:2]), sorted(profile.volume_mm[:2])
    params = {"size_mm": size[:2], "bed_mm": list(profile.volume_mm[:2]), "profile": profile.name, "drawing": True}
    fits = all(side <= room + FIT_MM for side, room in zip(sides, bed, strict=True))
    code, severity = ("fits-bed", "ok") if fits else ("too-large", "error")
    yield Judged(code, severity, sides[1], bed[1], "mm", params)


def _twice(facts: Mapping[str, Any], profile: Profile) -> Iterator[Judged]:
    """Lines drawn over one another are cut once more: they burn, and the slot widens."""
    doubled, limit = number(facts, "doubled_mm"), profile.limits["twice_care"]
    if doubled is not None and doubled > limit.value:
        yield Judged("cut-twice", "warning", doubled, limit.value, "mm", {}, None, limit)


_CHECKS = (_lines, _unit, _room, _twice)
