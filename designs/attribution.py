"""Who made a version, under which licence, and from what: the text that goes with every ZIP and release."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from designs import spdx_files
from designs.licences import LICENCES
from designs.models import Project
from storage.git.authors import authors
from storage.git.errors import GitError

NAME = "ATTRIBUTION.md"
BESIDE = "ATTRIBUTION.partage.md"
"""Its name where the project has an ATTRIBUTION.md of its own."""
MOST_FORKS = 50
MOST_FILES = 2000
KEPT_SECONDS = 30 * 86400
_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~!()])")


@dataclass(frozen=True)
class Origin:
    """What a project was forked from: `project` is None where nothing may be said of it, or where it is gone."""

    project: Project | None
    licence: str
    commit: str


def file_name(paths: Sequence[str]) -> str:
    """The name in a ZIP with these files at its top: never that of a file of the project."""
    taken = {path.casefold() for path in paths}
    return next(name for name in _names() if name.casefold() not in taken)


def _names() -> Iterator[str]:
    yield NAME
    yield BESIDE
    number = 2
    while True:
        yield BESIDE.replace(".md", f"-{number}.md")
        number += 1


def people(project: Project, commit: str) -> list[str]:
    """The names of all who made a version, those with most commits first. Kept: a version never changes."""
    if not commit:
        return []
    key = f"authors:1:{project.pk}:{commit}"
    found: list[str] | None = cache.get(key)
    if found is None:
        try:
            found = authors(project.path, commit)
        except GitError:
            found = []
        cache.set(key, found, KEPT_SECONDS)
    return found


def is_named(project: Project) -> bool:
    """Whether anybody at all may be told that a project exists, and what it is called."""
    return not (project.deleted_at or project.hidden_at) and project.visibility == Project.Visibility.PUBLIC


def origins(project: Project) -> list[Origin]:
    """Where a project was forked from, and that in turn, the nearest first; as far as the public may know."""
    found: list[Origin] = []
    here: Project | None = project
    while here and here.forked_licence and len(found) < MOST_FORKS:
        parent = _parent(here)
        named = parent if parent and is_named(parent) else None
        found.append(Origin(named, here.forked_licence, here.forked_commit))
        here = parent
    return found


def _parent(project: Project) -> Project | None:
    if project.forked_from_id is None:
        return None
    return Project.objects.select_related("namespace__user", "namespace__organisation").get(pk=project.forked_from_id)


def attribution(project: Project, commit: str) -> str:
    """Markdown, in the language of the site: the project, its authors, its licence, what it was forked from, and what
    single files say of themselves. Raises UnknownRevisionError, MissingPathError for a commit that is not there."""
    with translation.override(settings.LANGUAGE_CODE):
        blocks = [*_head(project, commit), *_forks(project), *_files(project, commit), *_foot()]
    return "\n\n".join(blocks) + "\n"


def files(project: Project, commit: str) -> dict[str, bytes]:
    """What to put into a ZIP of a version beside its own files: name -> content."""
    top = [entry.path for entry in project.repo.tree(commit)]
    return {file_name(top): attribution(project, commit).encode()}


def _head(project: Project, commit: str) -> Iterator[str]:
    yield f"# {plain(project.name)}"
    if project.summary:
        yield plain(project.summary)
    lines = [f"- {_('Project')}: {plain(str(project))}"]
    if is_named(project):
        lines[0] += f", <{project.url}>"
    lines += [
        f"- {_('Version')}: {commit}",
        f"- {_('Licence')}: {_licence(project.licence)}",
        f"- {_('Authors')}: {_people(project, commit)}",
    ]
    yield "\n".join(lines)


def _forks(project: Project) -> Iterator[str]:
    chain = origins(project)
    if not chain:
        return
    yield "## " + _("Forked from")
    yield _("This project is a changed version of others. What came from them was received so, the nearest first:")
    for origin in chain:
        title = _("A project that is not public, or no longer")
        if origin.project:
            title = f"{plain(origin.project.name)} ({plain(str(origin.project))}), <{origin.project.url}>"
        lines = [f"- {title}", f"  - {_('Licence')}: {_licence(origin.licence)}"]
        if origin.commit:
            lines.append(f"  - {_('Version')}: {origin.commit}")
            lines.append(f"  - {_('Authors')}: {_people(project, origin.commit)}")
        yield "\n".join(lines)


def _files(project: Project, commit: str) -> Iterator[str]:
    said = spdx_files.said_at(project, commit)
    if not said:
        return
    yield "## " + _("Files that say their own licence")
    lines = []
    for path, one in list(said.items())[:MOST_FILES]:
        notices = "".join(f" {plain(line)}." for line in one.copyrights)
        lines.append(f"- {plain(path)}: {plain(one.expression) if one.expression else _('see the project')}.{notices}")
    yield "\n".join(lines)
    left = max(len(said) - MOST_FILES, 0)
    if left:
        yield ngettext("And %(n)d more file.", "And %(n)d more files.", left) % {"n": left}


def _foot() -> Iterator[str]:
    yield "---"
    yield _("Made by %(site)s from the history of the project. Keep this file with what you pass on.") % {
        "site": plain(settings.SITE_NAME)
    }


def _licence(spdx: str) -> str:
    known = LICENCES.get(spdx)
    return f"{known.name} ({spdx}), <{known.url}>" if known else plain(spdx)


def _people(project: Project, commit: str) -> str:
    return ", ".join(plain(name) for name in people(project, commit)) or _("unknown")


def plain(text: str) -> str:
    """One line that Markdown takes as it stands, whatever somebody wrote."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return _MARKUP.sub(r"\\\1", line)[:400]
