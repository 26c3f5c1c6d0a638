"""Mirrors of a project: to other forges and from one."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from designs.actions.change_mirrors import add_mirror, sync_mirror
from designs.actions.errors import RefusedError
from designs.forms_transfers import MirrorForm
from designs.models import Project
from designs.views.lookup import person
from designs.views.page import project_page, show

IN_FORM = {"not-https", "credentials", "port", "private", "unknown-host", "bad-url", "taken"}


@never_cache
@project_page("manage")
def mirrors(request: HttpRequest, project: Project) -> HttpResponse:
    """Each mirror with how it fares, and the form for another."""
    form = MirrorForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            add_mirror(project, by=person(request), **form.cleaned_data)
        except RefusedError as refused:
            form.add_error("url" if refused.code in IN_FORM else None, str(refused))
        else:
            messages.success(request, _("The mirror is set up. Its first round begins now."))
            return _back(project)
    rows = list(project.mirrors.all())
    context = {"form": form, "mirrors": rows, "poll": any(row.state == "running" or not row.tried_at for row in rows)}
    status = 422 if form.errors else 200
    return show(request, project, "designs/mirrors.html", context, tab="settings", status=status)


@project_page("manage")
@require_POST
def mirror_sync(request: HttpRequest, project: Project, mirror_id: int) -> HttpResponse:
    """Do it now."""
    sync_mirror(get_object_or_404(project.mirrors, pk=mirror_id))
    return _back(project)


@project_page("manage")
@require_POST
def mirror_remove(request: HttpRequest, project: Project, mirror_id: int) -> HttpResponse:
    """Mirror no longer; what is there stays there."""
    get_object_or_404(project.mirrors, pk=mirror_id).delete()
    messages.success(request, _("The mirror is removed. What is there stays there."))
    return _back(project)


def _back(project: Project) -> HttpResponse:
    return redirect("designs:mirrors", project.namespace.handle, project.slug)
