"""Histories that come from elsewhere or go there: fetch, push, bundles. Watched and bounded while they run."""

import contextlib
import os
import re
import selectors
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from storage.git.errors import GitError
from storage.git.process import end, environment, run, spawn, stream

MEMORY_BYTES = 2 << 30
LOOK_SECONDS = 0.5
SAID_BYTES = 8 << 10
LOW_SPEED = {"http.lowSpeedLimit": "1000", "http.lowSpeedTime": "30"}
BUNDLE_HEADS = re.compile(rb"# v[23] git bundle\n")
_COUNTED = re.compile(
    rb"(Receiving|Resolving|Writing|Indexing|Unpacking|Checking)[a-z ]*: +[0-9]+% \(([0-9]+)/([0-9]+)\)"
)
_OVER = re.compile(r"signal (24|25)\b")
"""SIGXCPU and SIGXFSZ: the limits of the process were reached."""
# Names and links are judged in sentences afterwards; old histories have odd dates and modes that harm nobody.
_OLD_WAYS = (
    *("hasDot", "hasDotdot", "hasDotgit", "fullPathname", "badTimezone", "missingEmail", "missingNameBeforeEmail"),
    *("missingSpaceBeforeDate", "missingSpaceBeforeEmail", "zeroPaddedDate", "zeroPaddedFilemode", "nullSha1"),
)


class TooMuchError(GitError):
    """More bytes or more time than are allowed. `what` is "bytes" or "seconds"."""

    def __init__(self, what: str) -> None:
        super().__init__(f"too many {what}")
        self.what = what


@dataclass(frozen=True, slots=True)
class Bounds:
    """The most `bytes` that a repository may have on disk, and the most `seconds` that one step may take."""

    bytes: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a step is: `done` of `total` objects (0 while unknown), `bytes` on disk."""

    done: int
    total: int
    bytes: int


Tick = Callable[[Progress], None]
"""Called some times a second; what it raises ends the transfer."""


@dataclass(frozen=True, slots=True)
class Remote:
    """Another forge's repository: a checked URL, its pin (see `storage.wire.guard`), who we are there."""

    url: str
    pin: str = ""
    authorization: str = ""
    ca_file: Path | None = None

    def environment(self) -> dict[str, str]:
        """git's environment for speaking to this remote alone, by https, without redirect, proxy or helper."""
        config = {
            **LOW_SPEED,
            "protocol.https.allow": "always",
            "http.followRedirects": "false",
            "http.proxy": "",
            "http.sslVerify": "true",
            "http.userAgent": "git/partage",
            "credential.helper": "",
            "transfer.bundleURI": "false",
            "transfer.unpackLimit": "1",
            "fetch.unpackLimit": "1",
            "fetch.fsckObjects": "true",
            "submodule.recurse": "false",
            **{f"fetch.fsck.{name}": "ignore" for name in _OLD_WAYS},
        }
        if self.pin:
            config["http.curloptResolve"] = self.pin
        if self.authorization:
            config["http.extraHeader"] = f"Authorization: {self.authorization}"
        if self.ca_file:
            config["http.sslCAInfo"] = str(self.ca_file)
        return environment(config, GIT_ALLOW_PROTOCOL="https")


def remote_refs(repo: Path, remote: Remote) -> tuple[dict[str, str], str]:
    """(ref -> object of every branch and tag there, the branch that its HEAD leads to or ""). Raises GitError."""
    said = _watched(
        repo,
        ["ls-remote", "--symref", "--end-of-options", remote.url, "HEAD", "refs/heads/*", "refs/tags/*"],
        remote.environment(),
        Bounds(bytes=1 << 62, seconds=60),
        _unheard,
        keep=64 << 20,
    )
    refs, head = {}, ""
    for line in said.decode("utf-8", "surrogateescape").splitlines():
        left, _, name = line.partition("\t")
        if left.startswith("ref: refs/heads/") and name == "HEAD":
            head = left.removeprefix("ref: refs/heads/")
        elif name.startswith("refs/") and not name.endswith("^{}"):
            refs[name] = left
    return refs, head


