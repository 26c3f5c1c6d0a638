"""The warm side of the sandbox: imports once, forks a limited child for each file.

Requests and answers are JSON lines on stdin and stdout. Started by sandbox.Warm only.
"""

import ctypes
import json
import os
import resource
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

NEW_USER, NEW_NET = 0x10000000, 0x40000000
POLL = 0.005


def cut_network() -> bool:
    """Leave the network, in a namespace with nothing in it. False where the kernel does not allow it."""
    libc = ctypes.CDLL(None, use_errno=True)
    return bool(libc.unshare(NEW_NET) == 0 or libc.unshare(NEW_USER | NEW_NET) == 0)


def _limit(limits: dict[str, Any]) -> None:
    os.setpgid(0, 0)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for which, key in (
        (resource.RLIMIT_AS, "address"),
        (resource.RLIMIT_CPU, "cpu"),
        (resource.RLIMIT_FSIZE, "output"),
        (resource.RLIMIT_NOFILE, "open_files"),
    ):
        resource.setrlimit(which, (int(limits[key]), int(limits[key])))
    cut_network()


def _run(request: dict[str, Any]) -> tuple[dict[str, Any], Callable[[], None] | None]:
    """The answer, and what draws the pictures after it is safe."""
    from designs.mesh import work
    from designs.mesh.types import RefusedError

    try:
        folder = Path(request["folder"])
        out = folder if request["pictures"] else None
        if hook := request.get("call"):
            module, name = hook.split(":")
            return {"facts": getattr(__import__(module, fromlist=[name]), name)()}, None
        facts, draw = work.analyse(Path(request["path"]), request["format"], out, request["quick"])
        return {"facts": facts}, draw
    except RefusedError as error:
        found = error.refusal
        return {"refusal": [found.code, found.sentence, found.params]}, None
    except MemoryError:
        return {"refusal": ["out-of-memory", "needs more memory than is allowed", {}]}, None
    except RecursionError:
        return {"refusal": ["too-complex", "nested too deeply", {}]}, None
    except BaseException as error:
        return {"refusal": ["unreadable", "the file cannot be read", {"kind": type(error).__name__}]}, None


def _child(request: dict[str, Any]) -> None:
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    os.chdir(request["folder"])
    os.environ["TMPDIR"] = request["folder"]
    _limit(request["limits"])
    answer, draw = _run(request)
    part, whole = Path(request["folder"], "result.part"), Path(request["folder"], "result.json")
    part.write_text(json.dumps(answer, allow_nan=False))
    part.replace(whole)
    if draw:
        draw()


def _resident(pid: int) -> int:
    with suppress(OSError, ValueError, IndexError):
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")
    return 0


def _watch(pid: int, limits: dict[str, Any], owner: int) -> str:
    """Wait for the child; kill its group past a limit. Returns "" or the code of what happened."""
    end = time.monotonic() + float(limits["wall"])
    why = ""
    while True:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            if os.WIFSIGNALED(status):
                signals = {signal.SIGXCPU: "timeout", signal.SIGXFSZ: "output-too-large"}
                return why or signals.get(signal.Signals(os.WTERMSIG(status)), "crashed")
            return "" if os.WEXITSTATUS(status) == 0 else "crashed"
        if time.monotonic() > end:
            why = "timeout"
        elif _resident(pid) > int(limits["resident"]):
            why = "out-of-memory"
        elif os.getppid() != owner:
            why = "abandoned"
        if why:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, signal.SIGKILL)
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(POLL)


def serve() -> None:
    """Answer requests until stdin ends."""
    import trimesh  # noqa: F401

    from designs.mesh import warm

    warm.main()
    owner = os.getppid()
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
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)
        sys.stdout.write(json.dumps({"why": why}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve()
