"""An attempt on its machine: sliced, started once the bed is clear, followed, steered. Parts of a request's page."""

from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from designs.actions.errors import RefusedError
from designs.views.page import answers
from designs.views.sign_in import signed_in
from fablab import policy
from fablab.actions import runs
from fablab.actions.slice import can_slice, slice_attempt, state_of
from fablab.models import Attempt, PrinterLink, Run
from storage import blobs, serving

VERBS = frozenset({"pause", "resume", "cancel"})


def _attempt(request: HttpRequest, ref: str, number: int) -> Attempt:
    """The attempt, for who works in the lab. Raises Http404 for everybody else."""
    signed_in(request)
    rows = Attempt.objects.select_related("request__lab", "machine__lab", "stock", "slice")
    attempt = get_object_or_404(rows, request__ref=ref, number=number)
    if not policy.can_operate(request.user, attempt.request.lab):
        raise Http404("no such attempt")
    return attempt


@answers
def run(request: HttpRequest, ref: str, number: int) -> HttpResponse:
    """What the machine does with this attempt; a POST slices it (`slice`) or begins (`start`, with `bed_is_clear`)."""
    attempt = _attempt(request, ref, number)
    if request.method == "POST":
        try:
            _do(request, attempt)
        except RefusedError as refused:
            if not request.headers.get("HX-Request"):
                messages.error(request, str(refused))
                return redirect(attempt.request)
            return _fragment(request, attempt, refusal=str(refused))
        if not request.headers.get("HX-Request"):
            return redirect(attempt.request)
    return _fragment(request, attempt)


def _do(request: HttpRequest, attempt: Attempt) -> None:
    if "slice" in request.POST:
        slice_attempt(attempt)
        return
    sliced = attempt.slice
    if sliced is None:
        raise RefusedError(_("The parts are not sliced for this machine yet."), "not-sliced")
    clear = "bed_is_clear" in request.POST
    runs.start_run(attempt, sliced, by=cast(User, request.user), bed_is_clear=clear)


def _fragment(request: HttpRequest, attempt: Attempt, *, refusal: str = "") -> HttpResponse:
    found = Run.objects.filter(attempt=attempt).first()
    sliced = attempt.slice
    state = state_of(sliced) if sliced else ""
    context = {
        "attempt": attempt,
        "run": found,
        "is_active": bool(found and found.state in runs.ACTIVE),
        "slice": sliced,
        "slice_state": state,
        "can_slice": attempt.machine is not None and can_slice(attempt.machine),
        "link": PrinterLink.objects.filter(machine=attempt.machine_id or 0).first(),
        "refusal": refusal,
        "poll": state == "waiting" or bool(found and found.state in runs.ACTIVE),
    }
    return render(request, "fablab/_run.html", context)


@require_POST
@answers
def steer(request: HttpRequest, ref: str, number: int, verb: str) -> HttpResponse:
    """pause, resume or cancel."""
    attempt = _attempt(request, ref, number)
    if verb not in VERBS:
        raise Http404("no such verb")
    refusal = ""
    try:
        runs.steer(get_object_or_404(Run, attempt=attempt), verb, by=cast(User, request.user))
    except RefusedError as refused:
        refusal = str(refused)
    if not request.headers.get("HX-Request"):
        if refusal:
            messages.error(request, refusal)
        return redirect(attempt.request)
    return _fragment(request, attempt, refusal=refusal)


@require_safe
@answers
def program(request: HttpRequest, ref: str, number: int) -> HttpResponseBase:
    """The program that was sliced, for a machine that is started by hand."""
    attempt = _attempt(request, ref, number)
    sliced = attempt.slice
    if sliced is None or state_of(sliced) != "ready" or not blobs.exists(sliced.gcode):
        raise Http404("not sliced")
    name = f"partage-{ref}-{number}.gcode"
    answer = StreamingHttpResponse(serving.stream(sliced.gcode), content_type="text/x-gcode")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
