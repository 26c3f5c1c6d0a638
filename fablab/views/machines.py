"""Machines of a lab: the list, the page of each, adding one from the catalogue or by hand, changing it."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from designs import markup
from designs.actions.errors import RefusedError
from designs.limits import within_limits
from designs.views.lookup import person
from fablab import policy
from fablab.actions.machines import add_machine, change_machine, set_photo
from fablab.actions.occupy import free_by_machine
from fablab.catalogue import catalogue, suggest
from fablab.forms.machines import CountersForm, LogForm, MachineForm, StateForm
from fablab.models import Lab, Machine, Stock
from fablab.views.page import lab_page, show

SOONEST = timedelta(days=14)
HALF_HOUR = timedelta(minutes=30)
LINES = 12


@require_safe
@lab_page()
def machines(request: HttpRequest, lab: Lab) -> HttpResponse:
    """All that the lab has, with what each makes, what is loaded and when it is free."""
    loaded = Prefetch("loaded", Stock.objects.filter(is_used_up=False))
    rows = list(lab.machines.select_related("training").prefetch_related(loaded).order_by("process", "name"))
    present = [one for one in rows if one.state != Machine.State.RETIRED]
    for one in present:
        one.lab = lab
    free = _next_free([one for one in present if one.state in Machine.WORKING])
    retired = [one for one in rows if one.state == Machine.State.RETIRED]
    context = {
        "present": [(one, free.get(one.pk)) for one in present],
        "retired": retired,
        "trainings": lab.trainings.exists(),
    }
    return show(request, lab, "fablab/machines.html", context, tab="machines")


@require_safe
@lab_page()
def machine(request: HttpRequest, lab: Lab, machine: str) -> HttpResponse:
    """Everything about one; its log and what changes it for who works there."""
    found = get_object_or_404(lab.machines.select_related("training"), slug=machine)
    found.lab = lab
    works = found.state in Machine.WORKING
    context: dict[str, object] = {
        "machine": found,
        "works": works,
        "loaded": found.loaded.filter(is_used_up=False),
        "description": markup.render(found.description) if found.description else "",
        "free": _next_free([found]).get(found.pk) if works else None,
        "may_book": policy.can_book(request.user, found),
        "is_trained": policy.is_trained(request.user, found),
        "link": getattr(found, "link", None),
        "makes": found.makes.count(),
    }
    if policy.can_operate(request.user, lab):
        context |= {
            "log": found.log.select_related("by")[:LINES],
            "state_form": StateForm(initial={"state": found.state}),
            "log_form": LogForm(),
            "counters_form": CountersForm(initial={"hours": round(found.hours_run, 1), "jobs": found.jobs_run}),
            "shelf": lab.stock.filter(is_used_up=False).exclude(machine=found),
        }
    return show(request, lab, "fablab/machine.html", context, tab="machines")


@lab_page("operate")
def machine_new(request: HttpRequest, lab: Lab) -> HttpResponse:
    """Add one: chosen from the catalogue (`?from=key`), or described by hand."""
    known = catalogue().get(request.GET.get("from", ""))
    form = MachineForm(request.POST or None, request.FILES or None, lab=lab, initial=known.facts if known else None)
    if request.method == "POST" and form.is_valid():
        added = add_machine(lab, by=person(request), **form.facts)
        messages.success(request, _("%(machine)s is listed.") % {"machine": added.name})
        _keep_photo(request, added)
        return redirect(added)
    context = {
        "form": form,
        "known": known,
        "text": request.GET.get("find", ""),
        "offered": suggest(request.GET.get("find", "")),
    }
    return show(request, lab, "fablab/machine_new.html", context, tab="machines", status=422 if form.errors else 200)


@require_safe
@lab_page("operate")
def machine_catalogue(request: HttpRequest, lab: Lab) -> HttpResponse:
    """The fragment with machines of the catalogue that a text names, while somebody is typing."""
    text = request.GET.get("find", "")[:80]
    return render(request, "fablab/_offered.html", {"lab": lab, "text": text, "offered": suggest(text)})


@lab_page("operate")
def machine_edit(request: HttpRequest, lab: Lab, machine: str) -> HttpResponse:
    """Change what is said of one."""
    found = get_object_or_404(lab.machines, slug=machine)
    form = MachineForm(request.POST or None, request.FILES or None, lab=lab, instance=found)
    if request.method == "POST" and form.is_valid():
        change_machine(get_object_or_404(lab.machines, slug=machine), **form.facts)
        messages.success(request, _("Saved."))
        _keep_photo(request, found)
        return redirect("fablab:machine", lab.slug, found.slug)
    context = {"form": form, "machine": Machine.objects.get(pk=found.pk)}
    return show(request, lab, "fablab/machine_edit.html", context, tab="machines", status=422 if form.errors else 200)


def _keep_photo(request: HttpRequest, machine: Machine) -> None:
    """The photo that came with the form, or none any more where that is asked."""
    file = request.FILES.get("photo")
    try:
        if file:
            within_limits(request, "photo")
            set_photo(machine, file, size=file.size or 0)
        elif request.POST.get("no_photo"):
            set_photo(machine, None)
    except RefusedError as refused:
        messages.error(request, str(refused))


def _next_free(machines: list[Machine]) -> dict[int, Any]:
    """Machine -> when half an hour of it is free next; what is in use now without a booking tells nothing."""
    now = timezone.now()
    free = free_by_machine(machines, HALF_HOUR.total_seconds(), after=now, horizon=SOONEST) if machines else {}
    busy = {one.pk for one in machines if one.state == Machine.State.IN_USE}
    found = {pk: spans[0][0] for pk, spans in free.items() if spans}
    return {pk: at for pk, at in found.items() if pk not in busy or at - now > HALF_HOUR}
