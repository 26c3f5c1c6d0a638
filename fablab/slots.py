"""Quarters of an hour: what is free, open and allowed. Pure.

Moments are aware datetimes. A quarter is Unix seconds // 900, which is a quarter of an hour on every clock in use, as
the offsets of time zones are whole quarters. Spans are in UTC, where lengths are true on days of 23 and of 25 hours.
"""

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

SECONDS = 900
QUARTER = timedelta(seconds=SECONDS)
ZERO = timedelta(0)
Span = tuple[datetime, datetime]


def floor(at: datetime) -> datetime:
    """The start of the quarter in which a moment lies, in UTC."""
    return datetime.fromtimestamp(int(at.timestamp()) // SECONDS * SECONDS, UTC)


def ceil(at: datetime) -> datetime:
    """The first start of a quarter at or after a moment, in UTC."""
    start = floor(at)
    return start if start == at else start + QUARTER


def taken_by(starts: datetime, ends: datetime, buffer: timedelta = ZERO) -> Span:
    """The whole quarters that somebody takes from `starts` to `ends` and `buffer` after."""
    return floor(starts), ceil(ends + buffer)


def quarters(span: Span) -> range:
    """The numbers of the quarters of a span of whole quarters."""
    return range(int(span[0].timestamp()) // SECONDS, int(span[1].timestamp()) // SECONDS)


def gaps(taken: Iterable[Span], frame: Span) -> Iterator[Span]:
    """What the spans leave of a frame, in order. `taken` comes in the order of its starts."""
    at, last = frame
    for starts, ends in taken:
        if starts >= last:
            break
        if starts > at:
            yield at, starts
        at = max(at, ends)
    if at < last:
        yield at, last


def free(
    taken: Iterable[Span],
    opens: Sequence[Span],
    frame: Span,
    *,
    lasting: timedelta = QUARTER,
    buffer: timedelta = ZERO,
    runs_overnight: bool = False,
) -> Iterator[Span]:
    """Where something that lasts so long may be put, on whole quarters and with its buffer after it.

    Inside opening hours; what runs overnight only begins in them, so that its spans may overlap. `taken` and `opens`
    come in order.
    """
    first = 0
    for gap in gaps(taken, (ceil(frame[0]), floor(frame[1]))):
        until = floor(gap[1] - buffer)
        while first < len(opens) and opens[first][1] <= gap[0]:
            first += 1
        for opening, closing in opens[first:]:
            if opening >= until:
                break
            starts = ceil(max(gap[0], opening))
            ends = until if runs_overnight else min(until, floor(closing))
            if starts < closing and ends - starts >= lasting:
                yield starts, ends


def repeats(starts: datetime, ends: datetime, zone: ZoneInfo, *, days: int, times: int) -> list[Span]:
    """The same hours of the clock every so many days: summer time moves the moments, not the clock.

    A time that the clock skips in spring falls as much later; where that leaves nothing, the length is kept instead.
    """
    here, there = starts.astimezone(zone), ends.astimezone(zone)
    found = []
    for number in range(times):
        step = timedelta(days=days * number)
        first, last = (here + step).astimezone(UTC), (there + step).astimezone(UTC)
        found.append((first, last if last > first else first + (ends - starts)))
    return found


def week_of(at: datetime, zone: ZoneInfo) -> Span:
    """From Monday to Monday, midnight on the zone's clock, about a moment."""
    midnight = at.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    monday = midnight - timedelta(days=midnight.weekday())
    return monday.astimezone(UTC), (monday + timedelta(days=7)).astimezone(UTC)


@dataclass(frozen=True)
class Rules:
    """What a machine asks of a booking. A length of zero for `horizon` and `week` means any."""

    who: str = "members"
    least: timedelta = QUARTER
    most: timedelta = timedelta(hours=4)
    notice: timedelta = ZERO
    horizon: timedelta = timedelta(days=60)
    week: timedelta = ZERO
    runs_overnight: bool = False


@dataclass(frozen=True)
class Ask:
    """A booking that somebody would like, and what is known of them. `used` is what they have in that week already."""

    starts: datetime
    ends: datetime
    now: datetime
    opens: Sequence[Span] = ()
    used: timedelta = ZERO
    is_staff: bool = False
    is_member: bool = False
    is_trained: bool = True
    is_working: bool = True
    strikes: int = 0

    @property
    def length(self) -> timedelta:
        """How long."""
        return self.ends - self.starts

    def is_open(self, at: datetime) -> bool:
        """Whether the lab is open at a moment."""
        return any(starts <= at < ends for starts, ends in self.opens)


MOST_STRIKES = 3
"""From so many strikes on only the lab's staff books for a person."""
LONGEST = timedelta(days=14)
"""What staff may take at once."""


@dataclass(frozen=True)
class Rule:
    """`code` names its sentence (fablab.words_booking.REFUSALS); `binds_staff`: the lab's own people keep it too."""

    code: str
    is_broken: Callable[[Ask, Rules], bool]
    binds_staff: bool = False


def _is_closed(ask: Ask, rules: Rules) -> bool:
    if rules.runs_overnight:
        return not ask.is_open(ask.starts)
    return not any(starts <= ask.starts and ask.ends <= ends for starts, ends in ask.opens)


RULES: tuple[Rule, ...] = (
    Rule("backwards", lambda ask, rules: ask.ends <= ask.starts, binds_staff=True),
    Rule("quarters", lambda ask, rules: floor(ask.starts) != ask.starts or floor(ask.ends) != ask.ends, True),
    Rule("past", lambda ask, rules: ask.starts < floor(ask.now), binds_staff=True),
    Rule("endless", lambda ask, rules: ask.length > LONGEST, binds_staff=True),
    Rule("down", lambda ask, rules: not ask.is_working, binds_staff=True),
    Rule("staff-only", lambda ask, rules: rules.who == "staff"),
    Rule("members-only", lambda ask, rules: rules.who == "members" and not ask.is_member),
    Rule("training", lambda ask, rules: not ask.is_trained),
    Rule("strikes", lambda ask, rules: ask.strikes >= MOST_STRIKES),
    Rule("too-short", lambda ask, rules: ask.length < rules.least),
    Rule("too-long", lambda ask, rules: ask.length > rules.most),
    Rule("notice", lambda ask, rules: rules.notice > ZERO and ask.starts < ask.now + rules.notice),
    Rule("horizon", lambda ask, rules: rules.horizon > ZERO and ask.starts > ask.now + rules.horizon),
    Rule("week", lambda ask, rules: rules.week > ZERO and ask.used + ask.length > rules.week),
    Rule("closed", _is_closed),
)


def broken(ask: Ask, rules: Rules, *, without: Container[str] = ()) -> str:
    """The code of the first rule that the booking breaks, or nothing; rules named in `without` are not asked."""
    asked = (rule for rule in RULES if rule.code not in without and (rule.binds_staff or not ask.is_staff))
    return next((rule.code for rule in asked if rule.is_broken(ask, rules)), "")


class BookingState(StrEnum):
    """A booking from its offer to its end."""

    HELD = "held"
    CONFIRMED = "confirmed"
    CHECKED_IN = "checked_in"
    DONE = "done"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"


NEXT: dict[BookingState, frozenset[BookingState]] = {
    BookingState.HELD: frozenset({BookingState.CONFIRMED, BookingState.CANCELLED}),
    BookingState.CONFIRMED: frozenset(
        {BookingState.CHECKED_IN, BookingState.DONE, BookingState.CANCELLED, BookingState.NO_SHOW}
    ),
    BookingState.CHECKED_IN: frozenset({BookingState.DONE, BookingState.CANCELLED}),
    BookingState.DONE: frozenset(),
    BookingState.CANCELLED: frozenset(),
    BookingState.NO_SHOW: frozenset(),
}
STANDING = frozenset({BookingState.HELD, BookingState.CONFIRMED, BookingState.CHECKED_IN})
"""While a booking is in one of these, nobody else has its time."""
CHECK_IN_BEFORE = timedelta(minutes=15)
"""So long before it starts a booking may be checked in."""
CHECK_IN_WITHIN = timedelta(minutes=15)
"""So long after its start a booking waits for its person."""
