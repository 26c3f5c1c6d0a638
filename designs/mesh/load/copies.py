"""What a small file may unfold to: objects placed again and again are counted before they are made."""

from collections.abc import Hashable

from designs.mesh.types import RefusedError

MAX_INSTANCES = 10_000
MAX_COPIED = 2_000_000
MAX_DEPTH = 32


class Copies:
    """The instances of one file. The first of each object is free; all others are copies."""

    def __init__(self) -> None:
        self._count = 0
        self._copied = 0
        self._seen: set[Hashable] = set()

    def add(self, key: Hashable, triangles: int, waiting: int = 0) -> None:
        """One more instance of an object; `waiting` more are known to come.

        Raises RefusedError past 10,000 instances or 2 million triangles in copies.
        """
        self._count += 1
        if self._count + waiting > MAX_INSTANCES:
            raise RefusedError("too-many-instances", f"more than {MAX_INSTANCES} instances", limit=MAX_INSTANCES)
        if key in self._seen:
            self._copied += triangles
        self._seen.add(key)
        if self._copied > MAX_COPIED:
            sentence = f"copies of objects add up to more than {MAX_COPIED} triangles"
            raise RefusedError("too-many-instances", sentence, limit=MAX_COPIED)
