"""A draft of the notes of a release: what changed since the last one, in Markdown."""

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from designs import changes, comparisons, results
from designs.attribution import plain
from designs.mesh import formats
from designs.models import Project, Release
from storage.git.errors import UnknownRevisionError
from storage.git.types import Change, Commit

MOST_COMMITS = 100
MOST_PARTS = 100
_CLOSES = re.compile(r"(?i)\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?)\s+#(\d{1,9})\b")


def draft(project: Project, target: str, tag: str = "") -> str:
    """Parts added, changed and removed, commits, closed issues and names, since the newest release before.

    Raises UnknownRevisionError.
    """
    repo = project.repo
    commit = repo.resolve(target)
    last = _before(project, tag)
    commits = repo.between([last.commit] if last else [], commit)
    blocks = [*_parts(project, repo.changes(last.commit if last else None, commit))]
    blocks += [*_commits(commits), *_issues(project, commits), *_people(commits)]
    if last and blocks:
        blocks.append(_("Since %(tag)s.") % {"tag": plain(last.tag)})
    return "\n\n".join(blocks)


def _before(project: Project, tag: str) -> Release | None:
    for release in project.releases.exclude(tag=tag).only("tag", "commit", "project"):
        try:
            project.repo.resolve(release.commit)
        except UnknownRevisionError:
            continue
        return release
    return None


def _parts(project: Project, found: list[Change]) -> Iterator[str]:
    found = [one for one in found if formats.format_of(one.path)]
    told = _told(project, found)
    groups = ((_("Parts added"), "A"), (_("Parts changed"), "MR"), (_("Parts removed"), "D"))
    for title, kinds in groups:
        rows = [one for one in found if one.kind in kinds][:MOST_PARTS]
        if rows:
            lines = [f"- {plain(one.path)}" + (f": {told[one.path]}" if one.path in told else "") for one in rows]
            yield "\n".join([f"### {title}", "", *lines])


def _told(project: Project, found: list[Change]) -> dict[str, str]:
    """Path -> what changed in the shape, in a sentence, where the kernel has compared the two already."""
    befores = results.at(project, [(one.old_path, one.old_oid) for one in found if one.old_oid])
    afters = results.at(project, [(one.path, one.new_oid) for one in found if one.new_oid])
    pairs = [
        (before, after)
        for one in found
        if one.kind in "MR" and (before := befores.get(one.old_path)) and (after := afters.get(one.path))
    ]
    return {
        one.after.file.path: changes.tell(one).sentence for one in comparisons.of_pairs(pairs) if one.state == "ready"
    }


def _commits(commits: list[Commit]) -> Iterator[str]:
    titles = list(dict.fromkeys(plain(one.title) for one in reversed(commits) if len(one.parents) < 2))
    if titles:
        lines = [f"- {title}" for title in titles[:MOST_COMMITS] if title]
        if (left := len(titles) - MOST_COMMITS) > 0:
            lines.append("- " + ngettext("and %(n)d more", "and %(n)d more", left) % {"n": left})
        yield "\n".join([f"### {_('Changes')}", "", *lines])


def _issues(project: Project, commits: list[Commit]) -> Iterator[str]:
    numbers = {int(number) for one in commits for number in _CLOSES.findall(one.message)}
    rows = project.issues.filter(number__in=numbers, state="closed", hidden_at=None).order_by("number")
    lines = [f"- #{row.number} {plain(row.title)}" for row in rows]
    if lines:
        yield "\n".join([f"### {_('Closed issues')}", "", *lines])


def _people(commits: list[Commit]) -> Iterator[str]:
    names = list(dict.fromkeys(plain(one.author_name) for one in commits))
    if names:
        yield _("Made by %(names)s.") % {"names": ", ".join(names)}
