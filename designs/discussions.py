"""Texts of a discussion as HTML: references resolved in a constant number of queries, whatever the number of texts."""

import re
from collections.abc import Sequence
from itertools import accumulate, compress

from django.db.models import Q
from django.urls import reverse

from accounts.models import Namespace
from designs import markup, references, results
from designs.models import Project
from designs.references import Found, Target, Wanted
from storage.git.errors import GitError

_COMMIT = re.compile(r"[0-9a-f]{7,40}")
MOST_CHARACTERS = 200_000
MOST_COMMITS = 50
MOST_VERSIONS = 8


def rendered(project: Project, texts: Sequence[str]) -> list[str]:
    """The HTML of Markdown texts about a project, in their order. The reader is one who may see the project.

    Past `MOST_CHARACTERS` in all, texts are shown as they stand, so that no page takes seconds.
    """
    lengths = accumulate(len(text) for text in texts)
    marked = [length <= MOST_CHARACTERS for length in lengths]
    link = references.linker(_found(project, references.wanted(compress(texts, marked))))

    def address(kind: str, path: str) -> str:
        return _place(project, "raw" if kind == "raw" else "blob", f"{project.default_branch}/{path}")

    return [
        markup.render(text, address=address, link=link) if is_marked else markup.plain(text)
        for text, is_marked in zip(texts, marked, strict=True)
    ]


def _place(project: Project, name: str, *args: object) -> str:
    return reverse(f"designs:{name}", args=[project.namespace.handle, project.slug, *args])


def _found(project: Project, wanted: Wanted) -> Found:
    commits = _commits(project, wanted.versions)
    return Found(
        numbers=_issues(project, wanted.numbers),
        handles=_people(wanted.handles),
        versions={**_revisions(project, commits), **_releases(project, wanted.versions)},
        parts=_parts(project, wanted.parts, commits),
    )


def _issues(project: Project, numbers: set[int]) -> dict[int, Target]:
    if not numbers:
        return {}
    rows = project.issues.filter(number__in=numbers, hidden_at=None)
    base = project.get_absolute_url()
    return {
        number: Target(f"{base}{'contributions' if kind == 'contribution' else 'issues'}/{number}/", title)
        for number, kind, title in rows.values_list("number", "kind", "title")
    }


def _people(handles: set[str]) -> dict[str, Target]:
    if not handles:
        return {}
    rows = Namespace.objects.filter(handle__in=handles, user__deleted_at=None).select_related("user", "organisation")
    return {row.handle: Target(row.get_absolute_url(), row.title) for row in rows}


def _commits(project: Project, versions: set[str]) -> dict[str, str]:
    """What was written -> commit, for releases by tag and for known commits by the start of their id."""
    if not versions:
        return {}
    known = dict(project.releases.filter(tag__in=versions).values_list("tag", "commit"))
    starts = sorted(version for version in versions if _COMMIT.fullmatch(version))[:MOST_COMMITS]
    if starts:
        asked = Q()
        for start in starts:
            asked |= Q(commit__startswith=start)
        ids = list(project.revisions.filter(asked).values_list("commit", flat=True)[: 4 * MOST_COMMITS])
        for start in starts:
            matching = [commit for commit in ids if commit.startswith(start)]
            if len(matching) == 1:
                known.setdefault(start, matching[0])
    return known


def _releases(project: Project, versions: set[str]) -> dict[str, Target]:
    if not versions:
        return {}
    rows = project.releases.filter(tag__in=versions).values_list("tag", "title")
    return {tag: Target(_place(project, "release", tag), title) for tag, title in rows}


def _revisions(project: Project, commits: dict[str, str]) -> dict[str, Target]:
    return {written: Target(_place(project, "commit", commit)) for written, commit in commits.items()}


def _parts(project: Project, parts: set[tuple[str, str]], commits: dict[str, str]) -> dict[tuple[str, str], Target]:
    """Files that stand at the version named, the head where none is, with the pictures that are drawn of them."""
    if not parts or not project.head:
        return {}
    paths = {path for path, _at in parts}
    known = set(project.files.filter(path__in=paths).values_list("path", flat=True))
    at = {version: commits.get(version, "") if version else project.head for path, version in parts if path in known}
    trees = {version: _tree(project, commit) for version, commit in sorted(at.items())[:MOST_VERSIONS] if commit}
    standing = {
        (path, version): trees[version][path]
        for path, version in parts
        if version in trees and path in known and path in trees[version]
    }
    pictures = _pictures(project, {(path, oid) for (path, _at), oid in standing.items()})
    return {
        (path, version): Target(
            _place(project, "blob", f"{version or project.default_branch}/{path}"),
            picture=pictures.get((path, oid), ""),
        )
        for (path, version), oid in standing.items()
    }


def _tree(project: Project, commit: str) -> dict[str, str]:
    try:
        entries = project.repo.tree(commit, recursive=True)
    except GitError:
        return {}
    return {entry.path: entry.oid for entry in entries if entry.kind == "blob" and not entry.is_link}


def _pictures(project: Project, contents: set[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """(path, oid) -> the address of the small picture of that content."""
    if not contents:
        return {}
    found = results.at(project, [(oid, oid) for _path, oid in contents])
    return {(path, oid): found[oid].thumbnail_url for path, oid in contents if oid in found}
