"""Start a program with nothing but its own folder: no network, no other files, bounded time and memory.

Run as `python -m fablab.slicers.fence FOLDER PROGRAM ARGUMENTS...`; it becomes the program. Exits with 97 where this
machine cannot shut a program in: then it is not started at all.
"""

import os
import sys
from pathlib import Path

from designs.mesh import fences

LIMITS = {"address": 8 << 30, "output": 512 << 20, "open_files": 256, "cpu": 900}
"""Bytes and seconds of processor time."""
NO_FENCE = 97


def main(folder: Path, command: list[str]) -> None:
    """Shut this process in, then become the program."""
    os.chdir(folder)
    fences.limit(LIMITS)
    fences.cut_network()
    if not fences.shut_out(folder, []):
        sys.exit(NO_FENCE)
    os.execv(command[0], command)  # noqa: S606 - a list, no shell


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
