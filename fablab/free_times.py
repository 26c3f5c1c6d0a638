"""Tables of what is free: half an hour by half an hour for one machine, day by day for many."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.utils.formats import number_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from fablab import slots
from fablab.agenda import Block, Days
from fablab.models import Machine
from fablab.slots import Span

STEP = timedelta(minutes=30)


@dataclass(frozen=True)
class Cell:
    """A half hour of a day. `state` is the kind of what lies there, or free, closed, over or skipped by the clock."""

    at: datetime
    ends: datetime
    state: str
    title: str = ""
    booking: int | None = None


@dataclass(frozen=True)
class Row:
    """A time of the clock on each of the days."""

    clock: time
    cells: list[Cell]


def hours_shown(days: Days, opens: Sequence[Span], blocks: Sequence[Block], *, overnight: bool) -> tuple[int, int]:
    """From which hour to which the days are worth showing; 0 to 24 where machines run at night."""
    if overnight:
        return 0, 24
    first, last = 24, 0
    frame = days.frame
    shut = {"closure", "maintenance"}
    for starts, ends in {*opens, *((one.starts, one.ends) for one in blocks if one.kind not in shut)}:
        here, there = max(starts, frame[0]).astimezone(days.zone), min(ends, frame[1]).astimezone(days.zone)
        if here.date() != there.date():
            return 0, 24
        first, last = min(first, here.hour), max(last, there.hour + bool(there.minute))
    return (first, last) if first < last else (8, 20)


def rows(
    machine: Machine, days: Days, hours: tuple[int, int], blocks: Sequence[Block], opens: Sequence[Span], now: datetime
) -> list[Row]:
    """The table of one machine."""
    least = timedelta(minutes=max(machine.least_minutes, 15))
    free = list(
        slots.free(
            [one.taken for one in blocks],
            opens,
            (max(days.frame[0], slots.floor(now)), days.frame[1] + timedelta(days=1)),
            lasting=least,
            buffer=timedelta(minutes=machine.buffer_minutes),
            runs_overnight=machine.runs_overnight,
        )
    )
    length = max(least, STEP)
    clocks = [time(minute // 60, minute % 60) for minute in range(hours[0] * 60, hours[1] * 60, 30)]

    def cell(day: date, clock: time) -> Cell:
        here = datetime.combine(day, clock, tzinfo=days.zone)
        at = here.astimezone(UTC)
        ends = (at + length).astimezone(days.zone)
        if at.astimezone(days.zone).replace(tzinfo=None) != here.replace(tzinfo=None):
            return Cell(here, ends, "skipped")
        for one in blocks:
            if one.starts < at + STEP and at < one.ends:
                title = one.title if at <= one.starts or clock == clocks[0] else ""
                return Cell(here, ends, one.kind, title, one.booking if one.can_change else None)
        if at + STEP <= now:
            return Cell(here, ends, "over")
        for starts, stops in free:
            if starts <= at and at + least <= stops:
                return Cell(here, min(at + length, stops).astimezone(days.zone), "free")
        return Cell(here, ends, "closed")

    return [Row(clock, [cell(day, clock) for day in days]) for clock in clocks]


@dataclass(frozen=True)
class Strip:
    """A day of a machine as a drawing: what is open and what is taken, and how much is free, in hours."""

    date: str
    free_hours: float
    free_words: str
    drawing: SafeString


def strips(
    days: Days, hours: tuple[int, int], blocks: Sequence[Block], opens: Sequence[Span], now: datetime
) -> list[Strip]:
    """One for each day. `blocks` are one machine's, in order."""
    starts = [one.starts for one in blocks]
    longest = max((one.ends - one.starts for one in blocks), default=timedelta(0))
    found, said = [], _("%(n)s h free")
    for day in days:
        midnight = days.start(day)
        frame = (midnight + timedelta(hours=hours[0]), midnight + timedelta(hours=hours[1]))
        near = blocks[bisect_right(starts, frame[0] - longest) :]
        inside = []
        for one in near:
            if one.starts >= frame[1]:
                break
            if one.ends > frame[0]:
                inside.append(one)
        open_today = [(max(a, frame[0]), min(b, frame[1])) for a, b in opens if a < frame[1] and b > frame[0]]
        ahead = [(max(a, now), b) for a, b in open_today if b > now]
        taken = [one.taken for one in inside]
        free = sum((b - a for span in ahead for a, b in slots.gaps(taken, span)), timedelta(0))
        left = round(free.total_seconds() / 3600, 1)
        words = said % {"n": number_format(left, 0 if left.is_integer() else 1)}
        found.append(Strip(day.isoformat(), left, words, _drawing(frame, open_today, inside)))
    return found


def _drawing(frame: Span, opens: Sequence[Span], blocks: Sequence[Block]) -> SafeString:
    """Paths in a box as wide as the frame has quarters; numbers alone, so nothing needs escaping."""
    shapes: dict[str, list[Span]] = {"open": list(opens)}
    for one in blocks:
        shapes.setdefault(one.kind, []).append((one.starts, one.ends))
    width = len(slots.quarters(frame))
    paths = "".join(
        f'<path class="{kind}" d="{"".join(_box(frame, span) for span in spans)}"/>' for kind, spans in shapes.items()
    )
    return SafeString(
        f'<svg class="strip" viewBox="0 0 {width} 8" preserveAspectRatio="none" aria-hidden="true">{paths}</svg>'
    )


def _box(frame: Span, span: Span) -> str:
    first = max((span[0] - frame[0]).total_seconds() / slots.SECONDS, 0)
    last = (min(span[1], frame[1]) - frame[0]).total_seconds() / slots.SECONDS
    return f"M{first:g} 0H{last:g}V8H{first:g}z" if last > first else ""
