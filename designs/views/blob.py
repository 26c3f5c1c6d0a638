"""The page of one file."""

import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from designs import comparisons, contents, results, words
from designs.mesh import formats, profiles
from designs.models import File, Project
from designs.views import kinds
from designs.views.analysis import checking
from designs.views.commits import compare_versions, with_people
from designs.views.overview import render_markdown
from designs.views.page import project_page, show
from designs.views.versions import version_of
from storage.git.types import Entry

HISTORY = 10
HEADER_BYTES = 64 << 10
_GCODE_FACT = re.compile(r"^;\s*([A-Za-z][A-Za-z0-9 _()\[\]%.-]{1,48}?)\s*[:=]\s*(\S.{0,200})$", re.MULTILINE)


@dataclass
class Shown:
    """How the content is shown."""

    kind: str
    html: str = ""
    facts: list[tuple[str, str]] = field(default_factory=list)
    is_cut: bool = False


@project_page()
def blob(request: HttpRequest, project: Project, ref_path: str) -> HttpResponse:
    """Viewer, facts, findings, history."""
    version = version_of(project, ref_path)
    raw = project.repo.entry(version.commit, version.path)
    [entry] = contents.sized(project, [raw])
    if entry.kind == "tree":
        return redirect("designs:tree", project.namespace.handle, project.slug, f"{version.ref}/{version.path}")
    profile = profiles.named(request.GET.get("profile", ""))
    result = results.at(project, [(entry.path, entry.oid)], profile).get(entry.path)
    found = project.repo.log(version.commit, entry.path, limit=HISTORY + 1)
    history = with_people(project, found[:HISTORY])
    if result and comparisons.is_shape(result):
        compare_versions(project, entry.path, history, found)
    context = {
        **checking(result.file.format if result else ""),
        "version": version,
        "ref": version.ref,
        "entry": entry,
        "result": result,
        "report": words.report(result) if result else None,
        "poll": result is not None and result.state == "waiting",
        "shown": _shown(project, version.ref, raw, result),
        "history": history,
        "lock": project.locks.select_related("owner__namespace").filter(path=entry.path).first(),
        "all_units": File.Units.choices,
        "is_cover": bool(result and project.cover_id and project.cover_id == result.file.pk),
    }
    return show(request, project, "designs/blob.html", context, tab="files")


def _shown(project: Project, ref: str, entry: Entry, result: results.Result | None) -> Shown:
    if entry.kind != "blob" or entry.is_link:
        return Shown("other")
    try:
        opened = contents.open_content(project, entry.oid, entry.size)
    except contents.MissingContentError as missing:
        return Shown("missing", html=str(missing))
    known = result.file.format if result else ""
    is_source = known in formats.SOURCES
    kind = "text" if is_source else kinds.kind_of(entry.path, known)
    if kind in {"mesh", "picture", "raster"}:
        return Shown(kind)
    limit = HEADER_BYTES if kind == "gcode" else kinds.TEXT_LIMIT
    text = kinds.as_text(opened.read(limit))
    is_cut = opened.size > limit
    if text is None:
        return Shown("other")
    if kind == "gcode":
        return Shown(kind, kinds.code("a.txt", text[:8000]), _GCODE_FACT.findall(text)[:60], is_cut)
    if kind == "markdown":
        parent = str(PurePosixPath(entry.path).parent)
        return Shown(kind, render_markdown(project, ref, "" if parent == "." else parent, text), is_cut=is_cut)
    return Shown("source" if is_source else "text", kinds.code(entry.path, text), is_cut=is_cut)
