"""Names of files that work on every system and harm none. Knows no Django."""

import re
import unicodedata
from collections.abc import Callable, Iterable

MAX_PART_BYTES = 255
MAX_PATH_BYTES = 1000
MAX_DEPTH = 40
_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?")
_DOT_GIT = re.compile(r"(?i)\.git|git~[0-9]+")
_FORBIDDEN = set("<>:|?*")
_IGNORED_BY_HFS = dict.fromkeys([*range(0x200C, 0x2010), *range(0x202A, 0x202F), *range(0x206A, 0x2070), 0xFEFF], None)


class NameRefusedError(ValueError):
    """A name that we do not take. `code` is stable; `str()` is an English sentence that names the path."""

    def __init__(self, code: str, path: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.path = path


def _shown(path: str) -> str:
    plain = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in path)
    return plain if len(plain) <= 120 else plain[:119] + "…"


def check_path(path: str) -> str:
    """The path in NFC with single slashes, or NameRefusedError.

    Refused: traversal, absolute paths, backslashes, control and direction characters, `.git` in any spelling that
    some file system takes for it, Windows device names, names that start with a dash or end with a dot or space,
    parts over 255 bytes and paths over 1,000.
    """

    def refuse(code: str, why: str) -> NameRefusedError:
        return NameRefusedError(code, path, f"“{_shown(path)}”: {why}.")

    try:
        raw = path.encode()
    except UnicodeEncodeError as error:
        raise refuse("encoding", "the name is not valid text") from error
    if not path or path.isspace():
        raise refuse("empty", "the name is empty")
    if len(raw) > MAX_PATH_BYTES:
        raise refuse("too-long", f"the path is longer than {MAX_PATH_BYTES} bytes")
    if "\\" in path:
        raise refuse("backslash", "a backslash is not allowed in a name")
    if path.startswith("/") or re.match(r"[A-Za-z]:", path):
        raise refuse("absolute", "the path must be relative to the project")
    if any(unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"} and c != "\u200d" for c in path):
        raise refuse("control", "the name has a control or invisible character")
    parts = unicodedata.normalize("NFC", path).split("/")
    if len(parts) > MAX_DEPTH:
        raise refuse("too-deep", f"folders may lie {MAX_DEPTH} deep at the most")
    for part in parts:
        _check_part(part, refuse)
    return "/".join(parts)


def _check_part(part: str, refuse: Callable[[str, str], NameRefusedError]) -> None:
    bare = part.translate(_IGNORED_BY_HFS).rstrip(". ")
    if part in {"", ".", ".."}:
        raise refuse("traversal", "“.”, “..” and empty folders are not names")
    if _DOT_GIT.fullmatch(bare.split(":")[0]):
        raise refuse("dot-git", "“.git” belongs to git")
    if len(part.encode()) > MAX_PART_BYTES:
        raise refuse("too-long", f"a name may have {MAX_PART_BYTES} bytes at the most")
    if part.startswith("-"):
        raise refuse("dash", "a name may not start with a dash")
    if part.startswith(" ") or part[-1] in ". ":
        raise refuse("edge", "a name may not start with a space or end with a dot or a space")
    if found := _FORBIDDEN & set(part):
        raise refuse("character", f"{' '.join(sorted(found))} cannot be in a name on every system")
    if _DEVICES.fullmatch(part):
        raise refuse("device", "Windows keeps this name for a device")


def is_branch(name: str) -> bool:
    """Whether a branch or tag may have this name: what git takes, less what addresses and terminals trip over."""
    whole = re.fullmatch(r"\w[\w./+#=,-]{0,98}", name)
    return bool(whole) and not re.search(r"\.\.|//|/\.|\.lock(/|$)|[/.]$", name)


def fold(path: str) -> str:
    """What two paths have in common where a file system does not tell them apart."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


def find_collision(paths: Iterable[str]) -> tuple[str, str] | None:
    """Two different paths, or folders on their way, that differ only by case or Unicode form."""
    seen: dict[str, str] = {}
    for path in paths:
        at = len(path)
        while at > 0:
            prefix = path[:at]
            known = seen.setdefault(fold(prefix), prefix)
            if known != prefix:
                return known, prefix
            at = prefix.rfind("/")
    return None
