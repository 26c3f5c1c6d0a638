"""Can it be made on this machine? Findings with stable codes, from facts and a profile: pure, in microseconds.

Facts of any version are judged: what is missing was not measured, so that nothing is said of it. A value exactly at
its limit passes, and a wall or a gap within 1 % of it too: meshes are made of chords.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from designs.mesh import readings
from designs.mesh.limits import Limit
from designs.mesh.profiles import DEFAULT_FDM, Profile
from designs.mesh.readings import MOST_POINTS, Point, number
from designs.mesh.types import Finding, Verdict
from designs.mesh.units import in_units

__all__ = ["DEFAULT_FDM", "Judged", "Profile", "Where", "in_units", "judge"]

TOLERANCE = 0.01
FIT_MM = 0.001
FLAT_SHARE = 1e-3
_RANK = {"error": 0, "warning": 1, "info": 2, "ok": 3}
_LEVELS = (("fails", "error"), ("care", "warning"), ("note", "info"))
_FINER_THAN_MM = 0.4


@dataclass(frozen=True)
class Where:
    """Where a finding is: the viewer's mark, and up to 20 points in mm. Overhang and contact the viewer works out."""

    mark: str
    points_mm: tuple[Point, ...] = ()


@dataclass(frozen=True)
class Judged(Finding):
    """A finding with its place, and the row of the table of limits that it rests on."""

    where: Where | None = None
    rests_on: Limit | None = None


def judge(facts: Mapping[str, Any], profile: Profile = DEFAULT_FDM) -> Verdict:
    """Every check of the profile's process, worst first; without those of lengths where the unit is likely another."""
    sized = () if _in_another_unit(facts) else (*_SIZED, *_CHECKS[profile.process])
    return verdict_of([finding for check in (*_ALWAYS, *sized) for finding in check(facts, profile)])


def verdict_of(found: Sequence[Judged]) -> Verdict:
    """The grade that the worst finding gives, and the findings, worst first."""
    ranked = sorted(found, key=lambda item: _RANK[item.severity])
    worst = ranked[0].severity if ranked else "ok"
    grade = {"error": "fails", "warning": "care"}.get(worst, "prints")
    return Verdict(grade, tuple(ranked))


def _crossed(profile: Profile, check: str, value: float, *, least: bool, tolerance: float) -> tuple[str, Limit] | None:
    """The severity and the gravest limit that a value crosses: falls below when `least`, else exceeds."""
    for level, severity in _LEVELS:
        limit = profile.limits.get(f"{check}_{level}")
        if limit is None:
            continue
        if value < limit.value * (1 - tolerance) if least else value > limit.value * (1 + tolerance):
            return severity, limit
    return None


def _points(places: Sequence[tuple[float, Point]]) -> tuple[Point, ...]:
    return tuple(at for _, at in places[:MOST_POINTS])


def _first(points: tuple[Point, ...]) -> dict[str, Any]:
    return {"at_mm": list(points[0])} if points else {}


def _topology(facts: Mapping[str, Any], profile: Profile) -> Iterator[Judged]:
    boundary = number(facts, "boundary_edges")
    if boundary is not None and boundary > 0:
        params = {"count": int(boundary), "holes": facts.get("holes")}
        share = profile.limits["hole_share"]
        small = _holes_are_small(facts, share.value)
        severity = "warning" if small else "error"
        rests_on = share if small else None
        yield Judged("not-watertight", severity, boundary, 0.0, "edges", params, Where("not-watertight"), rests_on)
    elif boundary is not None:
        yield Judged("watertight", "ok", 0.0, 0.0, "edges")
    bodies = (number(facts, "shells") or 0.0) - (number(facts, "cavities") or 0.0)
    counted = (
        ("non_manifold_edges", "non-manifold", "warning", "edges", "non-manifold"),
        ("non_manifold_vertices", "non-manifold-vertices", "info", "", "non-manifold-vertices"),
        ("winding_errors", "misoriented", "warning", "edges", "misoriented"),
        ("degenerate_triangles", "degenerate", "info", "faces", ""),
        ("duplicate_triangles", "duplicate", "warning", "faces", ""),
        ("crossing_faces", "crossing", "info" if bodies > 1 else "warning", "faces", "crossing"),
    )
    for key, code, severity, unit, mark in counted:
        count = number(facts, key)
        if count is not None and count > 0:
            where = Where(mark) if mark else None
            yield Judged(code, severity, count, 0.0, unit, {"count": int(count)}, where)
    if bodies > 1:
        yield Judged("multi-shell", "info", bodies, 1.0, "", {"count": int(bodies)})


def _holes_are_small(facts: Mapping[str, Any], share: float) -> bool:
    """Whether slicers close every hole without a trace: the longest is a small share of the longest side."""
    holes, size = readings.numbers(facts, "hole_lengths_mm"), readings.sides(facts)
    return holes is not None and size is not None and max(holes) <= share * max(size)


