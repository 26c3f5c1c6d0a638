"""Releases: the list, one, and a new one."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from designs import markup
from designs.actions.errors import RefusedError
from designs.actions.publish_release import publish_release
from designs.forms import ReleaseForm
from designs.history import changed_in
from designs.models import Project
from designs.views.lookup import person
from designs.views.page import project_page, show

PER_PAGE = 20
FILES_PER_PAGE = 300


@project_page()
def releases(request: HttpRequest, project: Project) -> HttpResponse:
    """All releases, newest first."""
    rows = project.releases.select_related("author").defer("files")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    items = [(release, markup.render(release.notes)) for release in page]
    return show(request, project, "designs/releases.html", {"page": page, "items": items}, tab="releases")


@project_page()
def release(request: HttpRequest, project: Project, tag: str) -> HttpResponse:
    """One release with its frozen list of files."""
    found = get_object_or_404(project.releases.select_related("author"), tag=tag)
    page = Paginator(found.files, FILES_PER_PAGE).get_page(request.GET.get("page"))
    changed = changed_in(project, found, page)
    context = {
        "release": found,
        "page": page,
        "files": [(file, changed.get(file["path"], "")) for file in page],
        "notes": markup.render(found.notes),
        "bytes": sum(file["size"] or 0 for file in found.files),
    }
    return show(request, project, "designs/release.html", context, tab="releases")


@project_page("write")
def release_new(request: HttpRequest, project: Project) -> HttpResponse:
    """Publish the present version of a branch."""
    branches = [ref.name for ref in project.repo.branches()]
    initial = {"target": project.default_branch}
    form = ReleaseForm(request.POST or None, branches=branches, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made = publish_release(project, by=person(request), **form.cleaned_data)
        except RefusedError as refused:
            form.add_error("tag", str(refused))
        else:
            return redirect("designs:release", project.namespace.handle, project.slug, made.tag)
    status = 422 if form.errors else 200
    return show(request, project, "designs/release_new.html", {"form": form}, tab="releases", status=status)
