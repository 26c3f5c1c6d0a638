"""Let a machine run what was sliced for an attempt, and follow it; what is lost is looked for until it is back."""

import logging
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, close_old_connections, connections, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from designs.actions.errors import RefusedError
from fablab import policy
from fablab.actions.printer_links import opened
from fablab.actions.slice import state_of
from fablab.models import Attempt, Machine, PrinterLink, Run, Slice
from fablab.printers import Doing, Printer, PrinterAwayError, PrinterRefusedError, Status
from search.turns import Holder
from storage import serving

log = logging.getLogger(__name__)

ACTIVE = [Run.State.SENDING, Run.State.PRINTING, Run.State.PAUSED, Run.State.LOST]
FOLLOW_SECONDS = 2.0
IDLE_SECONDS = 5.0
TURN = "printers"

STARTED: list[Callable[[Run, User], None]] = []
"""Called in the transaction that makes a run: the request begins."""
ENDED: list[Callable[[Run], None]] = []
"""Called in the transaction that ends a run, DONE, FAILED or CANCELLED: the request goes on from there."""


def start_run(attempt: Attempt, sliced: Slice, *, by: User, bed_is_clear: bool) -> Run:
    """Send the program of an attempt to its machine and begin. The follower does it; this returns at once.

    Raises RefusedError: no operator, the bed not confirmed, no host, nothing sliced, a machine that is busy or down.
    """
    machine = attempt.machine
    if machine is None or not policy.can_operate(by, machine.lab):
        raise RefusedError(_("Only operators of the lab start a machine."), "forbidden")
    if not bed_is_clear:
        raise RefusedError(_("Look at the bed first, and say that it is clear."), "bed-not-clear")
    if not PrinterLink.objects.filter(machine=machine).exists():
        raise RefusedError(_("No host is connected to this machine: start it by hand."), "no-host")
    if state_of(sliced) != "ready":
        raise RefusedError(_("The parts are not sliced for this machine yet."), "not-sliced")
    with transaction.atomic():
        locked = Machine.objects.select_for_update().get(pk=machine.pk)
        if locked.state not in Machine.WORKING:
            raise RefusedError(_("The machine is out of order."), "machine-down")
        if Run.objects.filter(attempt__machine=machine, state__in=ACTIVE).exists():
            raise RefusedError(_("The machine is at work on something else."), "busy")
        name = f"partage-{attempt.request.ref}-{attempt.number}.gcode"
        run, made = Run.objects.get_or_create(
            attempt=attempt,
            defaults={"slice": sliced, "name": name, "bed_clear_by": by, "bed_clear_at": timezone.now()},
        )
        if not made:
            raise RefusedError(_("This attempt has been started already."), "started")
        for hook in STARTED:
            hook(run, by)
    return run


def steer(run: Run, verb: str, *, by: User) -> None:
    """pause, resume or cancel what a machine prints. Raises RefusedError."""
    machine = run.attempt.machine
    if machine is None or not policy.can_operate(by, machine.lab):
        raise RefusedError(_("Only operators of the lab steer a machine."), "forbidden")
    if run.state not in ACTIVE:
        raise RefusedError(_("Nothing is running any more."), "ended")
    try:
        printer = opened(machine.link)
        {"pause": printer.pause, "resume": printer.resume, "cancel": printer.cancel}[verb]()
    except (PrinterAwayError, PrinterRefusedError) as error:
        raise RefusedError(_("The machine’s host did not do it: %(why)s.") % {"why": error}, "host") from error
    if verb == "cancel":
        _end(run, Run.State.CANCELLED, "")
    else:
        follow(run)


def follow(run: Run) -> None:
    """Look once at what the machine does, and write it down. Never raises what the host does."""
    machine = run.attempt.machine
    link = PrinterLink.objects.filter(machine=machine).first()
    if machine is None or link is None:
        _end(run, Run.State.FAILED, _("The machine’s host was disconnected."))
        return
    try:
        printer = opened(link)
        status = printer.status()
        if run.state == Run.State.SENDING and status.file != run.name:
            status = _send(run, printer, status)
    except PrinterAwayError as away:
        _lose(run, link, str(away))
        return
    except PrinterRefusedError as refused:
        _lose(run, link, str(refused))
        return
    PrinterLink.objects.filter(pk=link.pk).update(
        seen_at=timezone.now(), error="", status={**link.status, "doing": status.doing, "file": status.file}
    )
    _see(run, status)


