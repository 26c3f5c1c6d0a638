"""One round of a mirror: send what is new, or fetch it, check it as a push and let branches go forward."""

import re
import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from designs import words_transfers
from designs.actions.errors import RefusedError
from designs.actions.fetch_large_files import fetch_large_files
from designs.actions.index_history import index_history
from designs.actions.push import Push
from designs.actions.remotes import bounds, client, remote
from designs.models import Mirror, Project
from designs.models.transfer import incoming_folder
from designs.sealed import UnsealError
from jobs.lease import LeaseLostError
from jobs.models import State
from storage import blobs, names
from storage.git import commits, history, reads, transfer
from storage.git.errors import GitError
from storage.git.process import environment, run
from storage.git.receive import RefUpdate
from storage.git.repo import Repo
from storage.lfs.client import upload
from storage.wire.client import WireError

EVERY = timedelta(hours=1)
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(days=1)
_NOT_TAKEN = re.compile(r"^!\t\S*:refs/(?:heads|tags)/(\S+)\t", re.MULTILINE)


def run_mirror(row: Mirror) -> Callable[[], None]:
    """One round. What goes wrong becomes the row's sentence, and the next round comes later each time."""
    project = row.project
    language = row.by.language if row.by else ""
    with translation.override(language or settings.LANGUAGE_CODE):
        try:
            if project.deleted_at:
                return lambda: _again(row, _("The project is in the trash."), is_done=False)
            said = _send(row, project) if row.direction == Mirror.Direction.OUT else _fetch(row, project)
        except RefusedError as refused:
            failed = str(refused)
        except UnsealError:
            failed = _("The site's key has changed: remove the mirror and set it up anew.")
        except transfer.TooMuchError as error:
            failed = words_transfers.too_much(error.what)
        except GitError as error:
            failed = _told(str(error))
        except WireError as error:
            failed = _("The large files could not go along: %(said)s.") % {"said": error}
        else:
            return lambda: _again(row, said, is_done=True)
    return lambda: _again(row, failed, is_done=False)


def _again(row: Mirror, said: str, *, is_done: bool) -> None:
    """The next round: in an hour, at once where a push came meanwhile, later and later while it fails."""
    now = timezone.now()
    mine = Mirror.objects.filter(pk=row.pk)
    wait = EVERY if is_done else min(FIRST_WAIT * 2 ** min(row.failures, 12), LONGEST_WAIT)
    asked = mine.filter(is_asked_again=True).update(is_asked_again=False)
    mine.update(
        state=State.READY,
        attempts=0,
        run_after=now if asked else now + wait,
        said=said,
        tried_at=now,
        **({"done_at": now, "failures": 0} if is_done else {"failures": F("failures") + 1}),
    )


def _told(said: str) -> str:
    """What git met on the way, with the branches that the other side did not take."""
    sentence, _may_pass = words_transfers.git_said(said)
    refs = _NOT_TAKEN.findall(said)
    return f"{', '.join(refs[:5])}: {sentence}" if refs else sentence


def _send(row: Mirror, project: Project) -> str:
    if not project.repo.branches():
        return ""
    credential = row.credential
    there = remote(row.url, credential)
    missed = []
    if held := dict(project.lfs_objects.values_list("sha256", "size")):
        pointers = [one for one in history.pointers(project.path) if held.get(one.sha256) == one.size]
        missed = upload(client(), there.url, pointers, _content, credential=credential)
    transfer.push(project.path, there, prune=row.prune, seconds=settings.IMPORT_SECONDS)
    return _words_missed(len(missed))


def _content(sha256: str) -> AbstractContextManager[IO[bytes]]:
    return blobs.open_blob(sha256)


def _words_missed(number: int) -> str:
    if not number:
        return ""
    return ngettext("%(n)d large file stayed behind.", "%(n)d large files stayed behind.", number) % {"n": number}


