"""Put a backup back into an empty site."""

import shutil
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.files import File
from django.core.files.storage import storages

from storage import blobs
from storage.backups import database, manifest
from storage.backups.errors import BackupError
from storage.backups.manifest import Manifest
from storage.backups.take import BLOBS, MEDIA, REPOSITORIES, SECRET, Say, repositories
from storage.git import walks
from storage.git.errors import GitError

SHOWN = 10


def restore(source: Path, *, say: Say = lambda line: None) -> Manifest:
    """Put the newest whole backup of `source` into this site, which must be empty; the rows come last.

    Raises BackupError with a sentence and, until the manifest has been checked, nothing written.
    """
    folder = manifest.newest(source)
    if folder is None:
        halves = [path.name for path in source.glob(f"*{manifest.PARTIAL}")]
        half = f" {halves[-1]} is half a backup: it was stopped before its end." if halves else ""
        raise BackupError(f"There is no whole backup in {source}.{half}")
    whole = manifest.read(folder)
    database.refuse_wrong_engine(whole.database)
    database.refuse_newer(whole.migrations, exact=whole.database == database.PORTABLE)
    _refuse_full_site()
    say(f"Checking the {whole.files} files of {folder}")
    faults = [fault for fault, _ in zip(manifest.wrong(folder, whole), range(SHOWN), strict=False)]
    if faults:
        raise BackupError("; ".join([f"{folder} is not as it was taken", *faults]))
    say("Blobs, repositories, pictures of people")
    for name, _ in manifest.listed(folder):
        _put(folder, name)
    for repo in repositories():
        for needed in ("objects/info", "refs/heads"):
            (repo / needed).mkdir(parents=True, exist_ok=True)
        try:
            walks.write_commit_graph(repo)
        except GitError as error:
            say(f"{repo.name}: {error}")
    say("The database")
    database.load(whole.database, folder / database.FILES[whole.database])
    return whole


def _refuse_full_site() -> None:
    """Raises BackupError where there is anything that a restore would write over."""
    media = storages["default"]
    try:
        pictures = any(media.listdir(""))
    except FileNotFoundError:
        pictures = False
    found = {
        "people": get_user_model().objects.exists(),
        "repositories": next(repositories(), None) is not None,
        "blobs": next(blobs.iter_keys(), None) is not None,
        "pictures": pictures,
    }
    there = [name for name, is_there in found.items() if is_there]
    if there:
        raise BackupError(
            f"This site is not empty: it has {', '.join(there)}. A restore writes over nothing: name another data "
            "folder (PARTAGE_DATA), another database and another bucket, or empty them first."
        )


def _put(folder: Path, name: str) -> None:
    """One file of the backup to its place. The rows have their own way."""
    kind, _, rest = name.partition("/")
    source = folder / name
    if kind == REPOSITORIES:
        _copy(source, Path(settings.REPOSITORIES_DIR) / rest)
    elif kind == BLOBS:
        blobs.put(source)
    elif kind == MEDIA:
        with source.open("rb") as content:
            storages["default"].save(rest, File(content))
    elif kind == SECRET:
        target = Path(settings.DATA_DIR) / SECRET
        target.touch(mode=0o600)
        target.write_bytes(source.read_bytes())


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