def _send(run: Run, printer: Printer, status: Status) -> Status:
    """Put the program there and begin, once the machine is idle."""
    if status.doing == Doing.OFF:
        printer.connect()
        raise PrinterAwayError("the machine is off")
    if status.doing != Doing.IDLE:
        raise PrinterRefusedError(status.message or "the machine is at work on something else")
    if run.slice is None or not run.slice.gcode:
        raise PrinterRefusedError("the program is gone")
    with tempfile.NamedTemporaryFile(dir=settings.UPLOADS_DIR, prefix="run-", suffix=".gcode") as copy:
        for piece in serving.stream(run.slice.gcode):
            copy.write(piece)
        copy.flush()
        printer.send(run.name, Path(copy.name))
    printer.start(run.name)
    return Status(Doing.PRINTING, run.name)


def _see(run: Run, status: Status) -> None:
    now = timezone.now()
    seen = {"seen_at": now, "error": ""}
    if status.file == run.name and status.is_complete:
        Run.objects.filter(pk=run.pk).update(progress=1.0, seconds_left=0, seconds_run=status.seconds_run, **seen)
        _end(run, Run.State.DONE, "")
    elif status.file == run.name and status.doing in {Doing.PRINTING, Doing.PAUSED, Doing.ENDING}:
        state = Run.State.PAUSED if status.doing == Doing.PAUSED else Run.State.PRINTING
        Run.objects.filter(pk=run.pk, state__in=ACTIVE).update(
            state=state, progress=status.progress, seconds_left=status.seconds_left, seconds_run=status.seconds_run,
            **seen,
        )  # fmt: skip
    elif status.doing == Doing.OFF:
        _lose(run, None, status.message or "the machine is off")
    elif run.state != Run.State.SENDING:
        _end(run, Run.State.FAILED, status.message or _("The machine stopped before the end."))


def _lose(run: Run, link: PrinterLink | None, why: str) -> None:
    """The host is silent, or refuses: say so, and look again. What was not begun yet stays to be sent."""
    if link is not None:
        PrinterLink.objects.filter(pk=link.pk).update(error=why[:300])
    state = run.state if run.state == Run.State.SENDING else Run.State.LOST
    Run.objects.filter(pk=run.pk, state__in=ACTIVE).update(state=state, error=why[:300])


def _end(run: Run, state: Run.State, why: str) -> None:
    with transaction.atomic():
        ended = Run.objects.filter(pk=run.pk, state__in=ACTIVE).update(
            state=state, error=why[:300], ended_at=timezone.now(), seen_at=timezone.now()
        )
        if ended:
            run.refresh_from_db()
            for hook in ENDED:
                hook(run)


class Follower:
    """Looks at every machine that runs, in a thread of each worker; one of them at a time has the turn."""

    def __init__(self) -> None:
        self.holder = Holder()

    def forever(self, stopping: threading.Event) -> None:
        """Follow until told to stop."""
        while not stopping.is_set():
            wait = IDLE_SECONDS
            try:
                if self.step():
                    wait = FOLLOW_SECONDS
            except DatabaseError as error:
                log.warning("Machines are not followed: %s", error)
            except Exception:
                log.exception("A machine could not be followed")
            close_old_connections()
            stopping.wait(wait)
        connections.close_all()

    def drain(self) -> int:
        """Look once."""
        return self.step()

    def step(self) -> int:
        """Look at each run that has not ended. Returns how many there were."""
        if not Run.objects.filter(state__in=ACTIVE).exists() or not self.holder.take(TURN):
            return 0
        runs = list(
            Run.objects.filter(state__in=ACTIVE).select_related("attempt__machine__lab", "attempt__request", "slice")
        )
        for run in runs:
            self.holder.keep(TURN)
            follow(run)
        return len(runs)
