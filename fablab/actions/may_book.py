"""Whether a person may book a machine in a time: the facts from the rows, held against fablab.slots.RULES."""

from collections.abc import Container
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import DurationField, ExpressionWrapper, F, Sum

from accounts.models import User
from designs.actions.errors import RefusedError
from fablab import policy, slots
from fablab.actions.occupy import hours
from fablab.models import Booking, Machine, Strike
from fablab.words_booking import REFUSALS

COUNTED = [*slots.STANDING, slots.BookingState.DONE, slots.BookingState.NO_SHOW]
"""What counts for the minutes that one person has in a week."""


def rules_of(machine: Machine) -> slots.Rules:
    """A machine's rules of booking."""
    return slots.Rules(
        who=machine.who,
        least=timedelta(minutes=machine.least_minutes),
        most=timedelta(minutes=machine.most_minutes),
        notice=timedelta(hours=machine.notice_hours),
        horizon=timedelta(days=machine.horizon_days),
        week=timedelta(minutes=machine.week_minutes),
        runs_overnight=machine.runs_overnight,
    )


def check(
    machine: Machine,
    person: User,
    starts: datetime,
    ends: datetime,
    *,
    by: User,
    now: datetime,
    moving: Booking | None = None,
    without: Container[str] = (),
) -> None:
    """Raises RefusedError, with the rule's code and sentence, where `person` may not have the machine then.

    The lab's staff, as `by`, is bound by few rules. `moving` is not counted; rules in `without` are not asked.
    """
    is_member = policy.is_member(person, machine.lab)
    ask = slots.Ask(
        starts=starts,
        ends=ends,
        now=now,
        opens=hours(machine.lab, (starts, max(ends, starts)), members=is_member),
        used=_used(machine, person, starts, moving),
        is_staff=policy.can_operate(by, machine.lab),
        is_member=is_member,
        is_trained=policy.is_trained(person, machine),
        is_working=machine.is_working,
        strikes=strikes_of(person, machine, now),
    )
    if code := slots.broken(ask, rules_of(machine), without=without):
        raise RefusedError(sentence(code, machine), code)


ABOUT_PEOPLE = frozenset({"down", "staff-only", "members-only", "training", "strikes"})
"""Rules that say no whatever the time."""


def closed_to(machine: Machine, person: User, *, now: datetime) -> str:
    """Why this person cannot book the machine at any time, as a sentence; nothing where they can."""
    of_time = {rule.code for rule in slots.RULES} - ABOUT_PEOPLE
    try:
        check(machine, person, now, now, by=person, now=now, without=of_time)
    except RefusedError as refused:
        return str(refused)
    return ""


def sentence(code: str, machine: Machine) -> str:
    """Why not, for the person who asked."""
    words = REFUSALS["closed-at-start" if code == "closed" and machine.runs_overnight else code]
    return str(words) % {
        "machine": machine.name,
        "lab": machine.lab.name,
        "training": machine.training or "",
        "least": machine.least_minutes,
        "most": machine.most_minutes,
        "notice": machine.notice_hours,
        "horizon": machine.horizon_days,
        "week": machine.week_minutes,
    }


def strikes_of(person: User, machine: Machine, now: datetime) -> int:
    """How many bookings this person missed in the machine's lab that still count."""
    return Strike.objects.filter(lab=machine.lab_id, person=person, is_lifted=False, expires_at__gt=now).count()


def _used(machine: Machine, person: User, at: datetime, moving: Booking | None) -> timedelta:
    if not machine.week_minutes:
        return slots.ZERO
    week = slots.week_of(at, ZoneInfo(machine.lab.timezone))
    rows = Booking.objects.filter(
        machine=machine, person=person, state__in=COUNTED, starts__gte=week[0], starts__lt=week[1]
    )
    if moving:
        rows = rows.exclude(pk=moving.pk)
    length = ExpressionWrapper(F("ends") - F("starts"), output_field=DurationField())
    total: timedelta | None = rows.aggregate(total=Sum(length))["total"]
    return total or slots.ZERO
