"""Publish a release: a tag in git, and a frozen list of files."""

import re

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from designs.actions.change_mirrors import queue_mirrors
from designs.actions.commit_files import signature
from designs.actions.errors import RefusedError
from designs.actions.record_event import record_event
from designs.contents import contents_of
from designs.descriptions import describe_project
from designs.models import Event, Project, Release
from storage.git import errors as git_errors

TAG = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,59}")


def publish_release(
    project: Project,
    *,
    by: User,
    tag: str,
    title: str = "",
    notes: str = "",
    target: str = "",
    is_prerelease: bool = False,
) -> Release:
    """Tag `target` (a branch, tag or commit; the default branch when empty). Raises RefusedError with a sentence.

    A tag that git has already is taken as it is, where it leads to the same commit.
    """
    if not TAG.fullmatch(tag) or ".." in tag or tag.endswith((".lock", ".")):
        raise RefusedError(_("A tag is letters, digits, dots, dashes and plus signs, such as v1.2."), "bad-tag")
    repo = project.repo
    try:
        commit = repo.resolve(target or project.default_branch)
    except git_errors.UnknownRevisionError as error:
        raise RefusedError(_("There is no such branch or commit."), "missing") from error
    tagged = next((ref.commit for ref in repo.tags() if ref.name == tag), None)
    if project.releases.filter(tag=tag).exists() or tagged not in {None, commit}:
        raise RefusedError(_("There is already a release %(tag)s.") % {"tag": tag}, "taken")
    entries = [entry for entry in repo.tree(commit, recursive=True) if entry.kind == "blob"]
    found = contents_of(project, [entry.oid for entry in entries])
    files = [
        {"path": entry.path, "oid": entry.oid, "size": found[entry.oid].size, "sha256": found[entry.oid].sha256}
        for entry in entries
    ]
    if tagged is None:
        repo.tag(tag, commit, notes or title or tag, signature(by))
    try:
        with transaction.atomic():
            release = Release.objects.create(
                project=project,
                tag=tag,
                title=title,
                notes=notes,
                commit=commit,
                files=files,
                author=by,
                is_prerelease=is_prerelease,
            )
            record_event(project, Event.Kind.RELEASE, by=by, tag=tag, commit=commit)
            queue_mirrors(project)
    except IntegrityError as error:
        raise RefusedError(_("There is already a release %(tag)s.") % {"tag": tag}, "taken") from error
    describe_project(project)
    return release
