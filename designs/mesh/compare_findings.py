"""Findings before and after: which are new, gone, better or worse, and where."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from designs.mesh.types import Facts, Finding, Verdict

RANK = {"error": 3, "warning": 2, "info": 1, "ok": 0}
CLEARLY = 0.02
PLACES = {"thin": ("thin_places", "wall_mm", "wall_min_mm"), "gap": ("gap_places", "gap_mm", "gap_min_mm")}
MAX_PER_CODE = 5
NEARBY = 0.05


@dataclass(frozen=True)
class Change:
    """One finding that is "new", "gone", "better" or "worse" in the version after.

    `before` and `after` are in `unit` (None: not known, or no such finding); `severity` is the worse of the two
    versions'; `at_mm` is where, in the version that has it.
    """

    code: str
    kind: str
    severity: str
    before: float | None = None
    after: float | None = None
    limit: float | None = None
    unit: str = ""
    at_mm: tuple[float, float, float] | None = None


def findings(
    facts_before: Mapping[str, Any],
    facts_after: Mapping[str, Any],
    verdict_before: Verdict,
    verdict_after: Verdict,
    moved_mm: Sequence[float] | None = None,
) -> list[Change]:
    """What changed between the findings of two versions, worst first. Facts and verdicts are of the same profile.

    Walls and gaps are matched place by place, those before shifted by `moved_mm` (`Comparison.facts["moved_mm"]`).
    Numbers within 2 % of each other are the same; findings of severity "ok" only say that all is well.
    """
    old, new = _troubles(verdict_before), _troubles(verdict_after)
    changes: list[Change] = []
    for code in dict.fromkeys([*new, *old]):
        was, now = old.get(code), new.get(code)
        if code in PLACES and (places := _by_place(code, facts_before, facts_after, was, now, moved_mm)) is not None:
            changes += places
        elif now is None and was is not None:
            changes.append(_change("gone", was, was.value, _ok_value(verdict_after, facts_after, was)))
        elif was is None and now is not None:
            changes.append(_change("new", now, _ok_value(verdict_before, facts_before, now), now.value))
        elif was is not None and now is not None and (kind := _kind(was, now)):
            worst = max(was, now, key=lambda one: RANK[one.severity])
            changes.append(_change(kind, worst, was.value, now.value))
    order = {"new": 0, "worse": 0, "better": 1, "gone": 1}
    return sorted(changes, key=lambda one: (order[one.kind], -RANK[one.severity]))


def mass_g(volume_mm3: float, density_g_cm3: float = 1.24) -> float:
    """Mass in g of solid material; PLA (1.24 g/cm³) unless another density is given."""
    return volume_mm3 / 1000.0 * density_g_cm3


def _troubles(verdict: Verdict) -> dict[str, Finding]:
    """Findings by code, without those that say all is well; of two with one code the worse."""
    found: dict[str, Finding] = {}
    for one in verdict.findings:
        if RANK[one.severity] > RANK[found[one.code].severity if one.code in found else "ok"]:
            found[one.code] = one
    return found


def _change(kind: str, found: Finding, before: float | None, after: float | None) -> Change:
    at = found.params.get("at_mm")
    where = (float(at[0]), float(at[1]), float(at[2])) if at is not None and len(at) == 3 else None
    return Change(found.code, kind, found.severity, before, after, found.limit, found.unit, where)


def _ok_value(verdict: Verdict, facts: Mapping[str, Any], found: Finding) -> float | None:
    """What the version without a finding measures: its "ok" finding of the same code, the fact, or no faults."""
    for one in verdict.findings:
        if one.code in (found.code, f"{found.code}-ok") and one.unit == found.unit:
            return one.value
    if found.code in PLACES:
        value = facts.get(PLACES[found.code][2])
        return float(value) if value is not None else None
    return 0.0 if found.limit == 0.0 and found.unit in {"", "edges"} else None


def _kind(was: Finding, now: Finding) -> str:
    """Better or worse, by severity, else by which way the number went from its limit; "" for no change."""
    if RANK[was.severity] != RANK[now.severity]:
        return "worse" if RANK[now.severity] > RANK[was.severity] else "better"
    if was.value is None or now.value is None or now.limit is None:
        return ""
    return _direction(was.value, now.value, low_is_bad=now.value < now.limit)


def _direction(was: float, now: float, low_is_bad: bool) -> str:
    if abs(now - was) <= CLEARLY * max(abs(was), abs(now)):
        return ""
    return "worse" if (now < was) == low_is_bad else "better"


def _by_place(
    code: str,
    facts_before: Mapping[str, Any],
    facts_after: Mapping[str, Any],
    was: Finding | None,
    now: Finding | None,
    moved_mm: Sequence[float] | None,
) -> list[Change] | None:
    """Changes at the places of a code, worst first; None where neither version names a place under the limit."""
    listed, key, _ = PLACES[code]
    found = now or was
    if found is None or found.limit is None or found.unit != "mm":
        return None
    moved = [float(step) for step in moved_mm or (0.0, 0.0, 0.0)]
    old = [{**place, "at_mm": _plus(place["at_mm"], moved)} for place in facts_before.get(listed) or []]
    new = list(facts_after.get(listed) or [])
    limit = found.limit
    if not any(place[key] < limit for place in old + new):
        return None
    near = NEARBY * max([1.0, *(float(side) for side in facts_after.get("size_mm") or [])])
    pairs, alone = _matched(old, new, key, near)
    changes: list[Change] = []
    for place, before in pairs:
        after = float(place[key])
        if before is None:
            before = _unlisted(facts_before, code, old)
            kind = "new" if after < limit else ""
        elif (before < limit) == (after < limit):
            kind = _direction(before, after, low_is_bad=True) if after < limit else ""
        else:
            kind = "new" if after < limit else "gone"
        if kind:
            changes.append(_placed(found, kind, before, after, place["at_mm"]))
    rest = _unlisted(facts_after, code, new)
    changes += [
        _placed(found, "gone", float(place[key]), rest, place["at_mm"]) for place in alone if place[key] < limit
    ]
    severe = sorted(changes, key=lambda one: min(value for value in (one.before, one.after) if value is not None))
    bad = [one for one in severe if one.kind in {"new", "worse"}]
    good = [one for one in severe if one.kind in {"gone", "better"}]
    return bad[:MAX_PER_CODE] + good[:MAX_PER_CODE]


def _unlisted(facts: Mapping[str, Any], code: str, places: list[Facts]) -> float | None:
    """What a place that is not listed measures at least, known only where no place is: the least of all."""
    value = facts.get(PLACES[code][2])
    return float(value) if value is not None and not places else None


def _matched(
    old: list[Facts], new: list[Facts], key: str, near: float
) -> tuple[list[tuple[Facts, float | None]], list[Facts]]:
    """Each new place with the number of the old one nearest to it, and the old places that no new one took."""
    free = dict(enumerate(old))
    pairs: list[tuple[Facts, float | None]] = []
    for place in sorted(new, key=lambda one: float(one[key])):
        close = [(gap, number) for number, one in free.items() if (gap := _apart(one["at_mm"], place["at_mm"])) <= near]
        taken = free.pop(min(close)[1]) if close else None
        pairs.append((place, float(taken[key]) if taken else None))
    return pairs, list(free.values())


def _placed(found: Finding, kind: str, before: float | None, after: float | None, at: Sequence[float]) -> Change:
    where = (float(at[0]), float(at[1]), float(at[2]))
    return Change(found.code, kind, found.severity, before, after, found.limit, found.unit, where)


def _plus(at: Sequence[float], step: Sequence[float]) -> list[float]:
    return [float(one) + other for one, other in zip(at, step, strict=True)]


def _apart(one: Sequence[float], other: Sequence[float]) -> float:
    return float(sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) ** 0.5)
