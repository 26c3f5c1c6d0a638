"""Descriptors of shape in files: appended, read by memory map, and held one by one against what is asked.

`head.json` says which files and how much of them counts; it is replaced at each commit. A row that a subject no longer
has is crossed out by a later line of `gone`: (subject, rows before which it counts). Rows crossed out are dropped once
they outnumber the others.
"""

import hashlib
import json
import os
import threading
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

HEAD = "vectors.json"
LEAST_DEAD = 1000
CHUNK = 1 << 16
ROW = np.dtype([("id", "<i8"), ("subject", "<u8")])
GONE = np.dtype([("subject", "<u8"), ("before", "<i8")])
Floats = NDArray[np.float32]


def _subject(name: str) -> int:
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little")


def _head(folder: Path) -> dict[str, int | str]:
    try:
        told = json.loads((folder / HEAD).read_text())
    except FileNotFoundError:
        return {"name": "", "rows": 0, "gone": 0, "width": 0}
    return dict(told)


def _paths(folder: Path, name: str) -> tuple[Path, Path, Path]:
    return folder / f"{name}.f32", folder / f"{name}.rows", folder / f"{name}.gone"


def _cross_out(alive: NDArray[np.bool_], rows: NDArray[np.void], gone: NDArray[np.void]) -> None:
    """Mark the rows that these lines cross out."""
    if not len(gone) or not len(rows):
        return
    hit = np.flatnonzero(np.isin(rows["subject"], np.unique(gone["subject"])))
    before: dict[int, int] = {}
    for subject, count in zip(gone["subject"].tolist(), gone["before"].tolist(), strict=True):
        before[subject] = max(before.get(subject, 0), count)
    for row, subject in zip(hit.tolist(), rows["subject"][hit].tolist(), strict=True):
        if row < before[subject]:
            alive[row] = False


