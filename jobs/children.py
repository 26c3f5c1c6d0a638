"""Child processes that never outlive their parent, even one killed with -9."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

PR_SET_PDEATHSIG = 1


def _end_with(parent: int) -> Callable[[], None]:
    libc = ctypes.CDLL(None, use_errno=True)

    def bind() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(0)

    return bind


def start(command: Sequence[str], env: dict[str, str], folder: Path) -> "subprocess.Popen[bytes]":
    """Start a child in a folder; it gets SIGTERM when this process ends, however it ends (on Linux)."""
    bind = _end_with(os.getpid()) if sys.platform == "linux" else None
    return subprocess.Popen(command, env=env, cwd=folder, stdin=subprocess.DEVNULL, preexec_fn=bind)


def stop(children: Sequence["subprocess.Popen[bytes]"], patience: float) -> None:
    """Ask each child to end, and kill those that still run after so many seconds."""
    for child in children:
        child.terminate()
    for child in children:
        try:
            child.wait(patience)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
