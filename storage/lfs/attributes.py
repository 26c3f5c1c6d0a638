"""Lines of .gitattributes by which git-lfs knows its files. Knows no Django."""

import re
from collections.abc import Iterable

FILE = ".gitattributes"
_FILTERED = "filter=lfs diff=lfs merge=lfs -text"
_LOCKABLE = " lockable"


def by_suffix(suffix: str) -> str:
    """The pattern of every file that ends so, in any case: "stl" -> `*.[sS][tT][lL]`. Git tells cases apart."""
    return "*." + "".join(f"[{c.lower()}{c.upper()}]" if c.isalpha() else c for c in suffix)


def by_path(path: str) -> str:
    """The pattern of one path and no other: wildcards escaped, quoted as C does where git needs that."""
    pattern = "/" + re.sub(r"([\\*?\[\]])", r"\\\1", path)
    if not re.search(r'[\s"\\\x00-\x1f\x7f]', pattern):
        return pattern
    escaped = re.sub(r'(["\\])', r"\\\1", pattern)
    return '"' + re.sub(r"[\x00-\x1f\x7f]", lambda found: f"\\{ord(found[0]):03o}", escaped) + '"'


def line(pattern: str, *, lockable: bool = False) -> str:
    """What tells git-lfs that the files of a pattern are its own; with `lockable`, clones have them read-only."""
    return f"{pattern} {_FILTERED}{_LOCKABLE if lockable else ''}"


def asks_for_locks(content: bytes) -> bool:
    """Whether files of the project are to be locked before they are changed."""
    return any(one.endswith(f"{_FILTERED}{_LOCKABLE}".encode()) for one in content.splitlines())


def with_locks(content: bytes, *, wanted: bool) -> bytes:
    """The same with `lockable` at every line of ours, or at none."""
    was, now = (_FILTERED, _FILTERED + _LOCKABLE) if wanted else (_FILTERED + _LOCKABLE, _FILTERED)
    ends = re.compile(rb"(?m)" + re.escape(f" {was}".encode()) + rb"(?=\r?$)")
    return ends.sub(f" {now}".encode(), content)


def changed(content: bytes, *, add: Iterable[str] = (), drop: Iterable[str] = ()) -> bytes:
    """The file with lines added at its end, where they win, and others left out. All else stays as it was."""
    unwanted = {one.encode() for one in drop}
    kept = [one for one in content.splitlines(keepends=True) if one.rstrip(b"\r\n") not in unwanted]
    if kept and not kept[-1].endswith(b"\n"):
        kept[-1] += b"\n"
    present = {one.rstrip(b"\r\n") for one in kept}
    new = [one.encode() for one in dict.fromkeys(add)]
    return b"".join([*kept, *(one + b"\n" for one in new if one not in present)])