def _solid(facts: Mapping[str, Any], profile: Profile) -> Iterator[Judged]:
    volume, size, turned = number(facts, "volume_mm3"), readings.sides(facts), number(facts, "inverted_shells")
    if (volume is not None and volume == 0) or (size is not None and min(size) <= 0):
        yield Judged("no-volume", "error", volume or 0.0, 0.0, "mm3")
    elif volume is not None and volume < 0:
        yield Judged("inverted", "error", volume, 0.0, "mm3")
    elif turned is not None and turned > 0:
        yield Judged("inverted", "warning", turned, 0.0, "", {"count": int(turned)})


def _in_another_unit(facts: Mapping[str, Any]) -> bool:
    """Whether no unit is declared and the likely one is not the millimetre, so that no length has a limit."""
    guess = facts.get("units_guess")
    return facts.get("units") == "unknown" and isinstance(guess, Mapping) and guess.get("unit") in {"inch", "cm", "m"}


def _units(facts: Mapping[str, Any], profile: Profile) -> Iterator[Judged]:
    guess, size = facts.get("units_guess"), readings.sides(facts)
    if facts.get("units") != "unknown" or not isinstance(guess, Mapping):
        return
    unit = guess.get("unit")
    if unit is not None and unit != "mm":
        params = {"unit": unit, "confidence": readings.number(guess, "confidence"), "size_mm": size}
        yield Judged("units-guess", "warning", max(size) if size else None, None, "mm", params)


def _room(facts: Mapping[str, Any], profile: Profile) -> Iterator[Judged]:
    """A part may be turned on the bed by 90 degrees, and laid down; a sheet is as large as its two longer sides."""
    size, bed = readings.sides(facts), profile.volume_mm
    if size is None:
        return
    params: dict[str, Any] = {"size_mm": size, "bed_mm": list(bed), "profile": profile.name}
    stands, lies = _fits(size, profile), _lies(facts, size, profile)
    if stands or (lies and profile.process != "fdm"):
        yield Judged("fits-bed", "ok", max(size), max(bed), "mm", params)
    elif lies:
        yield Judged("fits-bed-turned", "info", max(size), max(bed), "mm", params, Where("turn"))
    else:
        each = [readings.sides(item) for item in readings.objects(facts)]
        apart = len(each) > 1 and all(one and _fits_lying(one, profile) for one in each)
        params |= {"apart": apart, "count": len(each)}
        side, room = max(zip(sorted(size), sorted(bed), strict=True), key=lambda pair: pair[0] / pair[1])
        yield Judged("too-large", "warning" if apart else "error", side, room, "mm", params)


def _within(sizes: Sequence[float], room: Sequence[float]) -> bool:
    return all(side <= limit + FIT_MM for side, limit in zip(sizes, room, strict=True))


def _fits(size: Sequence[float], profile: Profile) -> bool:
    bed = profile.volume_mm
    if profile.process == "laser":
        return _within(sorted(size)[1:], sorted(bed[:2]))
    return _within([*sorted(size[:2]), size[2]], [*sorted(bed[:2]), bed[2]])


def _fits_lying(size: Sequence[float], profile: Profile) -> bool:
    return _fits(size, profile) or (profile.process != "laser" and _within(sorted(size), sorted(profile.volume_mm)))


def _lies(facts: Mapping[str, Any], size: Sequence[float], profile: Profile) -> bool:
    tight = readings.sides(facts, "oriented_box_mm")
    return _fits_lying(size, profile) or (tight is not None and _fits_lying(tight, profile))


def _walls(facts: Mapping[str, Any], profile: Profile) -> Iterator[Judged]:
    """Thin walls count by their share of the area, or by their area on a large part; fewer are good to know.

    Where no wall was measured the thinnest side counts.
    """
    thinnest = number(facts, "wall_min_mm")
    if thinnest is None:
        size = readings.sides(facts)
        if size and min(size) > 0 and (crossed := _crossed(profile, "wall", min(size), least=True, tolerance=0.0)):
            yield Judged("thin", "warning", min(size), crossed[1].value, "mm", {"side": True}, None, crossed[1])
        return
    crossed = _crossed(profile, "wall", thinnest, least=True, tolerance=TOLERANCE)
    if crossed is None:
        return
    area, most = number(facts, "area_mm2"), profile.limits["thin_most"].value
    for level, severity in _LEVELS:
        limit = profile.limits.get(f"wall_{level}")
        if limit is None or thinnest >= limit.value * (1 - TOLERANCE):
            continue
        under = readings.area_under(facts, limit.value * (1 - TOLERANCE))
        share = under / area if under is not None and area else None
        if share is None or under is None or share > profile.limits["thin_share"].value or under > most:
            lost = share is None or share > profile.limits["thin_fails_share"].value
            grave = "warning" if severity == "error" and not lost else severity
            yield _thin(facts, profile, grave, thinnest, limit, share, under)
            return
    severity, limit = crossed
    if any(wall < limit.value for wall, _ in readings.places(facts, "thin_places", "wall_mm")):
        yield _thin(facts, profile, "info", thinnest, limit, None, None)


