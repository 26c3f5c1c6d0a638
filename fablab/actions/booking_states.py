"""Move a booking along its table of states once, and tell its person, in the language that they read."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from designs.actions.errors import RefusedError
from fablab.actions.notify import tell
from fablab.actions.webhooks import tell_of_booking
from fablab.models import Booking, Machine
from fablab.moments import moment_words, span_words
from fablab.slots import NEXT, BookingState, Span


def advance(booking: Booking, to: BookingState, **values: Any) -> None:
    """Move it, and write the values with it. Raises RefusedError where it is not in a state that leads there.

    Called in the transaction of what follows; of two who press at once, one is refused.
    """
    here = BookingState(booking.state)
    rows = Booking.objects.filter(pk=booking.pk, state=here)
    if to not in NEXT[here] or not rows.update(
        state=to, sequence=booking.sequence + 1, updated_at=timezone.now(), **values
    ):
        booking.refresh_from_db()
        raise RefusedError(
            _("This booking is past that: %(state)s.") % {"state": booking.get_state_display()}, "wrong-state"
        )
    booking.refresh_from_db()
    tell_of_booking(booking, to, by=booking.cancelled_by, reason=booking.reason)


def tell_of(
    kind: str,
    machine: Machine,
    span: Span,
    to: User,
    *,
    booking: Booking | None,
    at: datetime | None = None,
    before: Span | None = None,
    url: str = "",
    **params: object,
) -> None:
    """A notice of something about a machine's time. `at` is the moment that the words call `until`."""
    with translation.override(to.language or translation.get_language()):
        words: dict[str, Any] = {name: str(value) for name, value in params.items()}
        words |= {"machine": machine.name, "lab_name": machine.lab.name, "when": span_words(*span, machine.lab)}
        if before:
            words["before"] = span_words(*before, machine.lab)
        if at:
            words["until"] = moment_words(at, machine.lab)
    own = reverse("fablab:booking", args=[booking.pk]) if booking else reverse("fablab:bookings")
    tell(to, kind, url=url or own, lab=machine.lab, booking=booking, **words)
