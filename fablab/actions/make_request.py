"""From an accepted quote to a part in somebody's hands: scheduled, begun, failed or ready, collected, or not."""

from datetime import datetime, timedelta
from typing import IO

from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from designs.actions.errors import RefusedError
from fablab.actions import machines, occupy, stock
from fablab.actions.advance import advance, tell_requester
from fablab.actions.answer_request import free_material, let_go
from fablab.actions.make_of import make_of
from fablab.actions.pictures import picture_from
from fablab.actions.slice import can_slice, slice_attempt
from fablab.due import due_cents, material_cents
from fablab.models import Attempt, Lab, Machine, Occupation, PrintRequest, Run, Stock
from fablab.moments import span_words
from fablab.parts import known
from fablab.states import REPRINTS, Actor, RequestState

S = RequestState
KEPT = timedelta(days=14)
REMINDED_AFTER = (timedelta(days=5), timedelta(days=10))
FAULTS = Attempt.Fault
Outcome = Attempt.Outcome


def schedule(
    request: PrintRequest,
    *,
    by: User,
    machine: Machine,
    starts: datetime,
    seconds: int,
    stock_used: Stock | None = None,
) -> Attempt:
    """Take the machine's time. Raises RefusedError: a machine that cannot make it; ShortError; TakenError."""
    if machine.lab_id != request.lab_id:
        raise RefusedError(_("This machine is another lab’s."), "invalid")
    if machine.state not in Machine.WORKING:
        raise RefusedError(_("%(machine)s cannot be used at the moment.") % {"machine": machine}, "down")
    _fits(request, machine)
    used = stock_used or request.stock
    ends = starts + timedelta(seconds=max(seconds, 900))
    failed = request.state == S.FAILED
    with transaction.atomic():
        advance(request, S.SCHEDULED, by=by, machine=machine, stock=used)
        if failed and request.last_fault not in REPRINTS:
            raise RefusedError(_("The file was at fault: it needs a new quote."), "file-fault")
        _promised(request, used)
        occupation = occupy.occupy(machine, Occupation.Kind.JOB, starts, ends)
        last = Attempt.objects.filter(request=request).aggregate(most=Max("number"))["most"] or 0
        quote = request.quote
        attempt = Attempt.objects.create(
            request=request, number=last + 1, machine=machine, stock=used, occupation=occupation, starts=starts,
            ends=ends, operator=by, estimated_seconds=quote.seconds if quote else seconds,
            estimated_g=quote.grams if quote else 0,
        )  # fmt: skip
        when = span_words(starts, ends, request.lab)
        tell_requester(request, "request_scheduled", by=by, machine=machine.name, when=when)
    if can_slice(machine):
        slice_attempt(attempt)
    return attempt


def _promised(request: PrintRequest, used: Stock | None) -> None:
    """The material is there: held already, or now. Raises ShortError."""
    quote = request.quote
    amount = (quote.sheets if used and used.is_counted else quote.grams) if quote else 0.0
    if used is None or amount <= 0 or request.held > 0:
        return
    stock.hold(used, amount)
    PrintRequest.objects.filter(pk=request.pk).update(held=amount)
    request.held = amount


def _fits(request: PrintRequest, machine: Machine) -> None:
    """Raises RefusedError where the kernel says that the machine cannot take a part."""
    profile = machine.profile()
    if profile is None:
        return
    for one in known(request.parts.all()):
        found = one.verdict(profile)
        if found and any(finding.code == "too-large" and finding.severity == "error" for finding in found.findings):
            raise RefusedError(
                _("%(path)s is too large for %(machine)s.") % {"path": one.part.path, "machine": machine}, "too-large"
            )


def unschedule(request: PrintRequest, *, by: User | None, reason: str = "") -> None:
    """Give the time back; it is to be scheduled again, and the requester is told. Raises WrongStateError."""
    with transaction.atomic():
        advance(request, S.ACCEPTED, by=by, text=reason)
        let_go(request, keep_material=True)
        Attempt.objects.filter(request=request, outcome=Outcome.PLANNED).update(
            outcome=Outcome.CANCELLED, ended_at=timezone.now(), reason=reason[:200]
        )
        tell_requester(request, "request_unscheduled", by=by, reason=reason[:200])