def _thin(
    facts: Mapping[str, Any],
    profile: Profile,
    severity: str,
    thinnest: float,
    limit: Limit,
    share: float | None,
    under: float | None,
) -> Judged:
    places = [place for place in readings.places(facts, "thin_places", "wall_mm") if place[0] < limit.value]
    points = _points(places)
    few = severity == "info" and share is None
    params = {"share": share, "area_mm2": under, "few": few, "process": profile.process, **_first(points)}
    return Judged("thin", severity, thinnest, limit.value, "mm", params, Where("thin", points), limit)


def _gaps(facts: Mapping[str, Any], profile: Profile) -> Iterator[Judged]:
    narrowest = number(facts, "gap_min_mm")
    if narrowest is None or not (crossed := _crossed(profile, "gap", narrowest, least=True, tolerance=TOLERANCE)):
        return
    severity, limit = crossed
    points = _points([place for place in readings.places(facts, "gap_places", "gap_mm") if place[0] < limit.value])
    params = {"process": profile.process, **_first(points)}
    yield Judged("gap", severity, narrowest, limit.value, "mm", params, Where("gap", points), limit)


def _round(facts: Mapping[str, Any], profile: Profile) -> Iterator[Judged]:
    for key, check, code in (("round_holes", "hole", "small-hole"), ("pins", "pin", "small-pin")):
        found = sorted(readings.places(facts, key, "diameter_mm"))
        crossed = _crossed(profile, check, found[0][0], least=True, tolerance=TOLERANCE) if found else None
        if crossed is None:
            continue
        severity, limit = crossed
        small = [place for place in found if place[0] < limit.value * (1 - TOLERANCE)]
        points = _points(small)
        params = {"count": len(small), **_first(points)}
        yield Judged(code, severity, found[0][0], limit.value, "mm", params, Where(check, points), limit)


def _detail(facts: Mapping[str, Any], profile: Profile) -> Iterator[Judged]:
    """The kernel measures detail finer than 0.4 mm, so that nothing is known for a finer nozzle."""
    area = number(facts, "fine_detail_area_mm2")
    if area is None or profile.nozzle_mm < _FINER_THAN_MM:
        return
    if crossed := _crossed(profile, "detail", area, least=False, tolerance=0.0):
        params = {"nozzle_mm": profile.nozzle_mm}
        yield Judged("fine-detail", crossed[0], area, crossed[1].value, "mm2", params, None, crossed[1])


def _overhang(facts: Mapping[str, Any], profile: Profile) -> Iterator[Judged]:
    """What hangs over, less what is bridged from side to side (there is a check of bridges) and narrow lying holes."""
    degrees, limit = profile.limits["overhang_degrees"].value, profile.limits["overhang_care"]
    by_angle = readings.numbers(facts, "overhang_by_angle_mm2")
    angles = (30.0, 45.0, 60.0, 75.0)
    at_angle = by_angle[angles.index(degrees)] if by_angle and len(by_angle) == 4 and degrees in angles else None
    hanging, degrees = (at_angle, degrees) if at_angle is not None else (number(facts, "overhang_area_mm2"), 45.0)
    area = number(facts, "area_mm2")
    if hanging is None or not area or area < 0:
        return
    params = {"area_mm2": hanging, "degrees": degrees, "support_volume_mm3": number(facts, "support_volume_mm3")}
    held = readings.bridged(facts, profile.limits["bridge_care"].value * (1 + TOLERANCE))
    held += readings.arched(facts, degrees, profile.limits["bridge_note"].value * (1 + TOLERANCE))
    share = max(hanging - held, 0.0) / area
    hangs = share > limit.value
    code, severity = ("overhang", "warning") if hangs else ("overhang-ok", "ok")
    yield Judged(code, severity, share, limit.value, "share", params, Where("overhang") if hangs else None, limit)


def _bridges(facts: Mapping[str, Any], profile: Profile) -> Iterator[Judged]:
    longest = number(facts, "bridge_max_mm")
    if longest is None or not (crossed := _crossed(profile, "bridge", longest, least=False, tolerance=TOLERANCE)):
        return
    severity, limit = crossed
    long = sorted(readings.places(facts, "bridges", "length_mm"), reverse=True)
    points = _points([place for place in long if place[0] > limit.value])
    yield Judged("bridge", severity, longest, limit.value, "mm", _first(points), Where("bridge", points), limit)


