"""Does it print? Findings with stable codes, from facts and a printer's profile."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from designs.mesh.types import Facts, Finding, Verdict

MM_PER = {"mm": 1.0, "cm": 10.0, "m": 1000.0, "inch": 25.4, "unknown": 1.0}
_RANK = {"error": 0, "warning": 1, "info": 2, "ok": 3}


@dataclass(frozen=True)
class Profile:
    """A printer. Lengths in mm; `overhang_share` is of the whole surface."""

    name: str = "FDM 220"
    bed_mm: tuple[float, float, float] = (220.0, 220.0, 250.0)
    thin_mm: float = 0.8
    overhang_share: float = 0.05
    tiny_mm: float = 1.0


DEFAULT_FDM = Profile()


def in_units(facts: Mapping[str, Any], unit: str) -> Facts:
    """The same facts in mm, once the owner has said the unit of a file that declares none."""
    result = dict(facts)
    factor = MM_PER.get(unit, 1.0)
    if facts.get("units", "unknown") != "unknown" or "size_mm" not in facts:
        return result
    result |= _scaled(facts, factor)
    result["objects"] = [{**item, **_scaled(item, factor)} for item in facts.get("objects", [])]
    result["units"] = unit
    result["units_guess"] = {"unit": unit, "confidence": 1.0, "reason": "owner"}
    return result


def _scaled(facts: Mapping[str, Any], factor: float) -> Facts:
    changed: Facts = {}
    for key, value in facts.items():
        power = 3 if key.endswith("_mm3") else 2 if key.endswith("_mm2") else 1 if key.endswith("_mm") else 0
        if power and isinstance(value, list):
            changed[key] = [None if v is None else v * factor**power for v in value]
        elif power and value is not None:
            changed[key] = value * factor**power
    return changed


def judge(facts: Mapping[str, Any], profile: Profile = DEFAULT_FDM) -> Verdict:
    """Every check, worst first. A value exactly at its limit passes."""
    found = [*_topology(facts), *_shape(facts, profile)]
    found.sort(key=lambda item: _RANK[item.severity])
    worst = found[0].severity if found else "ok"
    grade = {"error": "fails", "warning": "care"}.get(worst, "prints")
    return Verdict(grade, tuple(found))


def _count(facts: Mapping[str, Any], key: str, code: str, severity: str) -> Iterator[Finding]:
    value = facts.get(key) or 0
    if value > 0:
        yield Finding(code, severity, float(value), 0.0, "", {"count": value})


def _topology(facts: Mapping[str, Any]) -> Iterator[Finding]:
    boundary = facts.get("boundary_edges") or 0
    if boundary:
        yield Finding("not-watertight", "error", float(boundary), 0.0, "edges", {"count": boundary})
    else:
        yield Finding("watertight", "ok", 0.0, 0.0, "edges")
    yield from _count(facts, "non_manifold_edges", "non-manifold", "warning")
    yield from _count(facts, "winding_errors", "misoriented", "warning")
    yield from _count(facts, "degenerate_triangles", "degenerate", "info")
    volume = facts.get("volume_mm3")
    if volume is not None and volume < 0:
        yield Finding("inverted", "error", float(volume), 0.0, "mm3")
    shells = facts.get("shells") or 0
    if shells > 1:
        yield Finding("multi-shell", "info", float(shells), 1.0, "", {"count": shells})
    yield from _count(facts, "cavities", "cavities", "info")


def _shape(facts: Mapping[str, Any], profile: Profile) -> Iterator[Finding]:
    size = [float(v) for v in facts["size_mm"]]
    area, volume = float(facts.get("area_mm2") or 0.0), facts.get("volume_mm3")
    if not volume or min(size) <= 0:
        yield Finding("no-volume", "error", float(volume or 0.0), 0.0, "mm3")
    elif min(size) < profile.thin_mm:
        yield Finding("thin", "warning", min(size), profile.thin_mm, "mm")
    guess = facts.get("units_guess") or {}
    if facts.get("units") == "unknown" and guess.get("unit", "mm") != "mm":
        params = {"unit": guess["unit"], "confidence": guess.get("confidence")}
        yield Finding("units-guess", "warning", max(size), None, "mm", params)
    yield _bed(size, profile)
    share = float(facts.get("overhang_area_mm2") or 0.0) / area if area else 0.0
    limit = profile.overhang_share
    hangs = share > limit
    params = {"area_mm2": facts.get("overhang_area_mm2"), "degrees": 45}
    yield Finding("overhang" if hangs else "overhang-ok", "warning" if hangs else "ok", share, limit, "share", params)


def _bed(size: list[float], profile: Profile) -> Finding:
    """A part may be turned on the bed by 90 degrees, and laid down."""
    bed = profile.bed_mm
    standing = [*sorted(size[:2]), size[2]]
    stands = all(s <= b for s, b in zip(standing, [*sorted(bed[:2]), bed[2]], strict=True))
    lies = all(s <= b for s, b in zip(sorted(size), sorted(bed), strict=True))
    params = {"size_mm": size, "bed_mm": list(bed), "profile": profile.name}
    if stands:
        return Finding("fits-bed", "ok", max(size), max(bed), "mm", params)
    code, severity = ("fits-bed-turned", "info") if lies else ("too-large", "error")
    return Finding(code, severity, max(size), max(bed), "mm", params)
