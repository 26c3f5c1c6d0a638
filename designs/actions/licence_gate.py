"""The licence gate: what came under one licence is published under one that may follow it, or not at all."""

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath

from django.utils.translation import gettext as _

from designs import compatibility, spdx, spdx_files
from designs.actions.errors import RefusedError
from designs.compatibility import KNOWN, NO_DERIVATIVES, NON_COMMERCIAL, canonical, followers, may_follow
from designs.licences import LICENCES
from designs.models import Project
from designs.spdx import Said
from storage.git import many
from storage.git.errors import MissingPathError
from storage.git.types import Delete, Move, Put

CODE = "licence"
TEXTS = "LICENSES"
"""The folder in which REUSE keeps the texts of licences, each named by its identifier."""


def choices(received: str) -> list[str]:
    """The licences of this site that a fork may have, the one it came under first."""
    return [received, *(name for name in LICENCES if name != received and may_follow(received, name))]


def reason(parent: str, child: str) -> str:
    """Why what is under `parent` may not be published under `child`, in a sentence or two."""
    names = {"parent": canonical(parent), "child": canonical(child)}
    sentence = {
        "no-derivatives": _("%(parent)s lets nobody publish it changed or under another licence."),
        "non-commercial": _("%(parent)s forbids commercial use, which %(child)s would allow."),
        "attribution": _("%(parent)s asks that its authors be named, and %(child)s asks for nothing."),
        "conflict": _("%(parent)s has terms on patents or technical locks that %(child)s lets nobody add."),
        "reciprocal": _("%(parent)s asks that what is made from it stays under the same licence."),
        "unknown": _("Nobody has told us whether %(child)s may follow %(parent)s."),
    }[compatibility.why_not(parent, child)] % names
    others = [name for name in followers(parent) if name in LICENCES]
    if not others or compatibility.why_not(parent, child) == "no-derivatives":
        return sentence
    return f"{sentence} " + _("It may be followed by: %(licences)s.") % {"licences": ", ".join(others)}


def check_fork(parent: str, child: str) -> None:
    """Raises RefusedError where a fork of what is under `parent` may not be under `child`."""
    if not may_follow(parent, child):
        raise RefusedError(reason(parent, child), CODE)


def check_settings(project: Project, values: Mapping[str, object]) -> None:
    """Whether a fork may have these settings. Raises RefusedError."""
    if not project.forked_licence:
        return
    licence, shown = values.get("licence", project.licence), values.get("visibility", project.visibility)
    if licence != project.licence and not _offered(project, str(licence)):
        check_fork(project.forked_licence, str(licence))
    if shown == project.visibility or shown == Project.Visibility.PRIVATE:
        return
    parent = project.forked_from
    if parent and parent.visibility == Project.Visibility.PRIVATE and parent.namespace_id != project.namespace_id:
        raise RefusedError(
            _("The project that this one was forked from is private, and so are its forks."), "visibility"
        )
    if project.forked_licence in NO_DERIVATIVES and project.head != project.forked_commit and not _is_own(project):
        raise RefusedError(_no_changes(project.forked_licence), CODE)


def _offered(project: Project, licence: str) -> bool:
    """Whether the parent is offered under a licence by now that this one may follow."""
    parent = project.forked_from
    return parent is not None and may_follow(parent.licence, licence)


def check_merge(source_project: Project, target_project: Project, *, commit: str = "") -> None:
    """Whether what is in one project may come into another; `commit` is the version of the source that would.

    Raises RefusedError with the reason.
    """
    if source_project.pk == target_project.pk:
        return
    if not may_follow(source_project.licence, target_project.licence):
        said = _("%(source)s is under %(licence)s and cannot come into a project under %(target)s.") % {
            "source": source_project,
            "licence": source_project.licence,
            "target": target_project.licence,
        }
        raise RefusedError(f"{said} {reason(source_project.licence, target_project.licence)}", CODE)
    if commit:
        present = spdx_files.said_at(target_project, target_project.head) if target_project.head else {}
        offered = spdx_files.said_at(source_project, commit)
        brought = {path: said for path, said in offered.items() if present.get(path) != said}
        _raise_first(target_project, _refused(target_project, brought, offered))