def _standing(facts: Mapping[str, Any], profile: Profile) -> Iterator[Judged]:
    """A tenth of the footprint on the bed, or 25 mm², holds a part; a large one may stand on less than a tenth."""
    contact, size = number(facts, "bed_contact_mm2"), readings.sides(facts)
    if contact is not None and size and min(size) > 0:
        share, most = profile.limits["contact_care"], profile.limits["contact_most"]
        by_share = share.value * size[0] * size[1]
        limit, rests_on = (by_share, share) if by_share < most.value else (most.value, most)
        if contact < limit * (1 - TOLERANCE):
            yield Judged("bed-contact", "warning", contact, limit, "mm2", {}, Where("bed-contact"), rests_on)
    tip, rests_on = number(facts, "tip_degrees"), profile.limits["tip_care"]
    if tip is not None and (tip < rests_on.value or facts.get("stable") is False):
        params = {"stable": facts.get("stable") is not False}
        yield Judged("tips-over", "warning", tip, rests_on.value, "degrees", params, Where("bed-contact"), rests_on)


def _turn(facts: Mapping[str, Any], profile: Profile) -> Iterator[Judged]:
    """Another way up that saves a good part of the support."""
    ways, now = facts.get("orientations"), number(facts, "support_volume_mm3")
    best = ways[0] if isinstance(ways, list | tuple) and ways and isinstance(ways[0], Mapping) else None
    then = number(best, "support_volume_mm3") if best else None
    if best is None or then is None or not now or now - then <= profile.limits["saved_least"].value:
        return
    saved = (now - then) / now
    if crossed := _crossed(profile, "saved", saved, least=False, tolerance=0.0):
        reasons = best.get("reasons")
        params = {"now_mm3": now, "then_mm3": then, "reasons": list(reasons) if isinstance(reasons, list) else []}
        yield Judged("turn", crossed[0], saved, crossed[1].value, "share", params, Where("turn"), crossed[1])


def _trapped(facts: Mapping[str, Any], profile: Profile) -> Iterator[Judged]:
    params = {"process": profile.process}
    volume = number(facts, "trapped_volume_mm3")
    crossed = _crossed(profile, "trapped", volume, least=False, tolerance=0.0) if volume is not None else None
    cavities = number(facts, "cavities")
    if crossed and volume is not None:
        yield Judged("trapped", crossed[0], volume, crossed[1].value, "mm3", params, None, crossed[1])
    elif cavities is not None and cavities > 0:
        severity = {"fdm": "info", "cnc": "error"}.get(profile.process, "warning")
        yield Judged("cavities", severity, cavities, 0.0, "", {"count": int(cavities), **params})
    cups = number(facts, "cup_volume_mm3")
    if cups is not None and (crossed := _crossed(profile, "cup", cups, least=False, tolerance=0.0)):
        yield Judged("cups", crossed[0], cups, crossed[1].value, "mm3", params, None, crossed[1])


def _sheet(facts: Mapping[str, Any], profile: Profile) -> Iterator[Judged]:
    """A laser cuts one outline through a sheet: as thick as the sheet, and the same all through."""
    size = readings.sides(facts)
    if size is None or min(size) <= 0:
        return
    tight = readings.sides(facts, "oriented_box_mm")
    thickness = min(*size, *(tight if tight and min(tight) > 0 else size))
    sheet, rests_on = profile.volume_mm[2], profile.limits["sheet_share"]
    if abs(thickness - sheet) > sheet * rests_on.value * (1 + 1e-9):
        severity = "error" if thickness > sheet else "warning"
        yield Judged("sheet", severity, thickness, sheet, "mm", {"thicker": thickness > sheet}, None, rests_on)
    contact, volume = number(facts, "bed_contact_mm2"), number(facts, "volume_mm3")
    if contact is not None and volume and volume > 0 and size[2] <= thickness * (1 + FLAT_SHARE):
        straight, rests_on = contact * thickness, profile.limits["flat_share"]
        off = abs(straight - volume) / max(straight, volume)
        if off > rests_on.value:
            yield Judged("not-flat", "error", off, rests_on.value, "share", {}, None, rests_on)


Check = Callable[[Mapping[str, Any], Profile], Iterator[Judged]]
_ALWAYS: tuple[Check, ...] = (_topology, _solid, _units)
_SIZED: tuple[Check, ...] = (_room, _walls, _gaps, _round)
_CHECKS: dict[str, tuple[Check, ...]] = {
    "fdm": (_detail, _overhang, _bridges, _standing, _turn, _trapped),
    "sla": (_trapped,),
    "sls": (_trapped,),
    "laser": (_sheet,),
    "cnc": (_trapped,),
}
