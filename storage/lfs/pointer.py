"""The three lines that stand in git for a large file (https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md)."""

import re
from dataclasses import dataclass

MAX_BYTES = 1024
"""A pointer is shorter than this; the client looks no further."""
_POINTER = re.compile(
    rb"version https://(?:git-lfs\.github\.com|hawser\.github\.com)/spec/v1\n"
    rb"(?:ext-[0-9]-[^\n]*\n)*oid sha256:([0-9a-f]{64})\nsize ([0-9]{1,18})\n?"
)


@dataclass(frozen=True, slots=True)
class Pointer:
    """Names a content by its SHA-256 and its size in bytes."""

    sha256: str
    size: int

    def encode(self) -> bytes:
        """The canonical form, as the stock client writes it."""
        return f"version https://git-lfs.github.com/spec/v1\noid sha256:{self.sha256}\nsize {self.size}\n".encode()


def parse(content: bytes) -> Pointer | None:
    """The pointer that a blob's content is, or None for any other content."""
    found = _POINTER.fullmatch(content) if len(content) < MAX_BYTES else None
    return Pointer(found[1].decode(), int(found[2])) if found else None
