"""A machine's time: take it, give it back, see what is left. The one place that writes Occupation and Quarter.

The database refuses two at once by its unique key on (machine, quarter); nothing here looks first and takes then.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from designs.actions.errors import RefusedError
from fablab import slots
from fablab.models import Lab, Machine, Occupation, Quarter
from fablab.moments import span_words
from fablab.opening import open_spans
from fablab.slots import Span

Kind = Occupation.Kind
HORIZON = timedelta(days=60)
DISPLACED: list[Callable[[Occupation, str], object]] = []
"""Who is asked to give way when a closure or maintenance takes their time: (occupation, reason), in its transaction.

Each looks whether the occupation is one of theirs, ends what held it, and tells people. Bookings are dealt with here.
"""


class TakenError(RefusedError):
    """Somebody has the machine in that time; says what is free next. `next_free` is that span, or None."""

    def __init__(self, machine: Machine, starts: datetime, ends: datetime) -> None:
        seconds = (ends - starts).total_seconds()
        self.next_free = next(iter(free_slots(machine, seconds, after=starts)), None)
        if self.next_free is None:
            super().__init__(_("%(machine)s is taken at that time.") % {"machine": machine}, "taken")
            return
        first = self.next_free[0]
        super().__init__(
            _("%(machine)s is taken at that time. It is free next on %(when)s.")
            % {"machine": machine, "when": span_words(first, first + (ends - starts), machine.lab)},
            "taken",
        )


@contextmanager
def machines_locked(*machines: Machine) -> Iterator[None]:
    """A transaction in which nobody else changes what is booked on these machines (SQLite's begin by locking)."""
    with transaction.atomic():
        ids = sorted({machine.pk for machine in machines})
        list(Machine.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk").values_list("pk"))
        yield


def buffer_of(machine: Machine, kind: str) -> timedelta:
    """What is kept free after people and jobs; closures and maintenance end when they end."""
    return timedelta(minutes=machine.buffer_minutes if kind in {Kind.BOOKING, Kind.JOB} else 0)


def occupy(machine: Machine, kind: str, starts: datetime, ends: datetime) -> Occupation:
    """Take the machine for every quarter that the time touches, with its buffer after bookings and jobs.

    Raises TakenError where any of them is somebody's; RefusedError where it ends before it starts.
    """
    occupation = try_occupy(machine, kind, starts, ends)
    if occupation is None:
        raise TakenError(machine, starts, ends)
    return occupation


def try_occupy(machine: Machine, kind: str, starts: datetime, ends: datetime) -> Occupation | None:
    """As `occupy`; None where any quarter is somebody's."""
    if ends <= starts:
        raise RefusedError(_("It must end after it starts."), "backwards")
    span = slots.taken_by(starts, ends, buffer_of(machine, kind))
    try:
        with transaction.atomic():
            occupation = Occupation.objects.create(machine=machine, kind=kind, starts=span[0], ends=span[1])
            Quarter.objects.bulk_create(
                Quarter(machine=machine, quarter=number, occupation=occupation) for number in slots.quarters(span)
            )
    except IntegrityError:
        return None
    return occupation


def release(occupation: Occupation) -> None:
    """Give the time back."""
    occupation.delete()


def shorten(occupation: Occupation, ends: datetime) -> None:
    """Give back what lies after `ends`, rounded up to a quarter. Nothing happens where it ends before."""
    last = slots.ceil(ends)
    if not occupation.starts < last < occupation.ends:
        return
    with transaction.atomic():
        occupation.quarters.filter(quarter__gte=slots.quarters((last, occupation.ends)).start).delete()
        occupation.ends = last
        occupation.save(update_fields=["ends"])


def free_slots(
    machine: Machine, seconds: float, *, after: datetime, horizon: timedelta = HORIZON, members: bool = True
) -> list[Span]:
    """Where something of so many seconds could go after a moment, in order; each span is as long as it can be.

    They lie in the lab's hours; where the machine runs overnight they only begin there. A lab that never said its hours
    is taken for open. `members`: with the hours that are for members alone.
    """
    return free_by_machine([machine], seconds, after=after, horizon=horizon, members=members)[machine.pk]


def free_by_machine(
    machines: Sequence[Machine],
    seconds: float,
    *,
    after: datetime,
    horizon: timedelta = HORIZON,
    members: bool = True,
) -> dict[int, list[Span]]:
    """What `free_slots` says of each of many machines, by their ids, with as many queries as for one."""
    frame = (after, after + horizon)
    taken: dict[int, list[Span]] = {machine.pk: [] for machine in machines}
    rows = Occupation.objects.filter(machine__in=list(taken), starts__lt=frame[1], ends__gt=frame[0])
    for machine_id, starts, ends in rows.order_by("starts").values_list("machine_id", "starts", "ends"):
        taken[machine_id].append((starts, ends))
    prefetch_related_objects(machines, "lab__hours", "lab__special_days", "lab__closures")
    opens = {machine.lab_id: hours(machine.lab, frame, members=members) for machine in machines}
    return {
        machine.pk: list(
            slots.free(
                taken[machine.pk],
                opens[machine.lab_id],
                frame,
                lasting=timedelta(seconds=seconds),
                buffer=buffer_of(machine, Kind.JOB),
                runs_overnight=machine.runs_overnight,
            )
        )
        for machine in machines
    }


def hours(lab: Lab, frame: Span, *, members: bool) -> list[Span]:
    """When a lab is open about a frame; all of it where nobody ever said."""
    if not lab.hours.all() and not lab.special_days.all():
        return [frame]
    zone = ZoneInfo(lab.timezone)
    first, last = (at.astimezone(zone).date() for at in frame)
    return open_spans(lab, first, last, members=members)


def occupied(machines: Iterable[Machine], frame: Span) -> list[Occupation]:
    """What lies on these machines in a time, in order."""
    rows = Occupation.objects.filter(machine__in=machines, starts__lt=frame[1], ends__gt=frame[0])
    return list(rows.select_related("machine__lab").order_by("starts", "machine"))
