"""The history of one file or folder: each version, what it changed, and the releases that carry it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from designs.history import released_in
from designs.mesh import formats
from designs.models import Project, Release
from designs.views.commits import Line, compare_versions, with_people
from designs.views.page import project_page, show
from designs.views.paging import page_number
from designs.views.versions import version_of
from storage.git import walks
from storage.git.errors import MissingPathError

PER_PAGE = 30
SHOWN_RELEASES = 6


@dataclass
class PathVersion:
    """One commit that touched the path. `oid` is empty where it was deleted."""

    line: Line
    oid: str
    first_release: str = ""
    releases: list[str] = field(default_factory=list)

    @property
    def shown(self) -> list[str]:
        """The releases that carry this very content, the newest few."""
        return self.releases[:SHOWN_RELEASES]

    @property
    def more(self) -> int:
        """How many releases are not shown."""
        return max(len(self.releases) - SHOWN_RELEASES, 0)


@require_safe
@project_page()
def history(request: HttpRequest, project: Project, ref_path: str) -> HttpResponse:
    """Every commit that touched a path, newest first."""
    version = version_of(project, ref_path)
    if not version.path:
        raise MissingPathError("")
    number = page_number(request)
    repo = project.repo
    found = repo.log(version.commit, version.path, skip=(number - 1) * PER_PAGE, limit=PER_PAGE + 1)
    if not found:
        raise MissingPathError(version.path)
    lines = with_people(project, found[:PER_PAGE])
    if formats.format_of(version.path):
        compare_versions(project, version.path, lines, found)
    releases = list(project.releases.defer("files", "notes").order_by("-created_at", "-pk"))
    shown = _versions(project, version.path, lines, releases)
    context = {
        "version": version,
        "versions": shown,
        "has_releases": bool(releases),
        "number": number,
        "has_next": len(found) > PER_PAGE,
    }
    return show(request, project, "designs/history.html", context, tab="files")


def _versions(project: Project, path: str, lines: Sequence[Line], releases: Sequence[Release]) -> list[PathVersion]:
    """The lines with what lay at the path then, and the releases that carry it."""
    commits = [line.commit.id for line in lines]
    gone = set(walks.missing(project.path, [release.commit for release in releases]))
    kept = [release for release in releases if release.commit not in gone]
    oids = walks.objects_at(project.path, [(commit, path) for commit in [*commits, *(r.commit for r in kept)]])
    first = released_in(project, commits)
    made = [PathVersion(line, oid, first.get(line.commit.id, "")) for line, oid in zip(lines, oids, strict=False)]
    _assign(made, kept, oids[len(lines) :])
    return made


def _assign(versions: Sequence[PathVersion], releases: Sequence[Release], oids: Sequence[str]) -> None:
    """Give each release to the newest version with its content that had been released by then."""
    made: Mapping[str, Release] = {release.tag: release for release in releases}
    for release, oid in zip(releases, oids, strict=True):
        for version in versions:
            since = made.get(version.first_release)
            if oid and version.oid == oid and since and since.created_at <= release.created_at:
                version.releases.append(release.tag)
                break
