"""Releases: the list, one, and a new one."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from designs import citation, markup, policy, results
from designs.actions.change_release import change_release, delete_release
from designs.actions.errors import RefusedError
from designs.actions.publish_release import publish_release
from designs.forms import ReleaseForm
from designs.history import changed_in
from designs.mesh import formats
from designs.models import Project, Release
from designs.release_notes import draft
from designs.views.lookup import person
from designs.views.page import project_page, show

PER_PAGE = 10
FILES_PER_PAGE = 300
GALLERY = 120
PICTURES = 6


@project_page()
def releases(request: HttpRequest, project: Project) -> HttpResponse:
    """All releases, newest first."""
    page = Paginator(project.releases.select_related("author"), PER_PAGE).get_page(request.GET.get("page"))
    parts = {release.tag: _largest_parts(release) for release in page}
    drawn = results.at(project, {(oid, oid) for oids in parts.values() for oid in oids})
    items = [
        (release, markup.render(release.notes), [drawn[oid] for oid in parts[release.tag] if oid in drawn])
        for release in page
    ]
    return show(request, project, "designs/releases.html", {"page": page, "items": items}, tab="releases")


def _largest_parts(release: Release) -> list[str]:
    """The contents of a release that stand for it in a list: its largest meshes."""
    meshes = [file for file in release.files if formats.format_of(file["path"]) in formats.MESHES]
    largest = sorted(meshes, key=lambda file: (-(file["size"] or 0), file["path"]))
    return [file["oid"] for file in largest[:PICTURES]]


@project_page()
def release(request: HttpRequest, project: Project, tag: str) -> HttpResponse:
    """One release with its frozen list of files."""
    found = get_object_or_404(project.releases.select_related("author"), tag=tag)
    page = Paginator(found.files, FILES_PER_PAGE).get_page(request.GET.get("page"))
    changed = changed_in(project, found, page)
    frozen = {file["path"]: file["oid"] for file in found.files if formats.format_of(file["path"])}
    shown = results.at(project, sorted(frozen.items())[:GALLERY])
    found.project = project
    context = {
        "gallery": list(shown.values()),
        "cff": citation.cff(found),
        "bibtex": citation.bibtex(found),
        "release": found,
        "page": page,
        "files": [(file, changed.get(file["path"], "")) for file in page],
        "notes": markup.render(found.notes),
        "bytes": sum(file["size"] or 0 for file in found.files),
    }
    return show(request, project, "designs/release.html", context, tab="releases")


@project_page("write")
def release_new(request: HttpRequest, project: Project) -> HttpResponse:
    """Publish a branch, or a tag that git has already. The notes are drafted from what changed."""
    names = [ref.name for ref in project.repo.branches()]
    tag = request.GET.get("tag", "")
    tagged = any(ref.name == tag for ref in project.repo.tags())
    target = tag if tagged else project.default_branch
    initial = {"target": target, "tag": tag if tagged else ""}
    if request.method != "POST" and project.head:
        initial["notes"] = draft(project, target, tag)
    form = ReleaseForm(request.POST or None, branches=[*([tag] if tagged else []), *names], initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made = publish_release(project, by=person(request), **form.cleaned_data)
        except RefusedError as refused:
            form.add_error("tag", str(refused))
        else:
            return redirect(made)
    status = 422 if form.errors else 200
    return show(request, project, "designs/release_new.html", {"form": form}, tab="releases", status=status)


@project_page("write")
def release_edit(request: HttpRequest, project: Project, tag: str) -> HttpResponse:
    """Change title and notes, or take it back; the files stay as they are."""
    found = get_object_or_404(project.releases, tag=tag)
    manages = policy.can_manage(request.user, project)
    if request.method == "POST" and request.POST.get("action") == "delete" and manages:
        delete_release(found, with_tag=request.POST.get("with_tag") == "yes")
        messages.success(request, _("The release %(tag)s is deleted.") % {"tag": tag})
        return redirect("designs:releases", project.namespace.handle, project.slug)
    initial = {"title": found.title, "notes": found.notes, "is_prerelease": found.is_prerelease}
    form = ReleaseForm(request.POST or None, branches=[], initial=initial)
    del form.fields["tag"], form.fields["target"]
    if request.method == "POST" and form.is_valid():
        change_release(found, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect(found)
    status = 422 if form.errors else 200
    context = {"form": form, "release": found}
    return show(request, project, "designs/release_edit.html", context, tab="releases", status=status)


@require_safe
@project_page()
def release_citation(_request: HttpRequest, project: Project, tag: str) -> HttpResponse:
    """CITATION.cff of that version."""
    found = get_object_or_404(project.releases.select_related("project__namespace"), tag=tag)
    response = HttpResponse(citation.cff(found), content_type="application/yaml; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="CITATION.cff"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
