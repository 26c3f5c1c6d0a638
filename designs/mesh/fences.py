"""What a child of the sandbox may no longer do: reach the network, open other files, outgrow its limits."""

import ctypes
import math
import os
import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from designs.mesh import landlock

ROOT = Path(__file__).resolve().parents[2]
READABLE = (
    *map(Path, "/usr /lib /lib64 /bin /etc/fonts /etc/ld.so.cache /etc/localtime /dev/urandom".split()),
    *map(Path, "/proc/self /proc/cpuinfo /proc/meminfo /proc/stat /proc/sys/vm /sys/devices/system/cpu".split()),
    Path(sys.prefix), Path(sys.base_prefix), ROOT / "designs",
)  # fmt: skip
NEW_USER, NEW_NET = 0x10000000, 0x40000000


CHILD_SUBREAPER = 36


def adopt() -> None:
    """From now on orphans among the processes below this one become its children, so that none is lost sight of."""
    ctypes.CDLL(None).prctl(CHILD_SUBREAPER, 1, 0, 0, 0)


def cut_network() -> bool:
    """Leave the network, in a namespace with nothing in it. False where the kernel does not allow it."""
    libc = ctypes.CDLL(None, use_errno=True)
    return bool(libc.unshare(NEW_NET) == 0 or libc.unshare(NEW_USER | NEW_NET) == 0)


def shut_out(folder: Path, inputs: list[Path]) -> bool:
    """Only the program, the files to be read and this folder are left of the file system. False where it is not had."""
    caches = [Path(os.environ["NUMBA_CACHE_DIR"])] if "NUMBA_CACHE_DIR" in os.environ else []
    return landlock.restrict([*READABLE, *caches, *inputs], [folder, Path(os.devnull)])


def limit(limits: dict[str, Any]) -> None:
    """Cap memory, time and files for good. Bytes and seconds. Past its processor time it is told so a second before."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for which, key in (
        (resource.RLIMIT_AS, "address"),
        (resource.RLIMIT_FSIZE, "output"),
        (resource.RLIMIT_NOFILE, "open_files"),
    ):
        resource.setrlimit(which, (int(limits[key]), int(limits[key])))
    resource.setrlimit(resource.RLIMIT_CPU, (int(limits["cpu"]), int(limits["cpu"]) + 1))


@contextmanager
def hurried(seconds: float) -> Iterator[None]:
    """Processor time for one step that cannot be interrupted otherwise: past it the kernel ends this process."""
    soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
    used = resource.getrusage(resource.RUSAGE_SELF)
    until = math.ceil(used.ru_utime + used.ru_stime + seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (until if soft == resource.RLIM_INFINITY else min(soft, until), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))
