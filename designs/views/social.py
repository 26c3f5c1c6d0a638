"""Watch, like and collect a project: small forms in its head."""

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from designs.actions.errors import RefusedError
from designs.actions.like import like as do_like
from designs.actions.like import save_collection, set_collections, unlike
from designs.actions.watch import watch as do_watch
from designs.models import Project, Watch
from designs.views.lookup import person
from designs.views.page import project_page
from designs.views.sign_in import local, signed_in


def _back(request: HttpRequest, project: Project) -> HttpResponseBase:
    """To the page of the project that the form stood on."""
    address = local(request, request.META.get("HTTP_REFERER", ""))
    return redirect(address if address.startswith(project.get_absolute_url()) else project.get_absolute_url())


@require_POST
@project_page()
def like(request: HttpRequest, project: Project) -> HttpResponseBase:
    """Like it, or no longer."""
    signed_in(request)
    if request.POST.get("like") == "no":
        unlike(project, by=person(request))
    else:
        do_like(project, by=person(request))
    return _back(request, project)


@require_POST
@project_page()
def watch(request: HttpRequest, project: Project) -> HttpResponseBase:
    """Choose how much to be told."""
    signed_in(request)
    level = request.POST.get("level", "")
    if level in Watch.Level.values:
        do_watch(project, by=person(request), level=level)
    return _back(request, project)


@require_POST
@project_page()
def collect(request: HttpRequest, project: Project) -> HttpResponseBase:
    """Choose in which of one's collections it lies; `name` makes a new one."""
    signed_in(request)
    user = person(request)
    chosen = {int(pk) for pk in request.POST.getlist("collection") if pk.isascii() and pk.isdigit() and len(pk) < 19}
    collections = list(user.collections.filter(pk__in=chosen))
    if name := request.POST.get("name", "").replace("\0", "").strip():
        try:
            collections.append(save_collection(by=user, name=name, is_public=request.POST.get("private") != "on"))
        except RefusedError as refused:
            messages.error(request, str(refused))
    set_collections(project, by=user, collections=collections)
    return _back(request, project)
