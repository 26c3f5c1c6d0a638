"""Git's smart HTTP, write side: `git receive-pack` streamed through. The serving process answers git's hooks."""

import contextlib
import itertools
import os
import selectors
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from storage.git import http
from storage.git.errors import GitError
from storage.git.process import CHUNK, end, environment, run, spawn

HOOKS = Path(__file__).parent / "hooks"
CPU_SECONDS = 300
PATIENCE_SECONDS = 60
ZERO = "0" * 40
_CONFIG = {
    "core.hooksPath": str(HOOKS),
    "receive.fsckObjects": "true",
    "receive.advertisePushOptions": "false",
    "receive.autogc": "false",
    "receive.denyCurrentBranch": "ignore",
    "receive.denyDeleteCurrent": "ignore",
    "transfer.hideRefs": "refs/merge",
    "transfer.unpackLimit": "100",
    # Names are judged before the refs move, in sentences; old histories have odd dates and modes that harm nobody.
    **{f"receive.fsck.{name}": "ignore" for name in ("hasDot", "hasDotdot", "hasDotgit", "fullPathname")},
    **{
        f"receive.fsck.{name}": "ignore"
        for name in (
            "badTimezone",
            "missingEmail",
            "missingNameBeforeEmail",
            "missingSpaceBeforeDate",
            "missingSpaceBeforeEmail",
            "zeroPaddedDate",
            "zeroPaddedFilemode",
        )
    },
}


@dataclass(frozen=True, slots=True)
class RefUpdate:
    """One ref of a push: `old` and `new` are commits or tags, None where the ref is made or deleted."""

    ref: str
    old: str | None
    new: str | None

    @property
    def branch(self) -> str | None:
        """The branch's name, None for any other ref."""
        return self.ref.removeprefix("refs/heads/") if self.ref.startswith("refs/heads/") else None

    @property
    def tag(self) -> str | None:
        """The tag's name, None for any other ref."""
        return self.ref.removeprefix("refs/tags/") if self.ref.startswith("refs/tags/") else None


Check = Callable[[Sequence[RefUpdate], Mapping[str, str]], list[str]]
"""(refs, git environment that sees the new objects) -> why the push is refused; nothing when it may pass."""
Done = Callable[[Sequence[RefUpdate]], list[str]]
"""(refs that have moved) -> lines for whoever pushes."""


def advertise(repo: Path, protocol: str) -> bytes:
    """The answer to info/refs?service=git-receive-pack."""
    env = http.environment_for(protocol, _CONFIG)
    return http.announced(
        "git-receive-pack", run(repo, ["receive-pack", "--stateless-rpc", "--advertise-refs", str(repo)], env=env)
    )


class ReceivePack:
    """The answer to git-receive-pack, in pieces. Git's hooks are answered while it is read.

    `within` is held from before git starts until it has ended. `close()` lets git come to its end first, so that a
    client that has left leaves nothing half done.
    """

    def __init__(
        self,
        repo: Path,
        body: Iterator[bytes],
        protocol: str,
        *,
        check: Check,
        done: Done,
        max_bytes: int,
        too_large: str,
        within: contextlib.AbstractContextManager[object],
    ) -> None:
        self._check, self._done = check, done
        self._within = contextlib.ExitStack()
        self._slot = http.Slot()
        self._ask, ask = os.pipe()
        answer, self._answer = os.pipe()
        self._heard = b""
        try:
            self._within.enter_context(within)
            config = _CONFIG | {"receive.maxInputSize": str(max_bytes)}
            env = http.environment_for(protocol, config) | {"PARTAGE_ASK": str(ask), "PARTAGE_ANSWER": str(answer)}
            args = ["receive-pack", "--stateless-rpc", str(repo)]
            self._child = spawn(repo, args, env=env, cpu_seconds=CPU_SECONDS, pass_fds=(ask, answer), nice=http.NICE)
        except BaseException:
            self._within.close()
            self._slot.free()
            self._close_pipes()
            raise
        finally:
            os.close(ask)
            os.close(answer)
        self._pieces: Iterator[bytes] = self._relayed()
        try:
            first = next(body, b"")
            counted = _Counted(itertools.chain([first], body))
            http.feed(self._child, counted)
            if counted.total > max_bytes and b"side-band-64k" in first[:CHUNK]:
                self._pieces = itertools.chain([_aside(too_large)], self._pieces)
        except BaseException:
            self.close()
            raise

    def _relayed(self) -> Iterator[bytes]:
        """What git prints; a hook's question is answered as soon as it is whole."""
        out = self._child.stdout
        if out is None:
            raise GitError("git has no pipes")
        with selectors.DefaultSelector() as ready:
            ready.register(out, selectors.EVENT_READ)
            ready.register(self._ask, selectors.EVENT_READ)
            while True:
                for key, _ in ready.select():
                    chunk = os.read(key.fd, CHUNK)
                    if key.fd == self._ask:
                        if chunk:
                            self._hear(chunk)
                        else:
                            ready.unregister(self._ask)
                    elif chunk:
                        yield chunk
                    else:
                        return

    def _hear(self, chunk: bytes) -> None:
        self._heard += chunk
        if not self._heard.endswith(b"\n.\n"):
            return
        hook, objects, alternates, *lines = self._heard.decode("utf-8", "replace").split("\n")[:-2]
        self._heard = b""
        updates = [_update(line) for line in lines]
        if hook == "pre-receive":
            env = environment()
            if objects:
                env |= {"GIT_OBJECT_DIRECTORY": objects, "GIT_ALTERNATE_OBJECT_DIRECTORIES": alternates}
            refusals = self._check(updates, env)
            self._reply(refusals, "no" if refusals else "yes")
        else:
            self._reply(self._done(updates), "yes")

    def _reply(self, lines: Sequence[str], verdict: str) -> None:
        said = "".join(f":{line}\n" for text in lines for line in text.splitlines())
        view = memoryview(f"{said}{verdict}\n".encode())
        with contextlib.suppress(BrokenPipeError):
            while view:
                view = view[os.write(self._answer, view) :]

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        piece = next(self._pieces, b"")
        if not piece:
            self.close()
            raise StopIteration
        return piece

    def close(self) -> None:
        """Let git finish, answer its hooks, free the slot. What it still says goes nowhere."""
        if self._answer < 0:
            return
        try:
            if self._child.stdin and not self._child.stdin.closed:
                self._child.stdin.close()
            for _ in self._pieces:
                pass
        finally:
            self._close_pipes()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._child.wait(PATIENCE_SECONDS)
            end(self._child)
            self._within.close()
            self._slot.free()

    def _close_pipes(self) -> None:
        for pipe in (self._ask, self._answer):
            os.close(pipe)
        self._answer = -1


def _update(line: str) -> RefUpdate:
    old, new, ref = line.split(" ", 2)
    return RefUpdate(ref, None if old == ZERO else old, None if new == ZERO else new)


class _Counted:
    """Pieces, and how many bytes went by."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = pieces
        self.total = 0

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            self.total += len(piece)
            yield piece


def _aside(text: str) -> bytes:
    """A line for whoever pushes, as git packs it beside the answer (band 2)."""
    said = b"\x02" + text.encode()[:900] + b"\n"
    return b"%04x%s" % (len(said) + 4, said)
