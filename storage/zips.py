"""A ZIP written while it is sent: nothing of it lies on disk, and no file of it in memory. Knows no Django."""

import stat
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath

PACKED = {
    ".bundle", ".zip", ".3mf", ".png", ".jpg", ".jpeg", ".webp", ".gif", ".gz", ".xz", ".7z", ".mp4", ".pdf",
    ".f3d", ".f3z", ".fcstd", ".glb",
}  # fmt: skip
"""What does not get smaller."""
EARLIEST = (1980, 1, 1, 0, 0, 0)
"""No ZIP knows a time before."""


@dataclass(frozen=True)
class Member:
    """One file of a ZIP: its path there and its bytes in pieces, read once, when its turn comes.

    `mode` is a Unix one with its kind, `at` the time that the file bears.
    """

    path: str
    pieces: Iterable[bytes]
    mode: int = stat.S_IFREG | 0o644
    at: datetime | None = None


def stream_zip(members: Iterable[Member]) -> Iterator[bytes]:
    """The ZIP in pieces, of any size. Raises what the pieces raise; then what was sent is no whole ZIP."""
    out = _Outlet()
    archive = zipfile.ZipFile(out, "w", allowZip64=True)  # type: ignore[call-overload]
    for member in members:
        when = member.at.timetuple()[:6] if member.at else EARLIEST
        info = zipfile.ZipInfo(member.path, date_time=max(when, EARLIEST))
        info.create_system = 3
        info.external_attr = member.mode << 16
        packed = PurePosixPath(member.path).suffix.lower() in PACKED
        info.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
        info._compresslevel = 1  # type: ignore[attr-defined]
        with archive.open(info, "w", force_zip64=True) as entry:
            for piece in member.pieces:
                entry.write(piece)
                yield out.take()
        yield out.take()
    archive.close()
    yield out.take()


class _Outlet:
    """What `zipfile` writes, until it is taken."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def take(self) -> bytes:
        whole = b"".join(self._pieces)
        self._pieces.clear()
        return whole
