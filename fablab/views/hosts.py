"""The host of a machine: connect it, let go of it, and see what the machine does."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from designs.actions.errors import RefusedError
from designs.limits import within_limits
from fablab import policy
from fablab.actions.printer_links import remove_link, set_link
from fablab.actions.runs import ACTIVE
from fablab.forms.hosts import HostForm
from fablab.models import Lab, PrinterLink, Run
from fablab.views.page import lab_page, show


@lab_page("manage")
def host(request: HttpRequest, lab: Lab, machine: str) -> HttpResponse:
    """Say which host drives the machine; it is tried before it is kept."""
    found = get_object_or_404(lab.machines, slug=machine)
    link = PrinterLink.objects.filter(machine=found).first()
    initial = {"kind": link.kind, "url": link.url} if link else {}
    form = HostForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            within_limits(request, "host")
            kept = set_link(found, by=request.user, **form.cleaned_data)
        except RefusedError as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Connected: %(about)s.") % {"about": kept.status.get("about", "")})
            return redirect("fablab:host", lab.slug, found.slug)
    context = {"machine": found, "link": link, "form": form}
    return show(request, lab, "fablab/host.html", context, tab="machines", status=422 if form.errors else 200)


@require_POST
@lab_page("manage")
def remove(request: HttpRequest, lab: Lab, machine: str) -> HttpResponse:
    """Let go of the host."""
    found = get_object_or_404(lab.machines, slug=machine)
    try:
        remove_link(found, by=request.user)
    except RefusedError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The machine is started by hand again."))
    return redirect("fablab:host", lab.slug, found.slug)


@require_safe
@lab_page()
def live(request: HttpRequest, lab: Lab, machine: str) -> HttpResponse:
    """The fragment of a machine's page that says what it does now. What it makes is told to operators alone."""
    found = get_object_or_404(lab.machines, slug=machine)
    run = Run.objects.filter(attempt__machine=found, state__in=ACTIVE).select_related("attempt__request").first()
    context = {
        "machine": found,
        "link": PrinterLink.objects.filter(machine=found).first(),
        "run": run,
        "may_see": policy.can_operate(request.user, lab),
    }
    return render(request, "fablab/_live.html", {"lab": lab, **context})
