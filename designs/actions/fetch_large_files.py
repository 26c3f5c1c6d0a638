"""Bring the contents behind a project's pointers here, by our own guarded client."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from designs import quota
from designs.actions.receive_contents import receive_contents
from designs.actions.remotes import client
from designs.descriptions import note_held
from designs.models import LfsObject, Project
from storage import blobs
from storage.git import history
from storage.git.transfer import Progress
from storage.lfs.client import Missed, download
from storage.lfs.pointer import Pointer
from storage.wire.client import Credential, WireError
from storage.wire.guard import AddressRefusedError


def fetch_large_files(
    project: Project,
    room: Path,
    *,
    url: str = "",
    credential: Credential | None = None,
    contents: Mapping[str, Path],
    tick: Callable[[Progress], None],
    among: Mapping[Pointer, str] | None = None,
) -> list[dict[str, str]]:
    """Keep every content that the project's pointers name, from files that came along or from `url`.

    `among` are the pointers to look at, all of the project's where it is None. Returns what could not be had, as
    [{path, sha256, why}]. Raises what `tick` raises.
    """
    pointers = history.pointers(project.path) if among is None else among
    held = dict(project.lfs_objects.values_list("sha256", "size"))
    left = quota.Room(project.namespace)
    wanted, missing = [], []
    for one in pointers:
        if held.get(one.sha256) == one.size:
            continue
        if left.take(one.size):
            wanted.append(one)
        else:
            missing.append({"path": pointers[one], "sha256": one.sha256, "why": left.sentence})
    fetched, passed = 0, 0

    def count(size: int) -> None:
        nonlocal passed
        passed += size
        tick(Progress(fetched, len(wanted), passed))

    for pointer, came in _all(room, wanted, url, credential, contents, count):
        if isinstance(came, Missed):
            missing.append({"path": pointers[pointer], "sha256": pointer.sha256, "why": came.why})
        elif _keep(project, pointer, came):
            fetched += 1
        else:
            missing.append({"path": pointers[pointer], "sha256": pointer.sha256, "why": _("It is another content.")})
    return missing


def _all(
    room: Path,
    wanted: list[Pointer],
    url: str,
    credential: Credential | None,
    contents: Mapping[str, Path],
    count: Callable[[int], None],
) -> Iterator[tuple[Pointer, Path | Missed]]:
    asked, room_left = [], settings.MAX_IMPORT
    for pointer in wanted:
        if pointer.sha256 in contents:
            yield pointer, contents[pointer.sha256]
        elif not url:
            yield pointer, Missed(pointer, _("It did not come along."))
        elif pointer.size > min(settings.MAX_FILE, room_left):
            yield pointer, Missed(pointer, _("It is larger than may be brought in."))
        else:
            room_left -= pointer.size
            asked.append(pointer)
    if not asked:
        return
    answered = set()
    try:
        for pointer, came in download(client(), url, asked, room, credential=credential, passed=count):
            answered.add(pointer)
            yield pointer, came
    except (WireError, AddressRefusedError) as error:
        for pointer in asked:
            if pointer in answered:
                continue
            yield pointer, Missed(pointer, _("Its server does not answer: %(said)s.") % {"said": error})


def _keep(project: Project, pointer: Pointer, file: Path) -> bool:
    """The content in the store, and the right of this project to it. False for a file that is another content."""
    if file.stat().st_size != pointer.size or blobs.put(file) != pointer.sha256:
        return False
    _, is_new = LfsObject.objects.get_or_create(project=project, sha256=pointer.sha256, defaults={"size": pointer.size})
    if is_new:
        note_held(project, [(pointer.sha256, pointer.size)])
        receive_contents(project, [pointer])
    return True
