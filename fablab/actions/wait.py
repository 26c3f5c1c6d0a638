"""Wait for a time that is taken; be offered it when it becomes free; the next one after, if nobody answers."""

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from designs.actions.errors import RefusedError
from fablab import slots
from fablab.actions.booking_states import advance, tell_of
from fablab.actions.may_book import check
from fablab.actions.occupy import Kind, machines_locked, release, try_occupy
from fablab.actions.webhooks import tell_of_booking
from fablab.models import Booking, Machine, Waiting
from fablab.slots import BookingState

HELD = timedelta(hours=2)
"""How long an offer holds."""
AT_LEAST = timedelta(minutes=15)
"""How long it holds where the time is about to start."""
State = Waiting.State


def wait(machine: Machine, person: User, starts: datetime, ends: datetime, *, now: datetime | None = None) -> Waiting:
    """Ask for a time that somebody has. Offered at once where it is free. Raises RefusedError as `book` does."""
    now = now or timezone.now()
    with machines_locked(machine):
        check(machine, person, starts, ends, by=person, now=now, without={"notice"})
        open_states = [State.WAITING, State.OFFERED]
        if Waiting.objects.filter(
            machine=machine, person=person, state__in=open_states, starts__lt=ends, ends__gt=starts
        ).exists():
            raise RefusedError(_("You wait for a part of that time already."), "waits")
        waiting = Waiting.objects.create(machine=machine, person=person, starts=starts, ends=ends)
        offer(machine, now=now)
    waiting.refresh_from_db()
    return waiting


def leave(waiting: Waiting) -> None:
    """Wait no longer. Raises RefusedError where it was offered or is over."""
    if not Waiting.objects.filter(pk=waiting.pk, state=State.WAITING).update(state=State.LEFT):
        raise RefusedError(_("You do not wait for it any more."), "wrong-state")


def offer(machine: Machine, *, now: datetime) -> None:
    """Hold what is free for those who wait, first come first served. Called with the machine locked.

    Where their time has begun, the rest of it; those who may not have it any more keep waiting.
    """
    rows = Waiting.objects.filter(machine=machine, state=State.WAITING, ends__gt=now).select_related("person")
    for waiting in rows.order_by("pk"):
        starts = max(waiting.starts, slots.floor(now))
        if waiting.ends - starts < timedelta(minutes=machine.least_minutes):
            continue
        try:
            check(machine, waiting.person, starts, waiting.ends, by=waiting.person, now=now, without={"notice"})
        except RefusedError:
            continue
        occupation = try_occupy(machine, Kind.BOOKING, starts, waiting.ends)
        if occupation is None:
            continue
        until = held_until(starts, now)
        booking = Booking.objects.create(
            machine=machine,
            person=waiting.person,
            starts=starts,
            ends=waiting.ends,
            state=BookingState.HELD,
            held_until=until,
            occupation=occupation,
        )
        tell_of_booking(booking, booking.state)
        Waiting.objects.filter(pk=waiting.pk).update(state=State.OFFERED, booking=booking, offered_until=until)
        tell_of("slot_offered", machine, (starts, waiting.ends), waiting.person, booking=booking, at=until)


def held_until(starts: datetime, now: datetime) -> datetime:
    """Until when an offer holds: two hours, not beyond the start, but a quarter of an hour in any case."""
    return max(min(now + HELD, starts), now + AT_LEAST)


def lapse(booking: Booking, *, now: datetime) -> None:
    """Nobody answered: the time goes to the next. Nothing happens where it was answered meanwhile."""
    with machines_locked(booking.machine):
        booking.refresh_from_db()
        if booking.state != BookingState.HELD or (booking.held_until and booking.held_until > now):
            return
        advance(booking, BookingState.CANCELLED)
        if booking.occupation:
            release(booking.occupation)
        end_offer(booking, State.PASSED)
        span = (booking.starts, booking.ends)
        tell_of("slot_lapsed", booking.machine, span, booking.person, booking=booking)
        offer(booking.machine, now=now)


def end_offer(booking: Booking, state: str) -> None:
    """Say how an offer ended."""
    Waiting.objects.filter(booking=booking, state=State.OFFERED).update(state=state)
