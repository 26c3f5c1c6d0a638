"""Other times for a booking that cannot be: the same machine, or one of its kind in the lab, near the time wanted."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import translation
from django.utils.translation import gettext as _

from designs.actions.errors import RefusedError
from fablab.actions.may_book import check
from fablab.actions.occupy import free_by_machine
from fablab.models import Booking, Machine
from fablab.moments import span_words
from fablab.slots import Span

WITHIN = timedelta(days=14)
MOST = 5


@dataclass(frozen=True)
class Instead:
    """A machine and a time that the person could have."""

    machine: Machine
    starts: datetime
    ends: datetime


def instead_of(booking: Booking, *, now: datetime, most: int = MOST) -> list[Instead]:
    """Free times as long as the booking that its person may have, nearest first; its own machine before others."""
    own, length = booking.machine, booking.ends - booking.starts
    others = Machine.objects.working().filter(lab=own.lab_id, process=own.process).exclude(pk=own.pk)
    machines = [own, *others.select_related("lab", "training")[:40]]
    spans = free_by_machine(machines, length.total_seconds(), after=now, horizon=_ahead(booking, now))
    found = [
        (abs(starts - booking.starts), machine != own, machine.pk, machine, starts)
        for machine in machines
        for span in spans[machine.pk]
        for starts in _near(span, booking.starts, length)
    ]
    chosen: list[Instead] = []
    for _distance, _other, _pk, machine, starts in sorted(found, key=lambda one: one[:3]):
        if len(chosen) >= most:
            break
        try:
            check(machine, booking.person, starts, starts + length, by=booking.person, now=now, moving=booking)
        except RefusedError:
            continue
        chosen.append(Instead(machine, starts, starts + length))
    return chosen


def instead_words(booking: Booking, *, now: datetime) -> str:
    """The nearest three, for a mail in the person's language."""
    with translation.override(booking.person.language or translation.get_language()):
        near = instead_of(booking, now=now, most=3)
        return "; ".join(f"{one.machine}, {span_words(one.starts, one.ends, one.machine.lab)}" for one in near) or _(
            "nothing in the next days"
        )


def _ahead(booking: Booking, now: datetime) -> timedelta:
    return max(booking.starts - now, timedelta(0)) + WITHIN


def _near(span: Span, wanted: datetime, length: timedelta) -> list[datetime]:
    """The start in a free span that is nearest to the time wanted."""
    return [min(max(span[0], wanted), span[1] - length)]
