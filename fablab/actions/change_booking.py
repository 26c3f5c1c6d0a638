"""Move, cancel, check in and finish a booking."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from designs.actions.errors import RefusedError
from fablab import slots
from fablab.actions.booking_states import advance, tell_of
from fablab.actions.may_book import check
from fablab.actions.occupy import Kind, buffer_of, machines_locked, occupy, release, shorten
from fablab.actions.wait import end_offer, offer
from fablab.actions.webhooks import tell_of_booking
from fablab.models import Booking, Machine, Waiting
from fablab.slots import BookingState


def move(
    booking: Booking,
    starts: datetime,
    ends: datetime,
    *,
    by: User,
    machine: Machine | None = None,
    now: datetime | None = None,
) -> Booking:
    """To another time, of another length, or to another machine of the lab; it keeps its own where that is refused.

    Of one that is checked in only the end moves. Raises RefusedError and TakenError as `book` does.
    """
    now, old_machine = now or timezone.now(), booking.machine
    new_machine = machine or old_machine
    if new_machine.lab_id != old_machine.lab_id:
        raise RefusedError(_("That machine is in another lab."), "other-lab")
    with machines_locked(old_machine, new_machine):
        booking.refresh_from_db()
        before = (booking.starts, booking.ends)
        if (starts, ends, new_machine) == (*before, old_machine):
            return booking
        _movable(booking, starts, new_machine)
        new_machine.refresh_from_db(fields=["state"])
        without = {"past", "notice", "horizon"} if starts == booking.starts and ends > now else set()
        check(new_machine, booking.person, starts, ends, by=by, now=now, moving=booking, without=without)
        with transaction.atomic():
            _give_back(booking)
            occupation = occupy(new_machine, Kind.BOOKING, starts, ends)
        booking.machine, booking.starts, booking.ends = new_machine, starts, ends
        booking.occupation, booking.sequence = occupation, booking.sequence + 1
        booking.save()
        tell_of_booking(booking, "moved", by=by, before=before)
        tell_of("booking_moved", new_machine, (starts, ends), booking.person, booking=booking, before=before)
        offer(old_machine, now=now)
    return booking


def cancel(booking: Booking, *, by: User, reason: str = "", now: datetime | None = None) -> None:
    """Give the time back, to who waits for it. Who cancels somebody else's says why. Raises RefusedError."""
    now = now or timezone.now()
    if by != booking.person and not reason.strip():
        raise RefusedError(_("Say why, for the person whose booking it is."), "reason")
    with machines_locked(booking.machine):
        booking.refresh_from_db()
        if booking.ends <= now:
            raise RefusedError(_("This booking is over."), "wrong-state")
        was_held = booking.state == BookingState.HELD
        withdraw(booking, by=by, reason=reason)
        if was_held:
            end_offer(booking, Waiting.State.LEFT)
        else:
            span = (booking.starts, booking.ends)
            tell_of("booking_cancelled", booking.machine, span, booking.person, booking=booking, reason=reason)
        offer(booking.machine, now=now)


def withdraw(booking: Booking, *, by: User | None, reason: str) -> None:
    """Cancelled, and its time free; nobody is told. Called with its machine locked."""
    advance(booking, BookingState.CANCELLED, cancelled_by=by, reason=reason[:200])
    _give_back(booking)


def accept(booking: Booking, *, now: datetime | None = None) -> None:
    """Take the time that was held. Raises RefusedError where it is held no longer."""
    now = now or timezone.now()
    with machines_locked(booking.machine):
        booking.refresh_from_db()
        if booking.held_until and booking.held_until <= now:
            raise RefusedError(_("It was held for you until a moment ago, and is given to the next."), "lapsed")
        advance(booking, BookingState.CONFIRMED, held_until=None)
        end_offer(booking, Waiting.State.TAKEN)
        span = (booking.starts, booking.ends)
        tell_of("booking_confirmed", booking.machine, span, booking.person, booking=booking)


def to_check_in(machine: Machine, person: User, now: datetime) -> Booking | None:
    """The booking with which this person may check in at the machine now."""
    rows = Booking.objects.filter(
        machine=machine,
        person=person,
        state=BookingState.CONFIRMED,
        starts__lte=now + slots.CHECK_IN_BEFORE,
        ends__gt=now,
    )
    return rows.select_related("machine__lab").first()


def check_in(booking: Booking, *, now: datetime | None = None) -> None:
    """The person is there. Raises RefusedError where it is too early, or too late."""
    now = now or timezone.now()
    if now < booking.starts - slots.CHECK_IN_BEFORE:
        minutes = int(slots.CHECK_IN_BEFORE.total_seconds() // 60)
        raise RefusedError(_("Check in from %(minutes)s minutes before it starts.") % {"minutes": minutes}, "early")
    if now >= booking.ends:
        raise RefusedError(_("This booking is over."), "wrong-state")
    with machines_locked(booking.machine):
        booking.refresh_from_db()
        advance(booking, BookingState.CHECKED_IN, checked_in_at=now)


def finish(booking: Booking, *, now: datetime | None = None) -> None:
    """The person is done before the end: the rest is free, after the machine's buffer. Raises RefusedError."""
    now = now or timezone.now()
    with machines_locked(booking.machine):
        booking.refresh_from_db()
        if now < booking.starts - slots.CHECK_IN_BEFORE:
            raise RefusedError(_("It has not begun; cancel it instead."), "early")
        last = max(slots.ceil(now), booking.starts + slots.QUARTER)
        ends = min(last, booking.ends)
        advance(booking, BookingState.DONE, ends=ends)
        if booking.occupation:
            shorten(booking.occupation, ends + buffer_of(booking.machine, Kind.BOOKING))
        offer(booking.machine, now=now)


def _movable(booking: Booking, starts: datetime, machine: Machine) -> None:
    if booking.state == BookingState.CHECKED_IN and (starts != booking.starts or machine != booking.machine):
        raise RefusedError(_("It has begun: only its end can move."), "begun")
    if booking.state not in {BookingState.CONFIRMED, BookingState.CHECKED_IN}:
        raise RefusedError(_("Only a booking that stands can be moved."), "wrong-state")


def _give_back(booking: Booking) -> None:
    if booking.occupation:
        release(booking.occupation)