def fetch(repo: Path, remote: Remote, *, bounds: Bounds, tick: Tick) -> None:
    """Bring every branch and tag of the remote here, under the same names. Raises GitError, TooMuchError."""
    args = ["fetch", "--progress", "--no-recurse-submodules", "--no-write-fetch-head", "--no-auto-gc", "--no-tags"]
    specs = ["+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"]
    _watched(repo, [*args, "--end-of-options", remote.url, *specs], remote.environment(), bounds, tick)


def push(repo: Path, remote: Remote, *, prune: bool, seconds: int) -> None:
    """Send every branch and tag; nothing there is rewritten, and nothing deleted unless `prune`.

    Raises GitError with what git said of each ref that the other side did not take.
    """
    args = ["push", "--porcelain", "--no-verify", *(["--prune"] if prune else [])]
    specs = ["refs/heads/*:refs/heads/*", "refs/tags/*:refs/tags/*"]
    bounds = Bounds(bytes=1 << 62, seconds=seconds)
    _watched(repo, [*args, "--end-of-options", remote.url, *specs], remote.environment(), bounds, _unheard)


def is_bundle(file: Path) -> bool:
    """Whether a file begins as git's bundles do."""
    with file.open("rb") as opened:
        return bool(BUNDLE_HEADS.match(opened.read(20)))


def unbundle(repo: Path, bundle: Path, *, bounds: Bounds, tick: Tick) -> str:
    """Bring every branch and tag of a bundle here, and return the branch that its HEAD leads to, or "".

    Raises GitError (what it lacks, or that it is damaged), TooMuchError.
    """
    env = environment()
    heads = _watched(repo, ["bundle", "list-heads", str(bundle)], env, bounds, _unheard, keep=64 << 20)
    refs, head = {}, ""
    for line in heads.decode("utf-8", "surrogateescape").splitlines():
        oid, _, name = line.partition(" ")
        if name == "HEAD":
            head = oid
        elif name.startswith(("refs/heads/", "refs/tags/")):
            refs[name] = oid
    if not refs:
        return ""
    _watched(repo, ["bundle", "verify", str(bundle)], env, bounds, _unheard)
    _watched(repo, ["bundle", "unbundle", "--progress", str(bundle)], env, bounds, tick, keep=64 << 20)
    set_refs(repo, refs)
    named = sorted(name.removeprefix("refs/heads/") for name, oid in refs.items() if oid == head and "/heads/" in name)
    return "main" if "main" in named else next(iter(named), "")


def _unheard(_progress: Progress) -> None:
    """A step that is over soon."""


def set_refs(repo: Path, refs: Mapping[str, str]) -> None:
    """Let each ref lead to its object, all or none. Raises GitError on a name or object that git does not take."""
    lines = "".join(f"update {name}\0{oid}\0\0" for name, oid in refs.items())
    if lines:
        run(repo, ["update-ref", "-z", "--stdin"], stdin=lines.encode("utf-8", "surrogateescape"))


def fsck(repo: Path, *, bounds: Bounds, tick: Tick) -> None:
    """Read every object once. Raises GitError with git's words where one is not what it should be."""
    env = environment({f"fsck.{name}": "ignore" for name in _OLD_WAYS})
    _watched(repo, ["fsck", "--full", "--strict", "--no-dangling", "--progress"], env, bounds, tick)


def bundle(repo: Path) -> Iterator[bytes]:
    """A bundle of every branch and tag, in pieces: `git clone` takes it. Raises GitError where nothing is there."""
    return stream(repo, ["bundle", "create", "-q", "-", "HEAD", "--branches", "--tags"])


def all_refs(repo: Path) -> dict[str, tuple[str, str]]:
    """ref -> (object, what it leads to in the end: commit, tree, blob) of every branch and tag."""
    fmt = "--format=%(refname)%00%(objectname)%00%(objecttype)%00%(*objecttype)"
    found = {}
    for line in run(repo, ["for-each-ref", fmt, "refs/heads/", "refs/tags/"]).splitlines():
        name, oid, kind, peeled = line.decode("utf-8", "surrogateescape").split("\0")
        found[name] = (oid, peeled or kind)
    return found