def give_way(occupation: Occupation, reason: str) -> None:
    """A closure or maintenance takes the time of a job: it is to be scheduled again. For occupy.DISPLACED."""
    attempt = Attempt.objects.filter(occupation=occupation).select_related("request__lab", "request__requester").first()
    if attempt and attempt.request.state == S.SCHEDULED:
        unschedule(attempt.request, by=None, reason=reason)


def begin(request: PrintRequest, *, by: User, bed_is_clear: bool, actor: Actor | None = None) -> Attempt:
    """Start by hand, once the bed is clear. Raises RefusedError, WrongStateError."""
    if not bed_is_clear:
        raise RefusedError(_("Look at the bed first, and say that it is clear."), "bed-not-clear")
    with transaction.atomic():
        advance(request, S.IN_PROGRESS, by=by, actor=actor)
        attempt = _current(request, Outcome.PLANNED)
        attempt.outcome, attempt.started_at, attempt.operator = Outcome.RUNNING, timezone.now(), by
        attempt.save(update_fields=["outcome", "started_at", "operator"])
        tell_requester(request, "request_in_progress", by=by)
    return attempt


def fail(
    request: PrintRequest, *, by: User | None, fault: str, reason: str, grams: float = 0.0, actor: Actor | None = None
) -> None:
    """It did not work. The lab's and the material's fault: made again free of charge; the file's: a new quote.

    Raises RefusedError, WrongStateError.
    """
    if fault not in FAULTS.values:
        raise RefusedError(_("Say whose fault it was."), "no-fault")
    with transaction.atomic():
        advance(request, S.FAILED, by=by, actor=actor, code=fault, text=reason)
        attempt = _current(request, Outcome.RUNNING)
        _ended(attempt, Outcome.FAILED, grams=grams, by=by, reason=reason, fault=fault)
        tell_requester(request, "request_failed", by=by, reason=reason[:300])


def finish(
    request: PrintRequest,
    *,
    by: User | None,
    seconds: int | None = None,
    grams: float | None = None,
    photo: tuple[IO[bytes], int] | None = None,
    actor: Actor | None = None,
) -> None:
    """It worked: what it really took, and a photo (file, bytes) if any. Raises RefusedError, WrongStateError."""
    picture = picture_from(*photo) if photo else None
    with transaction.atomic():
        advance(request, S.READY, by=by, actor=actor)
        attempt = _current(request, Outcome.RUNNING)
        used = attempt.estimated_g if grams is None else max(grams, 0.0)
        if picture:
            attempt.photo.save(picture.name or "made.webp", picture, save=True)
        _ended(attempt, Outcome.WORKED, grams=used, by=by, seconds=seconds)
        free_material(request)
        tell_requester(request, "request_ready", by=by)


def _current(request: PrintRequest, outcome: str) -> Attempt:
    attempt = Attempt.objects.filter(request=request, outcome=outcome).select_related("occupation", "machine").last()
    if attempt is None:
        raise RefusedError(_("There is no attempt to go on with."), "no-attempt")
    return attempt


def _ended(
    attempt: Attempt,
    outcome: str,
    *,
    grams: float,
    by: User | None,
    seconds: int | None = None,
    reason: str = "",
    fault: str = "",
) -> None:
    now = timezone.now()
    took = seconds if seconds is not None else int((now - (attempt.started_at or now)).total_seconds())
    attempt.outcome, attempt.ended_at, attempt.actual_seconds, attempt.actual_g = outcome, now, took, grams
    attempt.reason, attempt.fault = reason[:200], fault
    attempt.save(update_fields=["outcome", "ended_at", "actual_seconds", "actual_g", "reason", "fault"])
    if attempt.occupation:
        occupy.shorten(attempt.occupation, now)
    if attempt.machine:
        machines.count_run(attempt.machine, seconds=took)
    if attempt.stock and grams > 0 and not attempt.stock.is_counted:
        held = min(attempt.request.held, grams)
        stock.use(attempt.stock, grams, by=by, note=f"{attempt.request.ref}-{attempt.number}", held=held)
        left = max(attempt.request.held - held, 0.0)
        PrintRequest.objects.filter(pk=attempt.request_id).update(held=left)
        attempt.request.held = left


