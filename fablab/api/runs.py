"""What machines' hosts do: slice an attempt, begin, follow, pause, resume, stop. For those who work in the lab."""

from typing import Any, Literal

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from ninja import Router
from ninja.errors import HttpError

from designs.api import auth, pagination
from designs.api.schemas import Cursor, Limit, Page
from fablab.actions import runs as acts
from fablab.actions.slice import slice_attempt, state_of
from fablab.api import shown
from fablab.api.find import lab_at, me
from fablab.api.request_schemas import Begin
from fablab.api.requests import worked_at
from fablab.models import Attempt, Run

router = Router(tags=["runs"])
ONE = "/requests/{slug:ref}/attempts/{int:number}"


@router.get("/labs/{slug:lab}/runs", auth=auth.READ, response=Page)
def list_runs(
    request: HttpRequest, lab: str, active: bool = True, cursor: Cursor = "", limit: Limit = 30
) -> dict[str, Any]:
    """What the lab's machines print, or with `active=false` have printed."""
    rows = Run.objects.filter(attempt__request__lab=lab_at(request, lab, "operate"))
    rows = rows.filter(state__in=acts.ACTIVE) if active else rows.exclude(state__in=acts.ACTIVE)
    return pagination.rows(request, rows.select_related("attempt__request", "attempt__machine"), cursor, limit, _line)


def _line(run: Run) -> dict[str, Any]:
    attempt = run.attempt
    machine = attempt.machine.slug if attempt.machine else None
    return {"request": attempt.request.ref, "attempt": attempt.number, "machine": machine, **shown.run(run)}


@router.get(ONE, auth=auth.SIGNED_IN, response=dict[str, Any])
def get_attempt(request: HttpRequest, ref: str, number: int) -> dict[str, Any]:
    """One attempt: its plan, its program, what the machine does."""
    return _show(_attempt(request, ref, number))


@router.post(ONE + "/slice", auth=auth.WRITE, response=dict[str, Any])
def slice_it(request: HttpRequest, ref: str, number: int) -> dict[str, Any]:
    """Have the parts sliced for the machine; read the attempt again while `slice` is waiting."""
    attempt = _attempt(request, ref, number)
    slice_attempt(attempt)
    return _show(attempt)


@router.post(ONE + "/run", auth=auth.WRITE, response=dict[str, Any])
def start(request: HttpRequest, ref: str, number: int, body: Begin) -> dict[str, Any]:
    """Send the program to the machine and begin, once the bed is clear."""
    attempt = _attempt(request, ref, number)
    if attempt.slice is None:
        raise HttpError(422, _("The parts are not sliced for this machine yet."))
    acts.start_run(attempt, attempt.slice, by=me(request), bed_is_clear=body.bed_is_clear)
    return _show(_attempt(request, ref, number))


@router.post(ONE + "/run/{verb}", auth=auth.WRITE, response=dict[str, Any])
def steer(request: HttpRequest, ref: str, number: int, verb: Literal["pause", "resume", "cancel"]) -> dict[str, Any]:
    """Pause, go on or stop."""
    attempt = _attempt(request, ref, number)
    run = Run.objects.select_related("attempt__machine__lab").filter(attempt=attempt).first()
    if run is None:
        raise Http404("nothing runs")
    acts.steer(run, verb, by=me(request))
    return _show(_attempt(request, ref, number))


def _attempt(request: HttpRequest, ref: str, number: int) -> Attempt:
    found = worked_at(request, ref)
    rows = Attempt.objects.select_related("request__lab", "machine__lab", "machine__link", "stock", "slice", "run")
    attempt = rows.filter(request=found, number=number).first() if number < 1 << 15 else None
    if attempt is None:
        raise Http404("no such attempt")
    return attempt


def _show(attempt: Attempt) -> dict[str, Any]:
    sliced = attempt.slice
    return {**shown.attempt(attempt), "slice": {"state": state_of(sliced), "result": sliced.result} if sliced else None}
