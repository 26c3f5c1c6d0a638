"""XML meshes (3MF, AMF) in two: a skeleton of a few kB for the XML reader, lists of points and triangles for numba.

A tree of a 40 MB part takes 830 MB and 4 s; its lists as bytes take none and 0.2 s.
"""

import re
from collections.abc import Callable
from html import escape

import numpy as np
from lxml import etree

from designs.mesh.load import scan, xmls
from designs.mesh.types import Faces, Points, RefusedError

Span = tuple[int, int]
Kernel = Callable[[scan.Bytes, int, int, scan.Bytes, int, int, Points], int]

_NOT_ELEMENTS = re.compile(rb"<!--.*?-->|<!\[CDATA\[(.*?)\]\]>|<\?(?!xml\s).*?\?>", re.DOTALL)


class XmlMesh:
    """An XML file: `root`, without what its lists of points and triangles hold, and those lists on demand."""

    def __init__(self, data: bytes, lists: str, what: str, rows: Kernel) -> None:
        """`lists` are the names of the elements that hold lists ("vertices|volume"); `what` names the file to people.

        Raises RefusedError for a DTD, entities, or XML that is damaged outside the lists.
        """
        self._data = _plain(data, what)
        self._what = what
        self._kernel = rows
        skeleton, spans = _split(self._data, lists, what)
        self.root = xmls.parse(skeleton, what)
        found = [element for element in self.root.iter() if xmls.local(element) in lists.split("|")]
        if len(found) != len(spans):
            raise RefusedError("unreadable", f"the {what} is damaged or cut short")
        self._spans = dict(zip(found, spans, strict=True))

    def points(self, element: etree._Element) -> Points:
        """The points of an element that holds `vertex`, n x 3. Raises RefusedError when one is not three numbers."""
        return self._rows(element, b"vertex", 0, ord("x"))

    def faces(self, element: etree._Element) -> Faces:
        """The triangles of an element that holds `triangle`, m x 3 indices.

        Raises RefusedError when one is not three integers.
        """
        rows = self._rows(element, b"triangle", ord("v"), ord("1"))
        if not (np.abs(rows) < 2**40).all():
            raise self._not_numbers()
        faces = rows.astype(np.int64)
        if (faces != rows).any():
            raise self._not_numbers()
        return faces

    def _rows(self, element: etree._Element, tag: bytes, letter: int, first: int) -> Points:
        start, end = self._spans[element]
        rows = np.empty((self._data.count(tag, start, end), 3))
        count = self._kernel(scan.view(self._data), start, end, scan.view(tag), letter, first, rows)
        if count < 0:
            raise self._not_numbers()
        return rows[:count]

    def _not_numbers(self) -> RefusedError:
        return RefusedError("unreadable", f"a mesh of the {self._what} holds something that is not a number")


def _plain(data: bytes, what: str) -> bytes:
    """The same XML in UTF-8 without comments, CDATA and processing instructions, so that < begins an element."""
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"} or b"\0" in data[:64]:
        try:
            text = data.decode("utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-16-le")
        except UnicodeDecodeError as error:
            raise RefusedError("unreadable", f"the {what} is damaged or cut short") from error
        data = re.sub(r"^\ufeff?\s*<\?xml\s.*?\?>", "", text, count=1, flags=re.DOTALL).encode()
    if b"<!-" in data or b"<![" in data or b"<?" in data[5:]:
        data = _NOT_ELEMENTS.sub(lambda found: escape((found[1] or b"").decode("latin-1")).encode("latin-1"), data)
    return data


def _split(data: bytes, lists: str, what: str) -> tuple[bytes, list[Span]]:
    opening = re.compile(rb"<((?:[\w.-]{1,64}:)?(?:%b))((?:\s[^<>]*)?/?)>" % lists.encode())
    pieces, spans, done, at = [], [], 0, 0
    while found := opening.search(data, at):
        at = found.end()
        if found[2].endswith(b"/"):
            spans.append((at, at))
            continue
        close = data.find(b"</" + found[1], at)
        if close < 0:
            raise RefusedError("unreadable", f"the {what} is damaged or cut short")
        spans.append((at, close))
        pieces.append(data[done:at])
        done = at = close
    pieces.append(data[done:])
    return b"".join(pieces), spans
