"""OpenSCAD: a program that is run where `openscad` is installed, under limits of its own, and never with a display.

It may name files (import, include, use, surface). A path that leaves the folder is refused here when it is written out;
one that is computed meets the sandbox: an empty folder, no network, and where the kernel has it Landlock.
"""

import ctypes
import os
import re
import resource
import select
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from designs.mesh import landlock
from designs.mesh.load import off
from designs.mesh.types import Loaded, RefusedError

RENDER_SECONDS = 8
"""Processor time of a render: no file may hold the sandbox up for more than 10 s. Of the six real files of the shared
data five end in 5 s, and the sixth not in 40 s either."""
WALL_SECONDS = 24.0
"""The same by the clock, on a machine that does other work as well."""
MAX_ADDRESS = 1 << 30
MAX_SOURCE = 1 << 20
MAX_OUTPUT = 64 << 20
MAX_LOG = 64 << 10
MAX_WARNINGS = 20
_DIE_WITH_PARENT = 1

_COMMENT_OR_STRING = re.compile(r'//[^\n]*|/\*.*?(?:\*/|\Z)|("(?:[^"\\]|\\.)*")', re.DOTALL)
_NAMED = re.compile(r"\b(?:include|use)\s*<([^>\n]{1,500})>")
_OPENED = re.compile(
    r"\b(?:import(?:_\w{2,4})?|surface|dxf_\w{3,20}|\w{6,7}_extrude)\s*\([^;{}\"]{0,200}\"([^\"\n]{1,500})\""
    r"|\bfile\s*=\s*\"([^\"\n]{1,500})\""
)
_WORD = r"([\w ./+-]{1,80})"
_WARNINGS = (
    (re.compile(rf"Can't open (?:library|include file) '{_WORD}'"), "cannot open the library {}"),
    (re.compile(r"Can't open import file '\"?(?:[^'\"]*/)?([\w .+-]{1,80})\"?'"), "cannot open the file {}"),
    (re.compile(r"The file '\"?(?:[^'\"]*/)?([\w .+-]{1,80})\"?' couldn't be opened"), "cannot open the file {}"),
    (re.compile(rf"Ignoring unknown (?:module|function|variable) '{_WORD}'"), "does not know {}"),
    (re.compile(r"Bad range parameter in for statement: (too many elements)"), "leaves out a loop: {}"),
    (re.compile(r"Object may not be a (valid 2-manifold)"), "doubts that the result is a {}"),
    (re.compile(r"(Mixing 2D and 3D objects) is not supported"), "leaves out shapes: {} is not supported"),
)
_SYNTAX = re.compile(r"Parser error: [^\n]{0,200}? in file ([^\n]{0,300}), line (\d{1,9})")


def read(data: bytes) -> Loaded:
    """Render a file and read the triangles that come out.

    Raises RefusedError: needs-openscad (not installed, or no Landlock to shut it in), outside-target, syntax, flat,
    no-triangles, render-timeout, render-too-large or unreadable.
    """
    if len(data) > MAX_SOURCE or b"\0" in data:
        raise RefusedError("not-scad", "not an OpenSCAD file")
    refuse_outside(data.decode("utf-8", "replace"))
    program = shutil.which("openscad")
    if program is None:
        raise RefusedError("needs-openscad", "OpenSCAD is not run here: shown as source")
    if not landlock.version():
        raise RefusedError("needs-openscad", "OpenSCAD cannot be shut in here: shown as source")
    with tempfile.TemporaryDirectory(prefix="scad-", dir=os.environ.get("TMPDIR")) as folder:
        made = Path(folder, "out.off")
        Path(folder, "in.scad").write_bytes(data)
        status, log = _run([program, "-o", made.name, "in.scad"], folder, WALL_SECONDS)
        warnings = _warnings(log)
        if status or not made.is_file() or not made.stat().st_size:
            raise _why(status, log, warnings)
        loaded = off.read(made.read_bytes())
    return Loaded(loaded.parts, "unknown", warnings, {"source": "openscad"})


