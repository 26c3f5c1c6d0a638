"""A folder of a project at one version."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from designs import contents, history, results
from designs.models import Project
from designs.views.overview import readme
from designs.views.page import project_page, show
from designs.views.versions import version_of
from storage.git.errors import MissingPathError
from storage.git.types import Entry, LastChange

THUMBNAILS = 500


@dataclass(frozen=True)
class Row:
    """One entry: a folder with the sum of what is in it, or a file."""

    name: str
    path: str
    is_folder: bool
    size: int
    files: int
    last: LastChange | None
    released: str
    result: results.Result | None


@project_page()
def tree(request: HttpRequest, project: Project, ref_path: str) -> HttpResponse:
    """The entries of a folder, with sizes and last changes."""
    version = version_of(project, ref_path)
    prefix = f"{version.path}/" if version.path else ""
    entries = project.repo.tree(version.commit, version.path, recursive=True)
    blobs = contents.sized(project, [e for e in entries if e.kind != "tree"])
    if not blobs and version.path:
        raise MissingPathError(version.path)
    here = [e for e in blobs if "/" not in e.path[len(prefix) :]][:THUMBNAILS]
    found = results.at(project, [(e.path, e.oid) for e in here])
    names = {entry.path[len(prefix) :].split("/", 1)[0] for entry in blobs}
    last = history.last_changes(project, version.commit, version.path, names)
    released = history.released_in(project, {change.id for change in last.values()})
    rows = _rows(blobs, prefix, last, {name: released.get(change.id, "") for name, change in last.items()}, found)
    context = {
        "version": version,
        "rows": rows,
        "shows_releases": bool(released),
        "files": len(blobs),
        "bytes": sum(e.size or 0 for e in blobs),
        "readme": readme(project, version.commit, version.ref, blobs, version.path),
    }
    return show(request, project, "designs/tree.html", context, tab="files")


def _rows(
    blobs: Iterable[Entry],
    prefix: str,
    last: Mapping[str, LastChange],
    released: Mapping[str, str],
    found: Mapping[str, results.Result],
) -> list[Row]:
    folders: dict[str, list[int]] = defaultdict(list)
    files = []
    for entry in blobs:
        name, _, rest = entry.path[len(prefix) :].partition("/")
        size = entry.size or 0
        if rest:
            folders[name].append(size)
        else:
            result = found.get(entry.path)
            files.append(Row(name, entry.path, False, size, 1, last.get(name), released.get(name, ""), result))
    above = [
        Row(name, prefix + name, True, sum(sizes), len(sizes), last.get(name), released.get(name, ""), None)
        for name, sizes in sorted(folders.items())
    ]
    return above + sorted(files, key=lambda row: row.name.casefold())


@project_page()
def files(_request: HttpRequest, project: Project) -> HttpResponse:
    """The files of the default branch."""
    return redirect("designs:tree", project.namespace.handle, project.slug, project.default_branch)