class VectorWriter:
    """Appends and crosses out; nothing counts before `publish`. The caller sees to it that there is one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        head = _head(folder)
        self.name, self.width = str(head["name"]), int(head["width"])
        self.rows, self.gone = int(head["rows"]), int(head["gone"])
        self._files: list[BinaryIO] = []
        self._subjects: set[int] = set()
        self._dead = 0
        if self.name:
            self._open()

    def _open(self) -> None:
        """Go on after what counts; what a killed writer left behind it is cut off."""
        sizes = (self.rows * self.width * 4, self.rows * ROW.itemsize, self.gone * GONE.itemsize)
        for path, size in zip(_paths(self.folder, self.name), sizes, strict=True):
            file = path.open("ab")
            file.truncate(size)
            self._files.append(file)
        rows = np.fromfile(_paths(self.folder, self.name)[1], ROW)
        alive = np.ones(len(rows), bool)
        _cross_out(alive, rows, np.fromfile(_paths(self.folder, self.name)[2], GONE))
        self._subjects = set(rows["subject"][alive].tolist())
        self._dead = int((~alive).sum())

    def replace(self, subject: str, vectors: Sequence[tuple[int, Sequence[float]]]) -> None:
        """Let a subject have these (document id, floats) and no others."""
        key = _subject(subject)
        if key in self._subjects:
            self._files[2].write(np.array([(key, self.rows)], GONE).tobytes())
            self.gone += 1
            self._dead += 1
            self._subjects.discard(key)
        for id, vector in vectors:
            values = np.asarray(vector, np.float32)
            if not self.name:
                self.name, self.width = uuid.uuid4().hex[:12], len(values)
                self._open()
            if len(values) != self.width or not np.isfinite(values).all():
                raise ValueError(f"a descriptor of {self.width} finite numbers is wanted")
            self._files[0].write(values.tobytes())
            self._files[1].write(np.array([(id, key)], ROW).tobytes())
            self.rows += 1
            self._subjects.add(key)

    def flush(self) -> None:
        """Bring what was written to the disk."""
        for file in self._files:
            file.flush()
            os.fsync(file.fileno())

    def publish(self) -> None:
        """Let what was flushed count."""
        if not self.name:
            return
        if self._dead > max(LEAST_DEAD, self.rows // 2):
            self._compact()
        part = self.folder / f".{HEAD}.{uuid.uuid4().hex[:8]}"
        part.write_text(json.dumps({"name": self.name, "rows": self.rows, "gone": self.gone, "width": self.width}))
        part.replace(self.folder / HEAD)
        for file in self.folder.glob("*.f32"):
            if file.stem != self.name:
                for path in _paths(self.folder, file.stem):
                    path.unlink(missing_ok=True)

    def _compact(self) -> None:
        """Write the rows that count into files of a new name."""
        floats, rows, gone = _paths(self.folder, self.name)
        kept = np.fromfile(rows, ROW)
        alive = np.ones(len(kept), bool)
        _cross_out(alive, kept, np.fromfile(gone, GONE))
        self.close()
        self.name = uuid.uuid4().hex[:12]
        new_floats, new_rows, new_gone = _paths(self.folder, self.name)
        if self.rows:
            old = np.memmap(floats, np.float32, "r", shape=(self.rows, self.width))
            with new_floats.open("wb") as out:
                for start in range(0, self.rows, CHUNK):
                    out.write(old[start : start + CHUNK][alive[start : start + CHUNK]].tobytes())
        new_rows.write_bytes(kept[alive].tobytes())
        new_gone.touch()
        self.rows, self.gone = int(alive.sum()), 0
        self._open()
        self.flush()

    def close(self) -> None:
        """Let go of the files."""
        for file in self._files:
            file.close()
        self._files = []


class VectorReader:
    """All vectors of a folder, as the last commit has them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._head: dict[str, int | str] = {}
        self._floats: Floats = np.empty((0, 0), np.float32)
        self._rows = np.empty(0, ROW)
        self._alive = np.empty(0, bool)
        self._norms: Floats = np.empty(0, np.float32)

    def distances(self, vector: Floats) -> tuple[Floats, NDArray[np.int64]]:
        """Squared distance of each row, infinite for those that no longer count, and the rows' document ids."""
        with self._lock:
            self._look()
            floats, rows, alive, norms = self._floats, self._rows, self._alive, self._norms
        if not len(rows) or len(vector) != floats.shape[1]:
            return np.empty(0, np.float32), np.empty(0, np.int64)
        apart = np.einsum("ij,j->i", floats, vector)  # as fast as BLAS in one thread, and waits for no other
        apart *= -2.0
        apart += norms
        apart += np.float32(vector @ vector)
        apart[~alive] = np.inf
        return apart, rows["id"]

    def exact(self, row: int, vector: Sequence[float]) -> float:
        """The distance (L2) of one row, without the rounding of the sum above."""
        return float(np.linalg.norm(self._floats[row].astype(np.float64) - np.asarray(vector, np.float32)))

    def _look(self) -> None:
        head = _head(self.folder)
        if head == self._head or not head["name"]:
            return
        floats, rows, gone = _paths(self.folder, str(head["name"]))
        count, width = int(head["rows"]), int(head["width"])
        same = head["name"] == self._head.get("name")
        before, crossed = (len(self._rows), int(self._head["gone"])) if same else (0, 0)
        if count:
            self._floats = np.memmap(floats, np.float32, "r", shape=(count, width))
        self._rows = np.fromfile(rows, ROW, count)
        alive = np.ones(count, bool)
        norms = np.empty(count, np.float32)
        if same:
            alive[:before], norms[:before] = self._alive, self._norms
        for start in range(before, count, CHUNK):
            piece = self._floats[start : min(start + CHUNK, count)]
            norms[start : start + len(piece)] = np.einsum("ij,ij->i", piece, piece)
        lines = np.fromfile(gone, GONE, int(head["gone"]) - crossed, offset=crossed * GONE.itemsize)
        _cross_out(alive, self._rows, lines)
        self._alive, self._norms, self._head = alive, norms, head
