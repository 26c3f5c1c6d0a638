"""A ZIP that is a model: nothing is unpacked before its size is known, nothing past it is read."""

import io
import lzma
import struct
import zipfile
import zlib

from designs.mesh.types import RefusedError

MAX_ENTRIES = 10_000
MAX_UNPACKED = 384 << 20
MAX_RATIO = 200
DAMAGE = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, RuntimeError, NotImplementedError, ValueError,
    IndexError, OSError, EOFError,
)  # fmt: skip


class Package:
    """The entries of a ZIP by name, each read under a bound on bytes really unpacked."""

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except DAMAGE as error:
            raise RefusedError("unreadable", "the file is not a whole ZIP package") from error
        entries = self._zip.infolist()
        total = sum(entry.file_size for entry in entries)
        if len(entries) > MAX_ENTRIES:
            raise RefusedError("unpacks-too-large", f"more than {MAX_ENTRIES} entries", limit=MAX_ENTRIES)
        if total > MAX_UNPACKED or (total > 8 << 20 and total > MAX_RATIO * len(data)):
            raise RefusedError(
                "unpacks-too-large", f"unpacks to {total >> 20} MiB, more than the limit", limit=MAX_UNPACKED
            )
        self.names = {entry.filename.lstrip("/").casefold(): entry for entry in entries}

    def read(self, name: str) -> bytes | None:
        """The bytes of an entry, or None when there is none of that name."""
        entry = self.names.get(name.lstrip("/").casefold())
        if entry is None:
            return None
        try:
            with self._zip.open(entry) as packed:
                data = packed.read(entry.file_size + 1)
        except DAMAGE as error:
            raise RefusedError("unreadable", f"the entry {name} cannot be unpacked") from error
        if len(data) > entry.file_size:
            raise RefusedError("unpacks-too-large", f"the entry {name} is larger than it says")
        return data