def delete_refs(repo: Path, refs: Sequence[str]) -> None:
    """Let these refs go, all or none."""
    lines = "".join(f"delete {name}\0\0" for name in refs)
    if lines:
        run(repo, ["update-ref", "-z", "--stdin"], stdin=lines.encode("utf-8", "surrogateescape"))


def bytes_in(folder: Path) -> int:
    """Bytes of all files in a folder, which may change meanwhile."""
    total = 0
    for where, _, files in os.walk(folder):
        for name in files:
            with contextlib.suppress(OSError):
                total += os.lstat(os.path.join(where, name)).st_size  # noqa: PTH118
    return total


def _watched(
    repo: Path, args: Sequence[str], env: Mapping[str, str], bounds: Bounds, tick: Tick, *, keep: int = SAID_BYTES
) -> bytes:
    """Run git to its end under the bounds and return what it printed. Raises GitError, TooMuchError, and what
    `tick` raises."""
    child = spawn(
        repo,
        args,
        env=env,
        cpu_seconds=bounds.seconds,
        stderr=subprocess.PIPE,
        memory_bytes=MEMORY_BYTES,
        file_bytes=min(bounds.bytes, 1 << 62),
    )
    try:
        if child.stdin is None or child.stdout is None or child.stderr is None:
            raise GitError("git has no pipes")
        child.stdin.close()
        printed, said = _listen(child, repo, bounds, tick, keep)
        code = child.wait()
    finally:
        end(child)
    if code:
        if over := _OVER.search(f"signal {-code}" if code < 0 else said.decode("utf-8", "replace")):
            raise TooMuchError({"24": "seconds", "25": "bytes"}[over[1]])
        if bytes_in(repo) >= bounds.bytes * 9 // 10:
            raise TooMuchError("bytes")
        raise GitError(_last_words(said + printed) or f"git {args[0]} ended with {code}")
    return printed


def _listen(child: "subprocess.Popen[bytes]", repo: Path, bounds: Bounds, tick: Tick, keep: int) -> tuple[bytes, bytes]:
    """(what it printed, the end of what it said); looks at clock and disk meanwhile."""
    started = time.monotonic()
    looked = started - LOOK_SECONDS
    printed, said, done, total = bytearray(), b"", 0, 0
    with selectors.DefaultSelector() as ready:
        ready.register(child.stdout, selectors.EVENT_READ)  # type: ignore[arg-type]
        ready.register(child.stderr, selectors.EVENT_READ)  # type: ignore[arg-type]
        while ready.get_map():
            for key, _ in ready.select(timeout=LOOK_SECONDS):
                chunk = os.read(key.fd, 1 << 16)
                if not chunk:
                    ready.unregister(key.fileobj)
                elif key.fileobj is child.stdout:
                    printed += chunk
                    if len(printed) > keep:
                        del printed[: len(printed) - keep]
                else:
                    said = (said + chunk)[-SAID_BYTES:]
                    if found := list(_COUNTED.finditer(chunk)):
                        done, total = int(found[-1][2]), int(found[-1][3])
            now = time.monotonic()
            if now - started > bounds.seconds:
                raise TooMuchError("seconds")
            if now - looked >= LOOK_SECONDS:
                looked = now
                size = bytes_in(repo)
                if size > bounds.bytes:
                    raise TooMuchError("bytes")
                tick(Progress(done, total, size))
    return bytes(printed), said


def _last_words(said: bytes) -> str:
    """The lines that are no progress, fit to be shown."""
    lines = [line.strip() for line in re.split(r"[\r\n]", said.decode("utf-8", "replace"))]
    kept = [line for line in lines if line and not re.search(r"\d+% \(|, done\.|^(Updating files|remote: )", line)]
    text = "\n".join(kept[-6:])
    return "".join(c if c.isprintable() or c in "\n\t" else "?" for c in text)[:1000]