def refuse_incompatible(project: Project, edits: Sequence[Put | Delete | Move]) -> None:
    """Whether files may be put into a project: by what they say of their licence. Raises RefusedError."""
    if may_not_change(project):
        raise RefusedError(_no_changes(project.forked_licence), CODE)
    puts = [edit for edit in edits if isinstance(edit, Put)]
    said = spdx.licences_of_files((put.path, _head(put)) for put in puts if spdx_files.can_say(put.path))
    _raise_first(project, _refused(project, said, [put.path for put in puts]))


def judge_push(project: Project, moves: Sequence[tuple[str | None, str]], env: Mapping[str, str]) -> list[str]:
    """Why a push may not come in, in sentences. `moves` is (old, new) of each branch, `env` git's in quarantine."""
    if moves and may_not_change(project):
        return [_no_changes(project.forked_licence)]
    oids: dict[str, str] = {}
    for old, new in moves:
        oids |= many.changed(project.path, old or project.head or None, new, env=env)
    readable = {path: oid for path, oid in oids.items() if spdx_files.can_say(path)}
    contents = dict(many.small_blobs(project.path, set(readable.values()), spdx_files.TEXT_BYTES, env=env))
    said = spdx.licences_of_files((path, contents[oid]) for path, oid in readable.items() if oid in contents)
    return _refused(project, said, oids)


def may_not_change(project: Project) -> bool:
    """Whether this is somebody else's work under a licence without derivatives, shown to others."""
    is_shown = project.visibility != Project.Visibility.PRIVATE
    return project.forked_licence in NO_DERIVATIVES and is_shown and not _is_own(project)


def _is_own(project: Project) -> bool:
    return project.forked_from is not None and project.forked_from.namespace_id == project.namespace_id


def _no_changes(licence: str) -> str:
    return _("%(licence)s lets nobody publish changed versions of somebody else's work: a private fork may change.") % {
        "licence": licence
    }


def _head(put: Put) -> bytes:
    with put.source.open("rb") as file:
        return file.read(spdx.HEAD_BYTES)


def _raise_first(project: Project, refusals: Sequence[str]) -> None:
    if refusals:
        raise RefusedError(refusals[0], CODE)


def _refused(project: Project, said: Mapping[str, Said], paths: Iterable[str]) -> list[str]:
    """A sentence for each file whose licence does not let it come into the project."""
    kept_out = {path: name for path, one in said.items() if (name := spdx.refused_in(one.expression, project.licence))}
    if not kept_out:
        return []
    apart = _declared(project, paths) if canonical(project.licence) not in NON_COMMERCIAL | NO_DERIVATIVES else set()
    return [_sentence(project, path, name) for path, name in kept_out.items() if name not in apart]


def _declared(project: Project, paths: Iterable[str]) -> set[str]:
    """Free licences whose text stands in LICENSES/: parts that are openly kept apart from the rest."""
    there = {path for path in paths if path.startswith(f"{TEXTS}/")}
    if project.head:
        with contextlib.suppress(MissingPathError):
            there |= {entry.path for entry in project.repo.tree(project.head, TEXTS)}
    names = {canonical(PurePosixPath(path).name.removesuffix(".txt").removesuffix(".md")) for path in there}
    return names & (KNOWN - NON_COMMERCIAL - NO_DERIVATIVES)


def _sentence(project: Project, path: str, name: str) -> str:
    said = _("“%(path)s” is under %(licence)s and cannot come into a project under %(target)s.") % {
        "path": path,
        "licence": name,
        "target": project.licence,
    }
    sentence = f"{said} {reason(name, project.licence)}"
    if name in NON_COMMERCIAL | NO_DERIVATIVES:
        return sentence
    return f"{sentence} " + _("A part that stands on its own may keep its licence: put the text in %(file)s.") % {
        "file": f"{TEXTS}/{name}.txt"
    }
