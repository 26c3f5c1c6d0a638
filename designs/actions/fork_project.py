"""Fork a project: the same history in a project of one's own, at once whatever its size."""

import shutil

from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts import policy as accounts_policy
from accounts.models import Namespace, User
from designs import quota
from designs.actions import licence_gate
from designs.actions.copy_rows import copy_large_files, copy_revisions
from designs.actions.create_project import free_slug
from designs.actions.errors import RefusedError
from designs.actions.receive_push import receive_push
from designs.actions.record_event import record_event
from designs.descriptions import describe_project
from designs.models import Event, File, Project, ProjectRedirect
from storage.git import forks

WIDTH = {Project.Visibility.PRIVATE: 0, Project.Visibility.UNLISTED: 1, Project.Visibility.PUBLIC: 2}
TAKEN = {"taken", "reserved"}


def fork_project(
    source: Project,
    *,
    to: Namespace,
    by: User,
    slug: str = "",
    visibility: str | None = None,
    name: str = "",
    licence: str = "",
) -> Project:
    """Make a fork that belongs to `to`, seen by no more people than its source.

    Branches, tags, rows and large files come along; discussions, releases and settings do not. Without a `slug`, the
    next free one is taken. Raises RefusedError with a sentence.
    """
    _may_fork(source, to, by)
    _has_room(source, to)
    shown = _visibility(source, visibility)
    licence_gate.check_fork(source.licence, licence or source.licence)
    fork = Project(
        namespace=to,
        slug=free_slug(to, slug) if slug else next_slug(to, slugify(name) or source.slug),
        name=name or source.name,
        licence=licence or source.licence,
        visibility=shown,
        default_branch=source.default_branch,
        forked_from=source,
        forked_licence=source.licence,
        created_by=by,
        **{field: getattr(source, field) for field in ("summary", "category", "tags", "processes", "materials")},
    )
    copied = forks.copy(source.path, fork.path, source.default_branch)
    try:
        with transaction.atomic():
            _fill(fork, source, copied)
            ProjectRedirect.objects.filter(namespace=to, slug=fork.slug).delete()
            if fork.visibility == Project.Visibility.PUBLIC:
                record_event(source, Event.Kind.FORK, by=by, fork=fork.pk, address=str(fork))
    except IntegrityError as error:
        shutil.rmtree(fork.path, ignore_errors=True)
        raise RefusedError(_("There is already a project at this address."), "taken") from error
    except BaseException:
        shutil.rmtree(fork.path, ignore_errors=True)
        raise
    _index_rest(fork)
    describe_project(fork)
    return fork


def next_slug(namespace: Namespace, wanted: str) -> str:
    """The wanted slug, or else the first free one of `wanted-2`, `wanted-3` and so on."""
    number = 1
    while True:
        tail = f"-{number}" if number > 1 else ""
        try:
            return free_slug(namespace, wanted[: 64 - len(tail)] + tail)
        except RefusedError as refused:
            if refused.code not in TAKEN:
                raise
            number += 1


def _may_fork(source: Project, to: Namespace, by: User) -> None:
    if not accounts_policy.can_publish(by, to):
        raise RefusedError(_("You may not publish for %(owner)s.") % {"owner": to}, "forbidden")
    if not Project.objects.visible_to(by).filter(pk=source.pk).exists():
        raise RefusedError(_("There is no such project."), "missing")
    if source.hidden_at:
        raise RefusedError(_("The site's staff has hidden this project: it cannot be forked."), "hidden")


def _has_room(source: Project, to: Namespace) -> None:
    room = quota.Room(to)
    large = source.lfs_objects.aggregate(total=Sum("size"))["total"] or 0
    if not room.take(source.git_bytes + large):
        raise RefusedError(room.sentence, "over-quota")


def _visibility(source: Project, wanted: str | None) -> str:
    """As wanted, else as the source. Raises RefusedError where it is wider than the source's."""
    if wanted is None:
        return source.visibility
    if WIDTH[Project.Visibility(wanted)] > WIDTH[Project.Visibility(source.visibility)]:
        raise RefusedError(_("A fork cannot be seen by more people than the project it comes from."), "visibility")
    return wanted


def _fill(fork: Project, source: Project, copied: forks.Copied) -> None:
    fork.head = fork.forked_commit = fork.repo.tip(fork.default_branch) or ""
    fork.git_bytes = fork.repo.bytes_on_disk()
    fork.updated_at = timezone.now()
    fork.save()
    copy_revisions(source, fork, copied.objects)
    copy_large_files(source, fork, copied.objects)
    if source.cover_id:
        shown = File.objects.select_related("revision").get(pk=source.cover_id)
        fork.cover = fork.files.filter(path=shown.path, revision__commit=shown.revision.commit).first()
        fork.save(update_fields=["cover"])


def _index_rest(fork: Project) -> None:
    """Branches that the source itself had not indexed yet when it was copied."""
    tips = {branch.commit: branch.name for branch in fork.repo.branches()}
    known = set(fork.revisions.filter(commit__in=tips).values_list("commit", flat=True))
    for commit in tips.keys() - known:
        receive_push(fork, tips[commit], None, commit, by=None, known={}, is_news=False)
