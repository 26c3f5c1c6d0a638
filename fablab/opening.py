"""When a lab is open: its weekly hours, its special days, its closures, and what its people say just now.

Hours are told in the lab's own time, so that summer time moves them; spans are in UTC, where lengths are true.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from fablab.models import Closure, Lab

Span = tuple[datetime, datetime]
DAY = timedelta(days=1)
LOOK_AHEAD = 21
"""Days within which the next change is looked for."""


@dataclass(frozen=True)
class Opening:
    """Whether a lab is open, since when and until when (None: for longer than we look back and ahead).

    `is_known` is false where nobody has said when the lab is open. `is_said` is true where its people said it just now.
    """

    is_open: bool
    until: datetime | None = None
    since: datetime | None = None
    is_known: bool = True
    is_said: bool = False


def open_spans(lab: Lab, first: date, last: date, *, members: bool = False) -> list[Span]:
    """What is open from the start of `first` to the end of `last`, days of the lab; in order, apart, in UTC.

    `members`: with the hours that are not for everybody.
    """
    zone = ZoneInfo(lab.timezone)
    weekly: dict[int, list[tuple[time, time]]] = {}
    for one in lab.hours.all():
        if members or not one.for_members:
            weekly.setdefault(one.weekday, []).append((one.opens, one.closes))
    special: dict[date, list[tuple[time, time]]] = {}
    for day in lab.special_days.all():
        hours = special.setdefault(day.day, [])
        if day.opens is not None and day.closes is not None:
            hours.append((day.opens, day.closes))
    spans = []
    day_of = first - DAY
    while day_of <= last:
        for opens, closes in special.get(day_of, weekly.get(day_of.weekday(), [])):
            spans.append((_at(day_of, opens, zone), _at(day_of + DAY if closes <= opens else day_of, closes, zone)))
        day_of += DAY
    frame = (_at(first, time.min, zone), _at(last + DAY, time.min, zone))
    shut = [
        (one.starts, one.ends)
        for one in lab.closures.all()
        if one.machine_id is None and one.kind == Closure.Kind.CLOSURE
    ]
    return without(clipped(merged(spans), frame), shut)


def is_open(lab: Lab, at: datetime, *, members: bool = False) -> bool:
    """Whether the lab is open then; what its people say just now counts before its hours."""
    if lab.says_until and at < lab.says_until:
        return bool(lab.says_open)
    return any(starts <= at < ends for starts, ends in _around(lab, at, members=members, days=0))


def opening(lab: Lab, at: datetime) -> Opening:
    """Whether the lab is open for everybody then, and when that changes."""
    if lab.says_until and at < lab.says_until:
        return Opening(bool(lab.says_open), lab.says_until, is_said=True)
    spans = _around(lab, at, members=False, days=LOOK_AHEAD)
    if not spans and not lab.hours.all():
        return Opening(is_open=False, is_known=False)
    before = None
    for starts, ends in spans:
        if starts <= at < ends:
            return Opening(is_open=True, until=ends, since=starts)
        if at < starts:
            return Opening(is_open=False, until=starts, since=before)
        before = ends
    return Opening(is_open=False, since=before)


def merged(spans: Iterable[Span]) -> list[Span]:
    """In order and apart: what touches or overlaps becomes one; what ends before it starts is dropped."""
    found: list[Span] = []
    for starts, ends in sorted(one for one in spans if one[0] < one[1]):
        if found and starts <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], ends))
        else:
            found.append((starts, ends))
    return found


def clipped(spans: Iterable[Span], frame: Span) -> list[Span]:
    """The parts of the spans that lie within the frame."""
    cut = ((max(starts, frame[0]), min(ends, frame[1])) for starts, ends in spans)
    return [one for one in cut if one[0] < one[1]]


def without(spans: list[Span], shut: Iterable[Span]) -> list[Span]:
    """The spans less what is shut."""
    for away, back in shut:
        halves = ((starts, min(ends, away), max(starts, back), ends) for starts, ends in spans)
        spans = [part for a, b, c, d in halves for part in ((a, b), (c, d)) if part[0] < part[1]]
    return spans


def _around(lab: Lab, at: datetime, *, members: bool, days: int) -> list[Span]:
    """Whole spans about a moment: to so many days after it, and a week before where there is something to look for."""
    today = at.astimezone(ZoneInfo(lab.timezone)).date()
    return open_spans(lab, today - (7 * DAY if days else DAY), today + timedelta(days=days + 1), members=members)


def _at(day: date, clock: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, clock, tzinfo=zone).astimezone(UTC)
