"""What staff do with a machine: say how it is, write its log, set its counters and limits, load it."""

from collections.abc import Callable

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from designs.actions.errors import RefusedError
from designs.views.lookup import person
from fablab.actions import machines as acts
from fablab.actions.stock import load
from fablab.forms.machines import CountersForm, LimitsForm, LogForm, StateForm
from fablab.models import Lab, Machine
from fablab.views.page import lab_page, show

LINES = 200


@require_POST
@lab_page("operate")
def machine_state(request: HttpRequest, lab: Lab, machine: str) -> HttpResponse:
    """Ready, in use, being maintained, broken, retired."""
    form = StateForm(request.POST)

    def act(found: Machine) -> None:
        acts.set_state(found, form.cleaned_data["state"], by=person(request), text=form.cleaned_data["text"])

    return _acted(request, lab, machine, form, act)


@require_POST
@lab_page("operate")
def machine_write(request: HttpRequest, lab: Lab, machine: str) -> HttpResponse:
    """A line in its log."""
    form = LogForm(request.POST)
    return _acted(request, lab, machine, form, lambda found: _write(found, form, request))


@require_POST
@lab_page("operate")
def machine_counters(request: HttpRequest, lab: Lab, machine: str) -> HttpResponse:
    """What its own counter shows."""
    form = CountersForm(request.POST)
    return _acted(
        request, lab, machine, form, lambda found: acts.set_counters(found, **form.cleaned_data, by=person(request))
    )


@require_POST
@lab_page("operate")
def machine_load(request: HttpRequest, lab: Lab, machine: str) -> HttpResponse:
    """Put a material in, or take it out."""
    found = get_object_or_404(lab.machines, slug=machine)
    chosen = request.POST.get("stock", "")
    stock = get_object_or_404(lab.stock, pk=int(chosen) if chosen.isdecimal() and len(chosen) < 19 else 0)
    load(stock, None if request.POST.get("action") == "unload" else found)
    return redirect(found)


@require_safe
@lab_page("operate")
def machine_log(request: HttpRequest, lab: Lab, machine: str) -> HttpResponse:
    """The whole log."""
    found = get_object_or_404(lab.machines, slug=machine)
    context = {"machine": found, "log": found.log.select_related("by")[:LINES]}
    return show(request, lab, "fablab/machine_log.html", context, tab="machines")


@lab_page("operate")
def machine_limits(request: HttpRequest, lab: Lab, machine: str) -> HttpResponse:
    """The rows of the kernel's table that are otherwise for this machine."""
    found = get_object_or_404(lab.machines, slug=machine)
    form = LimitsForm(found, request.POST or None)
    if request.method == "POST" and form.is_valid():
        acts.change_machine(found, overrides=form.overrides)
        messages.success(request, _("Saved."))
        return redirect(found)
    context = {"machine": found, "form": form}
    return show(request, lab, "fablab/machine_limits.html", context, tab="machines", status=422 if form.errors else 200)


def _write(machine: Machine, form: LogForm, request: HttpRequest) -> None:
    acts.write_log(machine, form.cleaned_data["kind"], by=person(request), text=form.cleaned_data["text"])


def _acted(request: HttpRequest, lab: Lab, slug: str, form: Form, act: Callable[[Machine], None]) -> HttpResponse:
    """Act with a form that says what, and go back to the machine; or say there why not."""
    found = get_object_or_404(lab.machines, slug=slug)
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
        return redirect(found)
    try:
        act(found)
    except RefusedError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Written down."))
    return redirect(found)
