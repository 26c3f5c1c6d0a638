"""Large files that the site made for one person, to be fetched within some days: in the folder or in S3."""

from pathlib import Path
from typing import IO

from django.core.files import File

from storage.blobs import store


def _key(name: str) -> str:
    return f"parcels/{name}"


def put(name: str, file: Path) -> None:
    """Keep a file under a name of ours, in the place of an earlier one."""
    delete(name)
    with file.open("rb") as source:
        store().save(_key(name), File(source))


def open_parcel(name: str) -> IO[bytes]:
    """The file. Raises FileNotFoundError."""
    return store().open(_key(name), "rb")


def delete(name: str) -> None:
    """Remove it if it is there."""
    store().delete(_key(name))