def collect(request: PrintRequest, *, by: User, paid_note: str = "") -> None:
    """Handed over; payment is noted, a receipt gets its number without gaps. Raises RefusedError, WrongStateError."""
    with transaction.atomic():
        advance(
            request, S.COLLECTED, by=by, paid_note=paid_note.strip()[:200], paid_at=timezone.now(),
            receipt_number=_next_receipt(request.lab), due_cents=due_cents(request),
        )  # fmt: skip
        attempt = Attempt.objects.filter(request=request, outcome=Outcome.WORKED).select_related("machine").last()
        if attempt:
            make_of(request, attempt, by=by)
        tell_requester(request, "request_collected", by=by)


def _next_receipt(lab: Lab) -> int:
    Lab.objects.filter(pk=lab.pk).update(last_receipt_number=F("last_receipt_number") + 1)
    return Lab.objects.values_list("last_receipt_number", flat=True).get(pk=lab.pk)


def abandon(request: PrintRequest, *, by: User) -> None:
    """Nobody came for it in 14 days, after two reminders. Raises RefusedError, WrongStateError."""
    ready = request.events.filter(after=S.READY).last()
    if request.reminders < len(REMINDED_AFTER) or ready is None or ready.at > timezone.now() - KEPT:
        raise RefusedError(_("It is kept for 14 days, with two reminders, before it is given up."), "too-early")
    with transaction.atomic():
        advance(request, S.ABANDONED, by=by, due_cents=material_cents(request))
        tell_requester(request, "request_abandoned", by=by)


def remind_to_collect() -> int:
    """Remind people of what waits for them, twice. Returns how many were told. For the worker, every hour."""
    now, told = timezone.now(), 0
    waiting = PrintRequest.objects.filter(state=S.READY, reminders__lt=len(REMINDED_AFTER))
    for request in waiting.select_related("lab", "requester"):
        ready = request.events.filter(after=S.READY).last()
        if ready is None or ready.at > now - REMINDED_AFTER[request.reminders]:
            continue
        with transaction.atomic():
            mine = PrintRequest.objects.filter(pk=request.pk, state=S.READY, reminders=request.reminders)
            if mine.update(reminders=request.reminders + 1):
                tell_requester(request, "request_not_collected")
                told += 1
    return told


def forget_contacts() -> int:
    """Remove phone numbers of requests that ended long ago, as each lab says. Returns how many. Every day."""
    count = 0
    for lab in Lab.objects.only("pk", "retention_days"):
        before = timezone.now() - timedelta(days=lab.retention_days)
        old = PrintRequest.objects.filter(lab=lab, ended_at__lt=before).exclude(phone="")
        count += old.update(phone="")
    return count


def began(run: Run, by: User) -> None:
    """A machine's host is about to begin: so does the request. For runs.STARTED."""
    if run.attempt.request.state == S.SCHEDULED:
        begin(run.attempt.request, by=by, bed_is_clear=True)


def ended(run: Run) -> None:
    """The host says that it has ended: ready where it ran to its end, else failed by the lab. For runs.ENDED."""
    request = PrintRequest.objects.select_related("lab", "requester", "stock").get(pk=run.attempt.request_id)
    if request.state != S.IN_PROGRESS:
        return
    if run.state == Run.State.DONE:
        grams = (run.slice.result or {}).get("grams") if run.slice else None
        finish(request, by=None, seconds=run.seconds_run, grams=grams, actor=Actor.MACHINE)
    else:
        reason = run.error or _("The machine was stopped.")
        fail(request, by=None, fault=FAULTS.LAB, reason=reason, actor=Actor.MACHINE)


def may_dispute(request: PrintRequest) -> bool:
    """Within seven days of collecting."""
    return bool(request.ended_at and request.ended_at > timezone.now() - timedelta(days=7))
