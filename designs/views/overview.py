"""The first page of a project."""

from collections import Counter
from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from designs import attribution, contents, licences, markup, results, words
from designs.mesh import formats
from designs.models import Project
from designs.views import kinds
from designs.views.page import project_page, show
from storage.git.types import Entry

GALLERY = 300
README_LIMIT = 400 << 10
MAKES = 3


def blobs_of(project: Project, commit: str) -> list[Entry]:
    """Every file of a version; nothing before the first commit."""
    if not commit:
        return []
    return contents.sized(project, [e for e in project.repo.tree(commit, recursive=True) if e.kind == "blob"])


def designs_of(entries: Sequence[Entry]) -> list[Entry]:
    """Files that the kernel can read, meshes before drawings, shallow before deep."""
    chosen = [(e, formats.format_of(e.path)) for e in entries if not e.is_link]
    ordered = sorted((kinds.kind_of(e.path, kind) != "mesh", e.path.count("/"), e.path) for e, kind in chosen if kind)
    by_path = {e.path: e for e in entries}
    return [by_path[path] for *_, path in ordered]


@project_page()
def project(request: HttpRequest, project: Project) -> HttpResponse:
    """Stage, gallery, README, printability, licence, how to get it."""
    entries = blobs_of(project, project.head)
    designs = designs_of(entries)
    found = results.at(project, [(e.path, e.oid) for e in designs[:GALLERY]])
    shown = [found[e.path] for e in designs[:GALLERY] if e.path in found]
    star = _star(project, shown)
    context = {
        "ref": project.default_branch,
        "result": star,
        "report": words.report(star) if star else None,
        "poll": star is not None and star.state == "waiting",
        "gallery": shown,
        "more": max(len(designs) - GALLERY, 0),
        "grades": Counter(one.verdict.grade for one in shown if one.verdict and one.file.format not in formats.CUT),
        "waiting": sum(result.state == "waiting" for result in shown),
        "readme": readme(project, project.head, project.default_branch, entries),
        "licence": licences.LICENCES.get(project.licence),
        "files": len(entries),
        "bytes": sum(e.size or 0 for e in entries),
        "release": project.releases.order_by("is_prerelease", "-created_at", "-pk").first(),
        "makes": project.makes.filter(is_public=True).select_related("release")[:MAKES],
        "makers": attribution.people(project, project.head),
        "is_public": project.visibility == Project.Visibility.PUBLIC and not project.hidden_at,
    }
    return show(request, project, "designs/project.html", context, tab="overview")


def _star(project: Project, shown: Sequence[results.Result]) -> results.Result | None:
    """The cover, or else the first file."""
    if project.cover:
        for result in shown:
            if result.file.path == project.cover.path:
                return result
    return shown[0] if shown else None


def readme(project: Project, commit: str, ref: str, entries: Sequence[Entry], folder: str = "") -> str:
    """The README of a folder as safe HTML, or nothing."""
    here = {e.name.lower(): e for e in entries if e.path.rpartition("/")[0] == folder}
    for name in ("readme.md", "readme.markdown", "readme.txt", "readme"):
        if name in here and not here[name].is_link:
            try:
                text = kinds.as_text(contents.read(project, here[name].oid, README_LIMIT))
            except contents.MissingContentError:
                text = None
            if text is None:
                return ""
            return (
                render_markdown(project, ref, folder, text) if "." in name and name[-1] != "t" else markup.plain(text)
            )
    return ""


def render_markdown(project: Project, ref: str, folder: str, text: str) -> str:
    """Markdown with links to the pages and files of the same version."""

    def address(kind: str, path: str) -> str:
        name = "designs:raw" if kind == "raw" else "designs:blob"
        return reverse(name, args=[project.namespace.handle, project.slug, f"{ref}/{path}"])

    return markup.render(text, folder=folder, address=address)
