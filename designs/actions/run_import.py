"""What a worker does for an import: fetch into a folder of its own, check, put in place, index.

A later attempt goes on at the step where an earlier one was killed.
"""

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from designs import indexing, words_transfers
from designs.actions import import_sources
from designs.actions.commit_files import commit_files
from designs.actions.create_project import free_slug
from designs.actions.errors import RefusedError
from designs.actions.fetch_large_files import fetch_large_files
from designs.actions.import_watch import CancelledError, Watch
from designs.actions.index_history import index_history
from designs.descriptions import describe_project
from designs.models import Import, Project
from designs.models.transfer import imports_folder, incoming_folder
from designs.sealed import UnsealError
from jobs.models import State
from storage.git import transfer
from storage.git.errors import GitError
from storage.wire.client import WireError

KEEP_FAILED = timedelta(days=1)
Phase = Import.Phase


def run_import(row: Import) -> Callable[[], None]:
    """One attempt, in the person's language. Raises GitError or WireError where a later attempt may do better."""
    with translation.override(row.by.language or settings.LANGUAGE_CODE):
        watch = Watch(row)
        try:
            project, missing = _brought_in(row, watch)
        except CancelledError:
            return _ended(row, Phase.CANCELLED)
        except RefusedError as refused:
            return _ended(row, Phase.REFUSED, str(refused))
        except UnsealError:
            return _ended(row, Phase.REFUSED, _("The site's key has changed: start again and give the token anew."))
        except transfer.TooMuchError as error:
            return _ended(row, Phase.REFUSED, words_transfers.too_much(error.what))
        except GitError as error:
            sentence, may_pass = words_transfers.git_said(str(error))
            if not may_pass:
                return _ended(row, Phase.REFUSED, sentence)
            watch.say(sentence)
            raise
        except WireError:
            watch.say(_("The other side does not answer."))
            raise
    return lambda: _done(row, project, missing)


def _brought_in(row: Import, watch: Watch) -> tuple[Project, list[dict[str, str]]]:
    watch.start(Phase.FETCHING)
    with _room(row) as room:
        contents: Mapping[str, Path] = {}
        if row.project and not row.project.repo.branches():
            _forget(row, row.project)
        if row.project is None:
            received = import_sources.receive(row, room, watch)
            import_sources.check(row, received, room, watch)
            contents = received.contents
            row.project = _put_in_place(row, received)
            Import.objects.filter(pk=row.pk).update(left_out=received.left_out[:200])
            if received.files:
                commit_files(row.project, received.files, by=row.by, message=_("Import from a ZIP"))
        project = row.project
        watch.start(Phase.LARGE_FILES)
        missing = fetch_large_files(
            project, room, url=row.url, credential=row.credential, contents=contents, tick=watch.tick
        )
    watch.start(Phase.INDEXING)
    index_history(project, watch.tick)
    return project, missing


@contextmanager
def _room(row: Import) -> Iterator[Path]:
    """A folder for this attempt alone; those of attempts that were killed are removed."""
    here = incoming_folder()
    for stray in here.glob(f"{row.token.hex}-*"):
        shutil.rmtree(stray, ignore_errors=True)
    room = here / f"{row.token.hex}-{row.fence}"
    room.mkdir()
    try:
        yield room
    finally:
        shutil.rmtree(room, ignore_errors=True)


def _forget(row: Import, project: Project) -> None:
    """A project that an attempt made and could not fill."""
    path = project.path
    project.delete()
    shutil.rmtree(path, ignore_errors=True)
    row.project = None


def _put_in_place(row: Import, received: import_sources.Received) -> Project:
    """The project of what was received: seen by its owner alone until it is whole."""
    free_slug(row.namespace, row.slug)
    project = Project(
        repository_id=row.token,
        namespace=row.namespace,
        slug=row.slug,
        name=row.name,
        licence=row.licence,
        visibility=Project.Visibility.PRIVATE,
        default_branch=received.default_branch,
        created_by=row.by,
    )
    if Project.objects.filter(repository_id=row.token).exists():
        raise CancelledError
    shutil.rmtree(project.path, ignore_errors=True)
    project.path.parent.mkdir(parents=True, exist_ok=True)
    received.repo.path.rename(project.path)
    try:
        with transaction.atomic():
            project.save()
            mine = Import.objects.filter(pk=row.pk, fence=row.fence, state=State.RUNNING)
            if not mine.update(project=project):
                raise CancelledError
    except IntegrityError as error:
        shutil.rmtree(project.path, ignore_errors=True)
        raise RefusedError(_("There is already a project at this address."), "taken") from error
    except CancelledError:
        shutil.rmtree(project.path, ignore_errors=True)
        raise
    return project


def _ended(row: Import, phase: str, said: str = "") -> Callable[[], None]:
    """How an import ends that leaves nothing behind."""

    def effects() -> None:
        project = Import.objects.get(pk=row.pk).project
        Import.objects.filter(pk=row.pk).update(phase=phase, said=said, sealed_secret="", project=None)
        row.upload.unlink(missing_ok=True)
        if project and project.repository_id == row.token:
            path = project.path
            project.delete()
            transaction.on_commit(lambda: shutil.rmtree(path, ignore_errors=True))

    return effects


def _done(row: Import, project: Project, missing: list[dict[str, str]]) -> None:
    Project.objects.filter(pk=project.pk).update(visibility=row.visibility)
    indexing.touch(project.pk)
    describe_project(Project.objects.with_card().get(pk=project.pk))
    Import.objects.filter(pk=row.pk).update(phase=Phase.DONE, said="", sealed_secret="", missing=missing[:500])
    row.upload.unlink(missing_ok=True)


def sweep_imports() -> None:
    """Forget what failed imports kept for another try, and remove what no import needs any more."""
    over = Import.objects.filter(state=State.FAILED, run_after__lt=timezone.now() - KEEP_FAILED)
    for row in over.exclude(project=None, sealed_secret="", phase=Phase.REFUSED):
        _ended(row, Phase.REFUSED, row.said or row.error)()
    unfinished = {one.hex for one in Import.objects.exclude(state=State.DONE).values_list("token", flat=True)}
    for file in imports_folder().glob("*.upload"):
        if file.stem not in unfinished and _is_old(file):
            file.unlink(missing_ok=True)
    for room in incoming_folder().iterdir():
        if room.name.partition("-")[0] not in unfinished and _is_old(room):
            shutil.rmtree(room, ignore_errors=True)


def _is_old(path: Path) -> bool:
    return path.stat().st_mtime < (timezone.now() - timedelta(hours=1)).timestamp()