def _fetch(row: Mirror, project: Project) -> str:
    if row.by is None:
        raise RefusedError(_("Whoever set this mirror up has left: remove it and set it up anew."))
    for stray in incoming_folder().glob(f"mirror{row.pk}-*"):
        shutil.rmtree(stray, ignore_errors=True)
    room = incoming_folder() / f"mirror{row.pk}-{row.fence}"
    room.mkdir()
    try:
        return _bring(row, project, room, row.by)
    finally:
        shutil.rmtree(room, ignore_errors=True)


def _bring(row: Mirror, project: Project, room: Path, by: User) -> str:
    """Fetch beside the project, whose objects are borrowed for as long as the check takes; then let refs forward."""
    repo = Repo.create(room / "received.git")
    (repo.path / "objects" / "info" / "alternates").write_text(f"{project.path / 'objects'}\n")
    there = remote(row.url, row.credential)
    _refs, head = transfer.remote_refs(repo.path, there)
    transfer.fetch(repo.path, there, bounds=bounds(), tick=lambda _: _still_mine(row))
    transfer.fsck(repo.path, bounds=bounds(), tick=lambda _: _still_mine(row))
    env = environment(
        GIT_OBJECT_DIRECTORY=str(repo.path / "objects"),
        GIT_ALTERNATE_OBJECT_DIRECTORIES=str(project.path / "objects"),
    )
    updates, parted = _updates(project, repo, env)
    if updates:
        pointers = history.pointers(repo.path)
        fetch_large_files(
            project,
            room,
            url=there.url,
            credential=row.credential,
            contents={},
            tick=lambda _: _still_mine(row),
            among=pointers,
        )
        push = Push(project, by)
        if problems := push.check(updates, env):
            raise RefusedError("\n".join(problems))
        _move(project, repo, updates)
        _adopt(project, updates, head)
        index_history(project, lambda _: _still_mine(row), but_last=True)
        push.done(updates)
    if parted:
        return _("Left as they are here, because the two histories have parted: %(names)s.") % {
            "names": ", ".join(parted[:10])
        }
    return ""


def _still_mine(row: Mirror) -> None:
    if not Mirror.objects.filter(pk=row.pk, fence=row.fence, state=State.RUNNING).exists():
        raise LeaseLostError


def _updates(project: Project, repo: Repo, env: dict[str, str]) -> tuple[list[RefUpdate], list[str]]:
    """(refs that are new or go forward, names of those that do not)."""
    here = transfer.all_refs(project.path)
    updates, parted = [], []
    for ref, (new, kind) in sorted(transfer.all_refs(repo.path).items()):
        name = ref.split("/", 2)[2]
        old = here.get(ref, ("", ""))[0]
        if new == old or kind != "commit" or not names.is_branch(name):
            continue
        if not old:
            updates.append(RefUpdate(ref, None, new))
        elif ref.startswith("refs/heads/") and reads.is_ancestor(project.path, old, new, env=env):
            updates.append(RefUpdate(ref, old, new))
        elif not (ref.startswith("refs/heads/") and reads.is_ancestor(project.path, new, old, env=env)):
            parted.append(name)
    return updates, parted


def _move(project: Project, repo: Repo, updates: list[RefUpdate]) -> None:
    """Take the objects over, and move every ref, or none where one has moved meanwhile."""
    env = environment({"protocol.file.allow": "always"}, GIT_ALLOW_PROTOCOL="file")
    args = ["fetch", "-q", "--atomic", "--no-tags", "--no-write-fetch-head", "--no-auto-gc", "--end-of-options"]
    with commits.locked(project.path):
        run(project.path, [*args, str(repo.path), *(f"{update.ref}:{update.ref}" for update in updates)], env=env)


def _adopt(project: Project, updates: list[RefUpdate], head: str) -> None:
    """An empty project takes over what clones check out there."""
    branches = [update.branch for update in updates if update.branch]
    if not project.head and head in branches and project.default_branch not in branches:
        project.default_branch = head
        project.repo.set_head(head)
        project.save(update_fields=["default_branch"])
