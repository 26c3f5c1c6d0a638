"""The door to the kernel: each file is measured in a child with limits and no network.

The limits are resident memory, address space, CPU and wall time, file sizes and open files.
"""

import atexit
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any

from designs.mesh.types import Limits, Outcome, Refusal

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 120.0
PICTURES = {
    "preview-1024": "preview-1024.webp", "preview-256": "preview-256.webp", "model": "model.glb",
    "model-full": "model-full.glb", "marks": "marks.json", "diff": "diff.glb", "repaired": "repaired",
    "plain": "plain.stl",
}  # fmt: skip
MAX_ANSWER = 16 << 20
PLAIN_BYTES = 256 << 20
_SENTENCES = {
    "timeout": "takes longer than is allowed",
    "out-of-memory": "needs more memory than is allowed",
    "output-too-large": "makes files larger than is allowed",
    "too-many-processes": "starts more programs than is allowed",
    "crashed": "the reader stopped working on this file",
    "abandoned": "the measurement was stopped",
}


class Warm:
    """A process with everything imported, which forks a limited child for each file. One caller at a time.

    A `lean` one is warm for the quick facts alone: it starts sooner, and its children load the rest at need.
    """

    def __init__(self, lean: bool = False) -> None:
        self._lean = lean
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0

    def __enter__(self) -> "Warm":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the warm process, if this process started it."""
        process, self._process = self._process, None
        if process is None or self._owner != os.getpid():
            return
        for stream in (process.stdin, process.stdout):
            if stream:
                with suppress(OSError):
                    stream.close()
        try:
            process.wait(1)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def measure(
        self,
        path: Path,
        format: str,
        *,
        units: str = "",
        out: Path | None = None,
        quick: bool = False,
        limits: Limits | None = None,
    ) -> Outcome:
        """Facts or a refusal; pictures are moved into `out`, which must exist.

        `units` is what bare numbers are (mm, cm, m, inch), where somebody has said so; a file that declares its own
        keeps them.
        """
        request = {"task": "analyse", "paths": [str(Path(path).resolve())], "format": format, "quick": quick}
        return self.request({**request, "units": units, "pictures": out is not None}, out, limits or Limits())

    def compare(self, before: Path, before_format: str, after: Path, after_format: str, out: Path | None) -> Outcome:
        """What was added and removed between two files, and `diff.glb` in `out`."""
        paths = [str(Path(path).resolve()) for path in (before, after)]
        request = {"task": "compare", "paths": paths, "formats": [before_format, after_format]}
        return self.request({**request, "pictures": out is not None}, out, Limits())

    def repair(self, path: Path, format: str, out: Path) -> Outcome:
        """The report of a repair, and `repaired` in `out` when something was fixed."""
        request = {"task": "repair", "paths": [str(Path(path).resolve())], "format": format, "pictures": True}
        return self.request(request, out, Limits())

    def plain(
        self, path: Path, format: str, out: Path, *, units: str = "", turn: Sequence[Sequence[float]] = ()
    ) -> Outcome:
        """All triangles of a file in mm as `plain.stl` in `out`, turned by a 3 x 3 matrix, standing on z = 0."""
        request = {"task": "plain", "paths": [str(Path(path).resolve())], "format": format, "pictures": True}
        whole = {**request, "units": units, "turn": [list(row) for row in turn]}
        return self.request(whole, out, Limits(output=PLAIN_BYTES))

    def request(self, request: dict[str, Any], out: Path | None, limits: Limits) -> Outcome:
        """Run one request in a child with these limits, in a temporary folder that is wiped after."""
        with tempfile.TemporaryDirectory(prefix="mesh-", ignore_cleanup_errors=True) as folder:
            whole = {**request, "folder": folder, "limits": asdict(limits)}
            with self._lock:
                why = self._ask(whole, limits.wall + 10.0)
            outcome = _outcome(Path(folder), None if why else out)
            if not why:
                return outcome
            sentence = _SENTENCES.get(why, _SENTENCES["crashed"])
            if outcome.facts is None:
                return Outcome(None, Refusal(why, sentence))
            outcome.facts["warnings"] = [*outcome.facts.get("warnings", []), f"not all was measured: {sentence}"]
            return outcome

    def _ask(self, request: dict[str, Any], seconds: float) -> str:
        for _ in range(2):
            try:
                process = self._started()
                assert process.stdin is not None
                process.stdin.write(json.dumps(request).encode() + b"\n")
                process.stdin.flush()
                answer = self._line(process, seconds)
            except OSError:
                answer = None
            if answer is not None:
                return str(answer["why"])
            self._kill()
        return "crashed"

    def _started(self) -> "subprocess.Popen[bytes]":
        process = self._process
        if process is not None and self._owner == os.getpid() and process.poll() is None:
            return process
        self._owner = os.getpid()
        environment = {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"), "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8",
            "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1",
            "HOME": tempfile.gettempdir(),
        }  # fmt: skip
        for name in ("NUMBA_CACHE_DIR", "TMPDIR"):
            if name in os.environ:
                environment[name] = os.environ[name]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "designs.mesh.child", *(["--lean"] if self._lean else [])],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, env=environment, cwd=ROOT, start_new_session=True,
        )  # fmt: skip
        if self._line(self._process, START_SECONDS) is None:
            self._kill()
            raise OSError("the sandbox did not start")
        return self._process

    def _line(self, process: "subprocess.Popen[bytes]", seconds: float) -> dict[str, Any] | None:
        assert process.stdout is not None
        ready, _, _ = select.select([process.stdout], [], [], seconds)
        line = process.stdout.readline() if ready else b""
        return dict(json.loads(line)) if line else None

    def _kill(self) -> None:
        process, self._process = self._process, None
        if process is not None and self._owner == os.getpid():
            process.kill()
            process.wait()


def _outcome(folder: Path, out: Path | None) -> Outcome:
    result = folder / "result.json"
    if not result.is_file() or result.stat().st_size > MAX_ANSWER:
        return Outcome(None, Refusal("crashed", _SENTENCES["crashed"]))
    answer = json.loads(result.read_text())
    if "refusal" in answer:
        code, sentence, params = answer["refusal"]
        return Outcome(None, Refusal(code, sentence, params))
    pictures = {}
    for name, file in PICTURES.items():
        made = folder / file
        if out is not None and made.is_file() and not made.is_symlink():
            pictures[name] = Path(shutil.move(made, out / file))
    return Outcome(answer["facts"], None, pictures)


_warm = Warm()
atexit.register(_warm.close)


def measure(
    path: Path,
    format: str,
    *,
    units: str = "",
    out: Path | None = None,
    quick: bool = False,
    limits: Limits | None = None,
) -> Outcome:
    """Measure one file with the warm process of this program, started at need and again when it died."""
    return _warm.measure(path, format, units=units, out=out, quick=quick, limits=limits)


def compare(before: Path, before_format: str, after: Path, after_format: str, *, out: Path | None = None) -> Outcome:
    """Hold two files against each other with the warm process of this program."""
    return _warm.compare(before, before_format, after, after_format, out)


def repair(path: Path, format: str, *, out: Path) -> Outcome:
    """Fix what can be fixed in a file with the warm process of this program. Never on the original."""
    return _warm.repair(path, format, out)


@cache
def describe() -> str:
    """One line: which limits hold here, and whether files and network are really shut off."""
    test = (
        "from pathlib import Path; from designs.mesh import fences; "
        "print(int(fences.cut_network()), int(fences.shut_out(Path.cwd(), [])))"
    )
    try:
        done = subprocess.run(
            [sys.executable, "-c", test], cwd=ROOT, capture_output=True, timeout=20, check=False, text=True
        )
        cut, shut = (word == "1" for word in done.stdout.split())
    except (OSError, subprocess.TimeoutExpired, ValueError):
        cut = shut = False
    limits = Limits()
    network = "no network" if cut else "network namespace not to be had here: readers could reach the network"
    files = "own files only" if shut else "Landlock not to be had here: readers could read what this user can"
    return f"child process, {limits.resident >> 20} MiB, {limits.wall:.0f} s, {files}, {network}"


def plain(path: Path, format: str, out: Path, *, units: str = "", turn: Sequence[Sequence[float]] = ()) -> Outcome:
    """Write all triangles of a file in mm as `plain.stl`, for a slicer: no file of a person meets one."""
    return _warm.plain(path, format, out, units=units, turn=turn)
