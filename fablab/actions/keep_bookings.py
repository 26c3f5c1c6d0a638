"""What time does to bookings, once a minute: offers lapse, nobody came, it is over, a machine is still down."""

from datetime import timedelta

from django.db.models import F, Q
from django.db.models.functions import Greatest
from django.utils import timezone

from fablab import slots
from fablab.actions.close import cover_new_machines, keep_down
from fablab.actions.strikes import miss
from fablab.actions.wait import lapse
from fablab.models import Booking, Closure, Waiting
from fablab.slots import BookingState

LATE = timedelta(hours=1)
"""Who should have come before that is not accused: the site may have slept."""


def keep_bookings() -> None:
    """Bring every booking up to now."""
    now = timezone.now()
    rows = Booking.objects.select_related("machine__lab", "person")
    for booking in rows.filter(state=BookingState.HELD, held_until__lte=now):
        lapse(booking, now=now)
    due = rows.filter(state=BookingState.CONFIRMED, machine__needs_check_in=True, ends__gt=now - LATE)
    due = due.annotate(waits_from=Greatest("starts", "updated_at"))
    latest = now - slots.CHECK_IN_WITHIN
    for booking in due.filter(waits_from__lte=latest, waits_from__gt=latest - LATE):
        miss(booking, now=now)
    over = Q(state=BookingState.CHECKED_IN) | Q(state=BookingState.CONFIRMED)
    Booking.objects.filter(over, ends__lte=now).update(state=BookingState.DONE, sequence=F("sequence") + 1)
    Waiting.objects.filter(state=Waiting.State.WAITING, ends__lte=now).update(state=Waiting.State.PASSED)
    for closure in Closure.objects.filter(until_works=True).select_related("machine__lab", "lab"):
        keep_down(closure, now=now)
    cover_new_machines(now=now)
