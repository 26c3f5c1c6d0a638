"""A person books a machine, once or many times."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from designs.actions.errors import RefusedError
from fablab.actions.booking_states import tell_of
from fablab.actions.may_book import check
from fablab.actions.occupy import Kind, machines_locked, occupy
from fablab.actions.webhooks import tell_of_booking
from fablab.models import Booking, Machine
from fablab.slots import Span

MOST_TIMES = 52


@dataclass(frozen=True)
class Series:
    """What became of a repeated booking: those that were made, and why others were not."""

    booked: list[Booking]
    refused: list[tuple[Span, str]]


class SeriesError(RefusedError):
    """Some of a repeated booking cannot be, and all were wanted; `refused` says which and why. Nothing was booked."""

    def __init__(self, refused: list[tuple[Span, str]]) -> None:
        super().__init__(_("Not all of these times can be booked, so none was."), "series")
        self.refused = refused


def book(
    machine: Machine,
    person: User,
    starts: datetime,
    ends: datetime,
    *,
    by: User,
    purpose: str = "",
    now: datetime | None = None,
) -> Booking:
    """Book the machine for a person. Raises RefusedError where a rule says no, TakenError where somebody has it."""
    now = now or timezone.now()
    with machines_locked(machine):
        booking = _made(machine, person, (starts, ends), by=by, purpose=purpose, now=now)
        kind = "booking_confirmed" if by == person else "booking_made_for_you"
        tell_of(kind, machine, (starts, ends), person, booking=booking, by=by)
    return booking


def book_series(
    machine: Machine,
    person: User,
    spans: list[Span],
    *,
    by: User,
    purpose: str = "",
    only_free: bool = False,
    now: datetime | None = None,
) -> Series:
    """Book each of the spans, or with `only_free` those that can be.

    Raises SeriesError where one cannot and all are wanted, or none can; RefusedError for more than a year of weeks.
    """
    if not 1 <= len(spans) <= MOST_TIMES:
        raise RefusedError(_("Repeat it 1 to %(most)s times.") % {"most": MOST_TIMES}, "times")
    now, series = now or timezone.now(), uuid.uuid4()
    done = Series([], [])
    with machines_locked(machine):
        for span in spans:
            try:
                with transaction.atomic():
                    made = _made(machine, person, span, by=by, purpose=purpose, now=now, series=series)
                done.booked.append(made)
            except RefusedError as refused:
                done.refused.append((span, str(refused)))
        if done.refused and not (only_free and done.booked):
            raise SeriesError(done.refused)
        first = done.booked[0]
        tell_of(
            "series_confirmed",
            machine,
            (first.starts, first.ends),
            person,
            booking=first,
            times=len(done.booked),
        )
    return done


def _made(
    machine: Machine,
    person: User,
    span: Span,
    *,
    by: User,
    purpose: str,
    now: datetime,
    series: uuid.UUID | None = None,
) -> Booking:
    machine.refresh_from_db(fields=["state"])
    check(machine, person, *span, by=by, now=now)
    made = Booking.objects.create(
        machine=machine,
        person=person,
        starts=span[0],
        ends=span[1],
        occupation=occupy(machine, Kind.BOOKING, *span),
        purpose=purpose[:200],
        series=series,
    )
    tell_of_booking(made, made.state, by=by)
    return made
