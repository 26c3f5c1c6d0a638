"""What lies on machines in a span of days, as one person may see it: for calendars, tables and feeds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from fablab.models import Lab, Machine, Occupation
from fablab.slots import BookingState, Span

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Days:
    """Whole days on a lab's clock; one of 23 or of 25 hours is a day."""

    first: date
    number: int
    zone: ZoneInfo

    @property
    def frame(self) -> Span:
        """From midnight to midnight, in UTC."""
        return self.start(self.first), self.start(self.first + self.number * DAY)

    @property
    def last(self) -> date:
        """The last of them."""
        return self.first + (self.number - 1) * DAY

    def start(self, day: date) -> datetime:
        """The midnight with which a day begins."""
        return datetime.combine(day, time.min, tzinfo=self.zone).astimezone(UTC)

    def __iter__(self) -> Iterator[date]:
        return (self.first + number * DAY for number in range(self.number))


@dataclass(frozen=True, slots=True)
class Block:
    """Something on a machine. `kind` is mine, held, booking, job, closure or maintenance.

    `taken` is what it holds of the machine, with its buffer; `starts` to `ends` what people see.
    """

    machine: int
    kind: str
    starts: datetime
    ends: datetime
    taken: Span
    title: str
    booking: int | None
    can_change: bool


_COLUMNS = (
    "machine_id",
    "kind",
    "starts",
    "ends",
    "booking__pk",
    "booking__person_id",
    "booking__person__username",
    "booking__state",
    "booking__ends",
    "booking__purpose",
    "attempt__request__requester_id",
    "attempt__request__ref",
    "closures__reason",
)


def blocks(machines: Sequence[Machine], frame: Span, *, viewer: int | None, is_staff: bool) -> list[Block]:
    """Everything in the frame in its order, by one query. Who booked what is for themselves and the lab's staff."""
    rows = Occupation.objects.filter(machine__in=[one.pk for one in machines], starts__lt=frame[1], ends__gt=frame[0])
    words = {"booking": _("Booked"), "job": _("Print job"), "closure": _("Closed"), "maintenance": _("Maintenance")}
    found = []
    for row in rows.order_by("starts", "pk").values_list(*_COLUMNS):
        machine, kind, starts, ends, pk, person, name, state, until, purpose, requester, ref, reason = row
        is_mine = viewer is not None and viewer in {person, requester}
        title, can_change = words[kind], False
        if pk:
            can_change = (is_mine or is_staff) and state in {BookingState.CONFIRMED, BookingState.CHECKED_IN}
            if is_mine or is_staff:
                title = " · ".join(part for part in ("" if is_mine else name, purpose) if part) or _("You")
        elif kind == Occupation.Kind.JOB:
            title = ref if ref and (is_mine or is_staff) else title
        elif reason:
            title = reason
        shown = "mine" if is_mine else kind
        shown = "held" if state == BookingState.HELD else shown
        found.append(Block(machine, shown, starts, until or ends, (starts, ends), title, pk, can_change))
    return found


def days_of(lab: Lab, said: str | None, view: str, now: datetime) -> Days:
    """The week (from its Monday) or the day about a date such as 2027-03-02; today's where that is no date."""
    zone = ZoneInfo(lab.timezone)
    today = now.astimezone(zone).date()
    try:
        day = date.fromisoformat(said or "")
    except ValueError:
        day = today
    day = min(max(day, today - 366 * DAY), today + 731 * DAY)
    return Days(day, 1, zone) if view == "day" else Days(day - day.weekday() * DAY, 7, zone)
