"""Shut a process out of the file system but for a few paths, for good: Linux' Landlock, from kernel 5.13 on.

Numbers and structures: include/uapi/linux/landlock.h.
"""

import ctypes
import os
import struct
from collections.abc import Iterable
from pathlib import Path

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
VERSION = 1
PATH_BENEATH = 1
NO_NEW_PRIVILEGES = 38
EXECUTE, WRITE_FILE, READ_FILE, READ_FOLDER = 1 << 0, 1 << 1, 1 << 2, 1 << 3
FIRST_RIGHTS, REFER, TRUNCATE = (1 << 13) - 1, 1 << 13, 1 << 14
TCP = 0b11
SCOPES = 0b11


def version() -> int:
    """The version of Landlock that this kernel offers, 0 where it has none or keeps it shut."""
    return max(0, int(_libc().syscall(CREATE_RULESET, None, 0, VERSION)))


def restrict(readable: Iterable[Path], writable: Iterable[Path]) -> bool:
    """From now on only these files and folders can be opened, and no TCP port reached. False where it cannot be had.

    `writable` ones may be read as well. Paths that do not exist are left out. It holds for all children too.
    """
    offered = version()
    if not offered:
        return False
    rights = FIRST_RIGHTS | (REFER if offered >= 2 else 0) | (TRUNCATE if offered >= 3 else 0)
    attributes = struct.pack("QQQ", rights, TCP if offered >= 4 else 0, SCOPES if offered >= 6 else 0)
    size = 24 if offered >= 6 else 16 if offered >= 4 else 8
    libc = _libc()
    rules = libc.syscall(CREATE_RULESET, attributes[:size], size, 0)
    if rules < 0:
        return False
    try:
        for path in readable:
            _allow(libc, rules, path, EXECUTE | READ_FILE | READ_FOLDER)
        for path in writable:
            _allow(libc, rules, path, rights & ~EXECUTE)
        if libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0):
            return False
        return bool(libc.syscall(RESTRICT_SELF, rules, 0) == 0)
    finally:
        os.close(rules)


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _allow(libc: ctypes.CDLL, rules: int, path: Path, rights: int) -> None:
    try:
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        of_a_file = rights if path.is_dir() else rights & (EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE)
        rule = struct.pack("=Qi", of_a_file, handle)
        libc.syscall(ADD_RULE, rules, PATH_BENEATH, rule, 0)
    finally:
        os.close(handle)
