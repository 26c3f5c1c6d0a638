"""Unpack a ZIP that a stranger sent: whole and safe, or not at all. Knows no Django."""

import shutil
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from storage import names

JUNK_FOLDERS = {"__MACOSX", ".Spotlight-V100", ".Trashes"}
JUNK_FILES = {".DS_Store", "Thumbs.db", "desktop.ini"}
CHUNK = 1 << 18
MAX_RATIO = 400
RATIO_FROM_BYTES = 16 << 20


class ArchiveRefusedError(ValueError):
    """The archive was not unpacked, and nothing of it is left; `str()` says why."""


@dataclass(frozen=True)
class Unpacked:
    """One file of the archive: its path in the project, where its bytes lie, its size in bytes."""

    path: str
    file: Path
    size: int


def unpack_zip(
    archive: Path | IO[bytes], into: Path, *, max_entries: int, max_bytes: int, max_ratio: int = MAX_RATIO
) -> list[Unpacked]:
    """Unpack into numbered files in a new folder `into`.

    Limits count what is really unpacked, not what the archive claims. Raises ArchiveRefusedError on links, bad
    names, encryption, bombs and damage.
    """
    into.mkdir(parents=True)
    try:
        with zipfile.ZipFile(archive) as opened:
            return list(_unpack(opened, into, max_entries, max_bytes, max_ratio))
    except ArchiveRefusedError:
        shutil.rmtree(into, ignore_errors=True)
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        shutil.rmtree(into, ignore_errors=True)
        raise ArchiveRefusedError(f"This ZIP cannot be read: {error}.") from error
    except OSError:
        shutil.rmtree(into, ignore_errors=True)
        raise


def _unpack(
    opened: zipfile.ZipFile, into: Path, max_entries: int, max_bytes: int, max_ratio: int
) -> Iterator[Unpacked]:
    entries = [entry for entry in opened.infolist() if not entry.is_dir()]
    if len(entries) > max_entries:
        raise ArchiveRefusedError(f"This ZIP has {len(entries)} files; {max_entries} are the most at a time.")
    if sum(entry.file_size for entry in entries) > max_bytes:
        raise ArchiveRefusedError(f"This ZIP unpacks to more than {max_bytes >> 20} MiB.")
    wanted = [(_checked(entry), entry) for entry in entries if not _is_junk(entry.filename)]
    if clash := names.find_collision([path for path, _ in wanted]):
        raise ArchiveRefusedError(f"“{clash[0]}” and “{clash[1]}” differ only by case or accents' form.")
    if len({path for path, _ in wanted}) != len(wanted):
        raise ArchiveRefusedError("This ZIP holds two files of one name.")
    total = 0
    for number, (path, entry) in enumerate(wanted):
        file = into / str(number)
        size = 0
        with opened.open(entry) as source, file.open("wb") as out:
            while chunk := source.read(CHUNK):
                size += len(chunk)
                total += len(chunk)
                if size > entry.file_size or total > max_bytes:
                    raise ArchiveRefusedError(f"“{path}” unpacks to more than it says, or than is allowed.")
                if size > RATIO_FROM_BYTES and size > max_ratio * max(entry.compress_size, 1):
                    raise ArchiveRefusedError(f"“{path}” is packed too tightly to be a design: a ZIP bomb.")
                out.write(chunk)
        yield Unpacked(path, file, size)


def _is_junk(name: str) -> bool:
    parts = name.split("/")
    return bool(JUNK_FOLDERS & set(parts)) or parts[-1] in JUNK_FILES or parts[-1].startswith("._")


def _checked(entry: zipfile.ZipInfo) -> str:
    if entry.flag_bits & 0x1:
        raise ArchiveRefusedError(f"“{entry.filename}” is encrypted.")
    mode = entry.external_attr >> 16
    if mode and not (stat.S_ISREG(mode) or stat.S_IFMT(mode) == 0):
        raise ArchiveRefusedError(f"“{entry.filename}” is a link or a device, not a file.")
    try:
        return names.check_path(entry.orig_filename)
    except names.NameRefusedError as error:
        raise ArchiveRefusedError(str(error)) from error