def refuse_outside(source: str) -> None:
    """Raises RefusedError when a path written out in a source is absolute, climbs out of the folder or is a URL."""
    plain = _COMMENT_OR_STRING.sub(lambda found: found[1] or " ", source)
    code = _COMMENT_OR_STRING.sub(" ", source)
    named = [found[1] for found in _NAMED.finditer(code)]
    named += [found[1] or found[2] for found in _OPENED.finditer(plain)]
    for name in named:
        path = name.strip().replace("\\", "/")
        if path.startswith(("/", "~")) or ".." in path.split("/") or ":" in path:
            raise RefusedError("outside-target", "the OpenSCAD file names a file outside its project")


def _limit() -> None:
    """In the child before openscad begins: less memory than the sandbox, and death with the reader."""
    resource.setrlimit(resource.RLIMIT_AS, (MAX_ADDRESS, MAX_ADDRESS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (RENDER_SECONDS, RENDER_SECONDS + 1))
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    size = MAX_OUTPUT if hard == resource.RLIM_INFINITY else min(hard, MAX_OUTPUT)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)


def _run(command: list[str], folder: str, seconds: float) -> tuple[int, str]:
    """The status of a program and the beginning of what it wrote. It stays in the group that the sandbox kills."""
    environment = {
        "PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HOME": folder, "TMPDIR": folder, "LANG": "C.UTF-8",
        "QT_QPA_PLATFORM": "offscreen", "XDG_RUNTIME_DIR": folder,
    }  # fmt: skip
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, preexec_fn=_limit,
    )  # fmt: skip
    assert process.stdout is not None
    log, end = b"", time.monotonic() + seconds
    try:
        while (left := end - time.monotonic()) > 0:
            if select.select([process.stdout], [], [], left)[0]:
                piece = os.read(process.stdout.fileno(), 1 << 16)
                if not piece:
                    break
                log += piece[: MAX_LOG - len(log)]
        status = process.wait(max(end - time.monotonic(), 0.01))
    except subprocess.TimeoutExpired as error:
        raise _too_slow(seconds) from error
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        process.wait()
        process.stdout.close()
    return status, log.decode("utf-8", "replace")


def _too_slow(seconds: float) -> RefusedError:
    return RefusedError("render-timeout", f"takes OpenSCAD longer than {seconds:.0f} s", seconds=seconds)


def _warnings(log: str) -> list[str]:
    """What OpenSCAD warned of, in our words: nothing of the log but names of libraries, files and modules."""
    found: dict[str, None] = {}
    for line in log.splitlines():
        for pattern, words in _WARNINGS:
            if line.startswith("WARNING: ") and (match := pattern.search(line)):
                found.setdefault("OpenSCAD " + words.format(match[1].strip()))
    return list(found)[:MAX_WARNINGS]


def _why(status: int, log: str, warnings: list[str]) -> RefusedError:
    if "bad_alloc" in log:
        return RefusedError("render-too-large", f"takes OpenSCAD more than {MAX_ADDRESS >> 20} MiB of memory")
    if status == -signal.SIGXCPU:
        return _too_slow(RENDER_SECONDS)
    if status == -signal.SIGXFSZ:
        return RefusedError("render-too-large", "OpenSCAD writes more than is allowed")
    if syntax := _SYNTAX.search(log):
        if Path(syntax[1]).name.strip("'\"") == "in.scad":
            return RefusedError("syntax", f"line {syntax[2]}: OpenSCAD does not understand it", line=int(syntax[2]))
        return RefusedError("syntax", "OpenSCAD does not understand a file that it includes")
    if "not a 3D object" in log:
        return RefusedError("flat", "draws a flat shape, no solid")
    if "top level object is empty" in log:
        because = f": {warnings[0]}" if warnings else ""
        return RefusedError("no-triangles", f"renders nothing{because}")
    return RefusedError("unreadable", "OpenSCAD cannot render this file")
