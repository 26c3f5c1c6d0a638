"""Report a project; hide it and show it again."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from designs import policy
from designs.actions.moderate import hide_project, report_project, show_project
from designs.forms import ReportForm
from designs.models import Project
from designs.views.lookup import person
from designs.views.page import project_page, show


@project_page()
def report(request: HttpRequest, project: Project) -> HttpResponse:
    """Tell the staff; signing in is not needed."""
    form = ReportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        by = person(request) if request.user.is_authenticated else None
        report_project(project, by=by, **form.cleaned_data)
        messages.success(request, _("Thank you. Somebody will look at it."))
        return redirect(project)
    status = 422 if form.errors else 200
    return show(request, project, "designs/report.html", {"form": form}, tab="", status=status)


@project_page()
@require_POST
def moderate(request: HttpRequest, project: Project) -> HttpResponse:
    """Hide a project, or show it again: staff."""
    if not policy.can_moderate(request.user):
        raise Http404("no such page")
    if request.POST.get("action") == "hide":
        hide_project(project, request.POST.get("reason", "")[:300])
        messages.success(request, _("Hidden: only its members and staff see it."))
    else:
        show_project(project)
        messages.success(request, _("Shown again."))
    return redirect(project)
