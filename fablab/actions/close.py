"""Close a lab or a machine for a time, over whatever is booked there; open it again."""

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from designs.actions.errors import RefusedError
from fablab import slots
from fablab.actions.alternatives import instead_words
from fablab.actions.booking_states import tell_of
from fablab.actions.change_booking import withdraw
from fablab.actions.occupy import DISPLACED, Kind, machines_locked, occupied, occupy, release, shorten
from fablab.actions.wait import end_offer, offer
from fablab.models import Booking, Closure, Lab, Machine, Occupation, Waiting
from fablab.slots import Span

DOWN_FOR = timedelta(days=7)
"""So far ahead bookings give way while a machine is down; the end moves on day by day."""
LONGEST = timedelta(days=400)


def concerned(lab: Lab, machine: Machine | None) -> list[Machine]:
    """The machines that a closure is about."""
    if machine:
        return [machine]
    return list(lab.machines.exclude(state=Machine.State.RETIRED).order_by("pk"))


def in_the_way(lab: Lab, machine: Machine | None, span: Span) -> list[Occupation]:
    """The bookings and jobs that would give way."""
    rows = Occupation.objects.filter(
        machine__in=concerned(lab, machine),
        kind__in=[Kind.BOOKING, Kind.JOB],
        starts__lt=span[1],
        ends__gt=span[0],
    )
    return list(rows.select_related("machine__lab", "booking__person", "attempt__request__requester"))


def close(
    lab: Lab,
    machine: Machine | None,
    *,
    kind: str,
    starts: datetime,
    ends: datetime,
    by: User | None,
    reason: str = "",
    until_works: bool = False,
    now: datetime | None = None,
) -> Closure:
    """Take the time of the machine, or of all. Bookings and jobs in it are cancelled, and people told what is free.

    Raises RefusedError for a time that ends before it starts, is over or is longer than a year.
    """
    now = now or timezone.now()
    span = (slots.floor(starts), slots.ceil(ends))
    if ends <= starts:
        raise RefusedError(_("It must end after it starts."), "backwards")
    if ends <= now:
        raise RefusedError(_("That time is over."), "past")
    if ends - starts > LONGEST:
        raise RefusedError(_("Close it for a year at the most."), "endless")
    machines = concerned(lab, machine)
    with machines_locked(*machines):
        closure = Closure.objects.create(
            lab=lab,
            machine=machine,
            kind=kind,
            starts=span[0],
            ends=span[1],
            reason=reason[:200],
            by=by,
            until_works=until_works,
        )
        _take(closure, machines, now)
    return closure


def reopen(closure: Closure, *, now: datetime | None = None) -> None:
    """Give the time back, but for what another closure holds, and offer it to those who wait."""
    now = now or timezone.now()
    machines = concerned(closure.lab, closure.machine)
    span = (closure.starts, closure.ends)
    with machines_locked(*machines):
        for occupation in closure.occupations.all():
            release(occupation)
        closure.delete()
        for other in Closure.objects.filter(lab=closure.lab, starts__lt=span[1], ends__gt=max(span[0], now)):
            _fill(other, concerned(other.lab, other.machine))
        for machine in machines:
            offer(machine, now=now)


def machine_down(machine: Machine, by: User | None) -> None:
    """Called when a machine can no longer be used: its next days are taken until it works again."""
    now = timezone.now()
    if machine.state == Machine.State.RETIRED:
        _retire(machine, now)
    elif not Closure.objects.filter(machine=machine, until_works=True).exists():
        close(
            machine.lab,
            machine,
            kind=Closure.Kind.MAINTENANCE,
            starts=now,
            ends=now + DOWN_FOR,
            by=by,
            reason=str(machine.get_state_display()),
            until_works=True,
            now=now,
        )


def keep_down(closure: Closure, *, now: datetime) -> None:
    """Move the end of what lasts until the machine works, or open it where it does."""
    machine = closure.machine
    if machine is None or machine.state not in {Machine.State.MAINTENANCE, Machine.State.BROKEN}:
        reopen(closure, now=now)
    elif closure.ends < now + DOWN_FOR - timedelta(days=1):
        with machines_locked(machine):
            closure.ends = slots.ceil(now + DOWN_FOR)
            closure.save(update_fields=["ends"])
            _take(closure, [machine], now)


def cover_new_machines(*, now: datetime) -> None:
    """Closures of whole labs hold for the machines that came after them."""
    for closure in Closure.objects.filter(machine=None, ends__gt=now).select_related("lab"):
        later = closure.lab.machines.filter(created_at__gt=closure.created_at)
        new = list(later.exclude(state=Machine.State.RETIRED).exclude(occupations__closures=closure))
        if new:
            with machines_locked(*new):
                _take(closure, new, now)


def _take(closure: Closure, machines: list[Machine], now: datetime) -> None:
    """Clear the way, then take every quarter that is left."""
    span = (max(closure.starts, slots.floor(now)), closure.ends)
    rows = Occupation.objects.filter(
        machine__in=machines, kind__in=[Kind.BOOKING, Kind.JOB], starts__lt=span[1], ends__gt=span[0]
    )
    displaced = []
    for occupation in rows.select_related("machine__lab", "booking__person"):
        booking = getattr(occupation, "booking", None)
        if booking:
            if booking.ends > span[0]:
                was_held = booking.state == slots.BookingState.HELD
                withdraw(booking, by=closure.by, reason=_said(closure))
                if was_held:
                    end_offer(booking, Waiting.State.PASSED)
                displaced.append(booking)
            else:
                shorten(occupation, span[0])
            continue
        for give_way in DISPLACED:
            give_way(occupation, _said(closure))
        if Occupation.objects.filter(pk=occupation.pk).exists():
            release(occupation)
    _fill(closure, machines)
    for booking in displaced:
        _tell(booking, closure, now)


def _fill(closure: Closure, machines: list[Machine]) -> None:
    span = (closure.starts, closure.ends)
    for machine in machines:
        taken = [(one.starts, one.ends) for one in occupied([machine], span)]
        for gap in slots.gaps(taken, span):
            closure.occupations.add(occupy(machine, closure.kind, *gap))


def _tell(booking: Booking, closure: Closure, now: datetime) -> None:
    tell_of(
        "closure_over_booking",
        booking.machine,
        (booking.starts, booking.ends),
        booking.person,
        booking=booking,
        reason=_said(closure),
        instead=instead_words(booking, now=now),
    )


def _said(closure: Closure) -> str:
    return closure.reason or str(closure.get_kind_display())


def _retire(machine: Machine, now: datetime) -> None:
    """Whatever stands on a machine that leaves is cancelled."""
    last = Occupation.objects.filter(machine=machine, ends__gt=now).order_by("-ends").first()
    if last:
        closure = close(
            machine.lab,
            machine,
            kind=Closure.Kind.CLOSURE,
            starts=now,
            ends=min(last.ends, now + LONGEST),
            by=None,
            reason=str(machine.get_state_display()),
            now=now,
        )
        reopen(closure, now=now)
    Waiting.objects.filter(machine=machine, state=Waiting.State.WAITING).update(state=Waiting.State.PASSED)
