"""Run git with an environment built from scratch: no configuration, hook, filter or prompt of anybody's."""

import contextlib
import errno
import os
import resource
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

import git
from git.exc import GitCommandError

from storage.git.errors import GitError

CPU_SECONDS = 900
MEMORY_BYTES = 6 << 30
CHUNK = 1 << 18
_CONFIG = {
    "core.hooksPath": os.devnull,
    "safe.directory": "*",
    "protocol.allow": "never",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "core.fsync": "loose-object,pack,pack-metadata,reference",
    "core.fsyncMethod": "batch",
    "core.bigFileThreshold": "1m",
    "core.quotePath": "false",
    "pack.threads": "1",
    "pack.windowMemory": "64m",
    "core.attributesFile": os.devnull,
    "core.excludesFile": os.devnull,
    "tar.umask": "0022",
}
_HOME = Path(tempfile.gettempdir()) / f"partage-empty-home-{os.getuid()}"


def environment(config: Mapping[str, str] | None = None, **extra: str) -> dict[str, str]:
    """The whole environment of a git child."""
    _HOME.mkdir(mode=0o700, exist_ok=True)
    settings = {**_CONFIG, **(config or {})}
    env = {
        "PATH": os.environ.get("PATH", os.defpath),
        "LANG": "C.UTF-8",
        "HOME": str(_HOME),
        "XDG_CONFIG_HOME": str(_HOME),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "true",
        "GIT_ALLOW_PROTOCOL": "",
        "GIT_PROTOCOL_FROM_USER": "0",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_LITERAL_PATHSPECS": "1",
        "GIT_CONFIG_COUNT": str(len(settings)),
    }
    for number, (key, value) in enumerate(settings.items()):
        env[f"GIT_CONFIG_KEY_{number}"] = key
        env[f"GIT_CONFIG_VALUE_{number}"] = value
    return env | extra


def run(repo: Path, args: Sequence[str], *, stdin: bytes | None = None, env: Mapping[str, str] | None = None) -> bytes:
    """Run git and return what it printed. Raises GitError with what it said, OSError on a full disk."""
    with contextlib.ExitStack() as stack:
        source = None
        if stdin is not None:
            source = stack.enter_context(tempfile.TemporaryFile())
            source.write(stdin)
            source.seek(0)
        try:
            # GitPython adds the server's own environment to what it is given; `env -i` drops that again.
            clean = [f"{key}={value}" for key, value in (env or environment()).items()]
            printed = git.Git(str(repo)).execute(
                ["env", "-i", *clean, "git", f"--git-dir={repo}", *args],
                istream=source,
                stdout_as_string=False,
                strip_newline_in_stdout=False,
            )
        except GitCommandError as error:
            said = error.stderr.strip().removeprefix("stderr: ").strip("'\n ")
            if "No space left on device" in said:
                raise OSError(errno.ENOSPC, "No space left on device", str(repo)) from error
            raise GitError(said or f"git {args[0]} failed") from error
        return printed if isinstance(printed, bytes) else b""


def spawn(
    repo: Path,
    args: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    cpu_seconds: int = CPU_SECONDS,
    pass_fds: tuple[int, ...] = (),
    stdin: int | IO[bytes] = subprocess.PIPE,
    stderr: int = subprocess.DEVNULL,
    memory_bytes: int = MEMORY_BYTES,
    file_bytes: int | None = None,
    nice: int = 0,
) -> "subprocess.Popen[bytes]":
    """Start git in a process group of its own, with pipes and limits. The caller ends it with `end`.

    `file_bytes` is the largest file that it may write; `nice` is how far it steps back behind other processes.
    """
    child = subprocess.Popen(
        ["git", f"--git-dir={repo}", *args],
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=stderr,
        env=dict(env or environment()),
        cwd="/",
        process_group=0,
        bufsize=0,
        pass_fds=pass_fds,
    )
    limits = [(resource.RLIMIT_CPU, cpu_seconds), (resource.RLIMIT_AS, memory_bytes), (resource.RLIMIT_CORE, 0)]
    if file_bytes is not None:
        limits.append((resource.RLIMIT_FSIZE, file_bytes))
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PGRP, child.pid, os.getpriority(os.PRIO_PROCESS, 0) + nice)
    for limit, value in limits:
        with contextlib.suppress(OSError):
            resource.prlimit(child.pid, limit, (value, value))
    return child


def end(child: "subprocess.Popen[bytes]") -> None:
    """Stop git if it still runs, reap it, close its pipes."""
    if child.poll() is None:
        for sign in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, sign)
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(2)
                break
    for pipe in (child.stdin, child.stdout, child.stderr):
        if pipe:
            with contextlib.suppress(OSError):
                pipe.close()


def stream(repo: Path, args: Sequence[str], *, stdin: bytes = b"") -> Iterator[bytes]:
    """What git prints, in pieces; git is ended when the reader stops. Raises GitError when git fails."""
    child = spawn(repo, args)
    if child.stdin is None or child.stdout is None:
        raise GitError("git has no pipes")
    try:
        child.stdin.write(stdin)
        child.stdin.close()
        while chunk := os.read(child.stdout.fileno(), CHUNK):
            yield chunk
        if child.wait():
            raise GitError(f"git {args[0]} failed")
    finally:
        end(child)
