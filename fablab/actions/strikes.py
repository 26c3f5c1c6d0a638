"""Bookings that nobody came to: counted for a while, seen by the person, appealed to the lab's managers."""

from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from designs.actions.errors import RefusedError
from fablab.actions.booking_states import advance, tell_of
from fablab.actions.occupy import machines_locked, release
from fablab.actions.wait import offer
from fablab.models import Booking, Staff, Strike
from fablab.slots import BookingState

COUNTS_FOR = timedelta(days=90)


def miss(booking: Booking, *, now: datetime) -> None:
    """Nobody came: the time is given back, to who waits for it, and counts. Nothing where somebody came meanwhile."""
    with machines_locked(booking.machine):
        booking.refresh_from_db()
        if booking.state != BookingState.CONFIRMED:
            return
        advance(booking, BookingState.NO_SHOW)
        if booking.occupation:
            release(booking.occupation)
        expires = now + COUNTS_FOR
        Strike.objects.create(lab=booking.machine.lab, person=booking.person, booking=booking, expires_at=expires)
        span = (booking.starts, booking.ends)
        tell_of("no_show", booking.machine, span, booking.person, booking=booking, at=expires)
        offer(booking.machine, now=now)


def appeal(strike: Strike, text: str) -> None:
    """Say to the managers why it was not missed. Raises RefusedError for nothing said, or said once already."""
    if not text.strip():
        raise RefusedError(_("Say what happened."), "invalid")
    with transaction.atomic():
        if not Strike.objects.filter(pk=strike.pk, appealed_at=None).update(
            appeal=text.strip()[:2000], appealed_at=timezone.now()
        ):
            raise RefusedError(_("You have appealed already."), "wrong-state")
        strike.refresh_from_db()
        booking = strike.booking
        url = reverse("fablab:strikes", args=[strike.lab.slug])
        for manager in User.objects.filter(lab_roles__lab=strike.lab, lab_roles__role=Staff.Role.MANAGER).distinct():
            tell_of(
                "strike_appealed",
                booking.machine,
                (booking.starts, booking.ends),
                manager,
                booking=None,
                url=url,
                person=strike.person,
                text=strike.appeal,
            )


def decide(strike: Strike, *, by: User, lift: bool) -> None:
    """Agree to an appeal or not; a strike may be lifted without one. Raises RefusedError where it was decided."""
    with transaction.atomic():
        if not Strike.objects.filter(pk=strike.pk, decided_at=None).update(
            decided_at=timezone.now(), decided_by=by, is_lifted=lift
        ):
            raise RefusedError(_("This was decided already."), "wrong-state")
        strike.refresh_from_db()
        booking = strike.booking
        kind = "strike_lifted" if lift else "strike_kept"
        tell_of(kind, booking.machine, (booking.starts, booking.ends), strike.person, booking=booking)
