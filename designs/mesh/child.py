"""The warm side of the sandbox: imports once, forks a limited child for each file.

Requests and answers are JSON lines on stdin and stdout. Started by sandbox.Warm only.
"""

import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from numba.core import caching

from designs.mesh import fences, warm, work
from designs.mesh.types import RefusedError

POLL = 0.005
MAX_PROCESSES = 64


def _hook(name: str) -> Callable[[], Any]:
    module, function = name.split(":")
    found: Callable[[], Any] = getattr(__import__(module, fromlist=[function]), function)
    return found


def _answers(request: dict[str, Any], hook: Callable[[], Any] | None) -> Iterator[dict[str, Any]]:
    """What is known so far, again and again; a refusal only while nothing is known."""
    facts: dict[str, Any] | None = None
    code, sentence, params = "", "", {}
    try:
        if hook:
            yield {"facts": hook()}
            return
        for facts in work.do(request):
            yield {"facts": facts}
        return
    except RefusedError as error:
        code, sentence, params = error.refusal.code, error.refusal.sentence, error.refusal.params
    except MemoryError:
        code, sentence = "out-of-memory", "needs more memory than is allowed"
    except RecursionError:
        code, sentence = "too-complex", "nested too deeply"
    except BaseException as error:
        code, sentence, params = "unreadable", "the file cannot be read", {"kind": type(error).__name__}
    if facts is None:
        yield {"refusal": [code, sentence, params]}
    else:
        kind = params.get("kind", code)
        yield {"facts": {**facts, "warnings": [*facts.get("warnings", []), f"not all was measured: {kind}"]}}


def _save_nothing(*_: Any) -> None:
    """The cache of compiled kernels is read-only in a child."""


def _child(request: dict[str, Any]) -> None:
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    os.setpgid(0, 0)
    hook = _hook(request["call"]) if "call" in request else None
    os.chdir(request["folder"])
    os.environ["TMPDIR"] = os.environ["HOME"] = tempfile.tempdir = request["folder"]
    caching.Cache.save_overload = _save_nothing  # type: ignore[method-assign]
    fences.limit(request["limits"])
    fences.cut_network()
    fences.shut_out(Path(request["folder"]), [Path(path) for path in request.get("paths", [])])
    part, whole = Path(request["folder"], "result.part"), Path(request["folder"], "result.json")
    for answer in _answers(request, hook):
        part.write_text(json.dumps(answer, allow_nan=False))
        part.replace(whole)


def _started(pid: int) -> list[int]:
    """Processes that a process started and that still are."""
    with suppress(OSError, ValueError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def _descendants(pid: int) -> list[int]:
    """All processes below a process, the uppermost first."""
    found = _started(pid)
    for child in found:
        if len(found) > MAX_PROCESSES:
            break
        found += _started(child)
    return found


def _resident(pid: int) -> int:
    """Bytes of a process."""
    with suppress(OSError, ValueError, IndexError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return 0


def _over(limits: dict[str, Any]) -> str:
    """Which limit the child and all that it started, wherever they went since, are past together: a code or ""."""
    below = _descendants(os.getpid())
    if len(below) > MAX_PROCESSES:
        return "too-many-processes"
    return "out-of-memory" if sum(map(_resident, below)) > int(limits["resident"]) else ""


def _sweep(pid: int) -> None:
    """End the group of a child, and whatever left it for a group or session of its own: those are children of ours."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    while below := _descendants(os.getpid()):
        for process in below:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(process, signal.SIGKILL)
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        time.sleep(POLL / 16)


def _watch(pid: int, limits: dict[str, Any], owner: int) -> str:
    """Wait for the child; kill its group past a limit. Returns "" or the code of what happened."""
    end = time.monotonic() + float(limits["wall"])
    why = ""
    pause = POLL / 16
    while True:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            if os.WIFSIGNALED(status):
                signals = {signal.SIGXCPU: "timeout", signal.SIGXFSZ: "output-too-large"}
                return why or signals.get(signal.Signals(os.WTERMSIG(status)), "crashed")
            return "" if os.WEXITSTATUS(status) == 0 else "crashed"
        if time.monotonic() > end:
            why = "timeout"
        elif os.getppid() != owner:
            why = "abandoned"
        elif not why:
            why = _over(limits)
        if why:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, signal.SIGKILL)
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(pause)
        pause = min(2 * pause, POLL)


def serve(lean: bool = False) -> None:
    """Answer requests until stdin ends; when `lean`, with only the quick kernels warm."""
    if lean:
        warm.lean()
    else:
        warm.main()
    owner = os.getppid()
    fences.adopt()
    sys.stdout.write('{"ready": true}\n')
    sys.stdout.flush()
    for line in sys.stdin:
        request = json.loads(line)
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                _child(request)
                code = 0
            finally:
                os._exit(code)
        why = _watch(pid, request["limits"], owner)
        _sweep(pid)
        sys.stdout.write(json.dumps({"why": why}) + "\n")
        sys.stdout.flush()
    os._exit(0)  # taking numba and LLVM down in order costs 0.2 s


if __name__ == "__main__":
    serve(lean="--lean" in sys.argv)
