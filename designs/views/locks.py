"""The files that somebody is at work on, and how they are given free."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from designs.actions.errors import RefusedError
from designs.actions.locks import unlock
from designs.models import Project
from designs.views.lookup import person
from designs.views.page import project_page, show
from designs.views.paging import page_number

PER_PAGE = 50


@project_page()
def locks(request: HttpRequest, project: Project) -> HttpResponseBase:
    """Every lock, the oldest first; a button where the visitor may end it."""
    rows = project.locks.select_related("owner__namespace").order_by("created_at", "pk")
    page = Paginator(rows, PER_PAGE).get_page(page_number(request))
    return show(request, project, "designs/locks.html", {"page": page}, tab="files")


@project_page("write")
@require_POST
def release(request: HttpRequest, project: Project, lock_id: int) -> HttpResponseBase:
    """End a lock, and go back to where the button was."""
    lock = get_object_or_404(project.locks.select_related("owner", "project__namespace"), pk=lock_id)
    try:
        unlock(lock, by=person(request))
    except RefusedError as refused:
        raise PermissionDenied(str(refused)) from refused
    messages.success(request, _("“%(path)s” can be changed by everybody again.") % {"path": lock.path})
    back = request.POST.get("back", "")
    if back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        return redirect(back)
    return redirect("designs:locks", project.namespace.handle, project.slug)
