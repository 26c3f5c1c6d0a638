"""Which of many labs are open: one question for those that keep to their week, each of the others by itself."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import F, Q, QuerySet

from fablab.models import Closure, Lab, OpeningHours, SpecialDay
from fablab.opening import is_open


def open_now(labs: QuerySet[Lab], at: datetime) -> set[int]:
    """The ids of the labs that are open for everybody at a moment; as `is_open` says of each."""
    zones = set(labs.order_by().values_list("timezone", flat=True).distinct())
    clocks: dict[tuple[int, time], list[str]] = {}
    for zone in zones:
        there = at.astimezone(ZoneInfo(zone))
        clocks.setdefault((there.weekday(), there.time()), []).append(zone)
    weekly = Q(pk__in=[])
    for (weekday, clock), places in clocks.items():
        weekly |= Q(lab__timezone__in=places) & _at(weekday, clock)
    rows = OpeningHours.objects.filter(weekly, for_members=False, lab__in=labs.order_by().values("pk"))
    odd = set(labs.order_by().filter(_is_odd(at)).values_list("pk", flat=True))
    checked = Lab.objects.filter(pk__in=odd).prefetch_related("hours", "special_days", "closures")
    usual = set(rows.order_by().values_list("lab", flat=True)) - odd
    return usual | {lab.pk for lab in checked if is_open(lab, at)}


def _at(weekday: int, clock: time) -> Q:
    """Hours that hold at a clock of a weekday; over midnight they began the day before."""
    over = Q(closes__lte=F("opens"))
    today = Q(weekday=weekday, opens__lte=clock) & (Q(closes__gt=clock) | over)
    return today | (Q(weekday=(weekday - 1) % 7, closes__gt=clock) & over)


def _is_odd(at: datetime) -> Q:
    """Labs whose week alone does not say: days that are otherwise, closures, and what was said just now."""
    days = (at.date() - timedelta(days=2), at.date() + timedelta(days=1))
    special = SpecialDay.objects.filter(day__range=days).order_by().values("lab")
    shut = Closure.objects.filter(machine=None, starts__lte=at, ends__gt=at).order_by().values("lab")
    return Q(says_until__gt=at) | Q(pk__in=special) | Q(pk__in=shut)
