"""What a lab did in a span of days: hours, grams, requests, people, waiting and failures, month by month."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from django.db.models import Count, F, QuerySet, Sum

from fablab.models import Attempt, Booking, Lab, PrintRequest, RequestEvent, StockMove
from fablab.states import RequestState

ANSWERED = [RequestState.QUOTED, RequestState.REJECTED, RequestState.FORWARDED, RequestState.NEEDS_INFO]
CAME = [Booking.State.CHECKED_IN, Booking.State.DONE]


@dataclass
class Month:
    """One month, by its first day. Times in hours, masses in g, money in cents."""

    first: date
    requests: int = 0
    collected: int = 0
    worked: int = 0
    failed: int = 0
    machine_hours: float = 0.0
    booked_hours: float = 0.0
    grams: float = 0.0
    earned_cents: int = 0

    @property
    def earned(self) -> str:
        """Paid, in the currency's whole units."""
        return f"{self.earned_cents // 100}.{self.earned_cents % 100:02}"

    @property
    def failure_percent(self) -> int | None:
        """Of the attempts that ended; None where none did."""
        ended = self.worked + self.failed
        return round(100 * self.failed / ended) if ended else None


@dataclass
class Numbers:
    """The whole span: `months` in order, and what cannot be summed from them. Hours are of the wall clock."""

    first: date
    last: date
    months: list[Month] = field(default_factory=list)
    people: int = 0
    answer_hours: float | None = None
    done_days: float | None = None
    no_shows: int = 0
    machines: list[tuple[str, float, int, int]] = field(default_factory=list)
    """Name, hours, attempts that worked and that failed, of each machine."""

    @property
    def total(self) -> Month:
        """All months as one."""
        whole = Month(self.first)
        for one in self.months:
            for name in (
                "requests", "collected", "worked", "failed", "machine_hours", "booked_hours", "grams", "earned_cents",
            ):  # fmt: skip
                setattr(whole, name, getattr(whole, name) + getattr(one, name))
        return whole


def numbers(lab: Lab, first: date, last: date) -> Numbers:
    """Everything from the first day to the last, both included, in the lab's own time. A dozen queries."""
    zone = ZoneInfo(lab.timezone)
    begin = datetime.combine(first, time(), zone)
    end = datetime.combine(last + timedelta(days=1), time(), zone)
    found = Numbers(first, last, [Month(one) for one in _months(first, last)])
    by_first = {one.first: one for one in found.months}

    def month(at: datetime | None) -> Month:
        local = (at or begin).astimezone(zone).date()
        return by_first[max(local.replace(day=1), found.months[0].first)]

    asked = lab.requests.filter(submitted_at__gte=begin, submitted_at__lt=end)
    for at in asked.values_list("submitted_at", flat=True):
        month(at).requests += 1
    ended = Attempt.objects.filter(request__lab=lab, ended_at__gte=begin, ended_at__lt=end)
    _attempts(ended, found, month)
    collected = lab.requests.filter(paid_at__gte=begin, paid_at__lt=end, quote__isnull=False)
    for at, cents in collected.values_list("paid_at", "quote__total_cents"):
        month(at).collected += 1
        month(at).earned_cents += cents
    used = StockMove.objects.filter(stock__lab=lab, at__gte=begin, at__lt=end, reason=StockMove.Reason.USE)
    for at, grams in used.values_list("at", "grams"):
        month(at).grams -= grams
    bookings = Booking.objects.filter(machine__lab=lab, starts__gte=begin, starts__lt=end)
    for starts, ends in bookings.filter(state__in=CAME).values_list("starts", "ends"):
        month(starts).booked_hours += (ends - starts).total_seconds() / 3600
    found.no_shows = bookings.filter(state=Booking.State.NO_SHOW).count()
    people = set(asked.values_list("requester", flat=True)) | set(bookings.values_list("person", flat=True))
    found.people = len(people - {None})
    found.answer_hours, found.done_days = _waiting(asked)
    return found


def _attempts(ended: QuerySet[Attempt], found: Numbers, month: Callable[[datetime | None], Month]) -> None:
    for at, outcome, seconds in ended.values_list("ended_at", "outcome", "actual_seconds"):
        one = month(at)
        one.worked += outcome == Attempt.Outcome.WORKED
        one.failed += outcome == Attempt.Outcome.FAILED
        one.machine_hours += (seconds or 0) / 3600
    rows = ended.values("machine__name").annotate(seconds=Sum("actual_seconds"))
    worked = dict(_counted(ended.filter(outcome=Attempt.Outcome.WORKED)))
    failed = dict(_counted(ended.filter(outcome=Attempt.Outcome.FAILED)))
    found.machines = sorted(
        (name or "", (row["seconds"] or 0) / 3600, worked.get(name, 0), failed.get(name, 0))
        for row in rows
        for name in [row["machine__name"]]
    )


def _counted(rows: QuerySet[Attempt]) -> Iterable[tuple[str, int]]:
    return rows.values("machine__name").annotate(n=Count("pk")).values_list("machine__name", "n")


def _waiting(asked: QuerySet[PrintRequest]) -> tuple[float | None, float | None]:
    """Median hours to the first answer, and median days until the parts were ready."""
    events = RequestEvent.objects.filter(request__in=asked).order_by("at")
    answers: dict[int, float] = {}
    ready: dict[int, float] = {}
    rows = events.annotate(submitted=F("request__submitted_at")).values_list("request", "after", "at", "submitted")
    for request, after, at, submitted in rows:
        waited = (at - submitted).total_seconds()
        if after in ANSWERED:
            answers.setdefault(request, waited / 3600)
        elif after == RequestState.READY:
            ready.setdefault(request, waited / 86_400)
    return (median(answers.values()) if answers else None), (median(ready.values()) if ready else None)


def _months(first: date, last: date) -> Iterator[date]:
    at = first.replace(day=1)
    while at <= last:
        yield at
        at = (at + timedelta(days=32)).replace(day=1)
