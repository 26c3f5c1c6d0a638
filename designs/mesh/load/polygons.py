"""Lines of text that hold points and polygons, as OBJ and OFF write them, in numba. Polygons become fans."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from designs.mesh.load.scan import Bytes, number

NOT_NUMBERS, BAD_INDEX = 1, 2


@njit(cache=True)
def skip_blanks(text: Bytes, at: int, end: int) -> int:
    """The position of the next byte of the same line that is no space or control character, or of its line feed."""
    while at < end and text[at] <= 32 and text[at] != 10:
        at += 1
    return at


@njit(cache=True)
def next_line(text: Bytes, at: int, end: int) -> int:
    """The position after the next line feed."""
    while at < end and text[at] != 10:
        at += 1
    return at + 1


@njit(cache=True)
def whole(text: Bytes, at: int, end: int) -> tuple[int, int]:
    """The integer at a position (at most 2**40) and the position after it; position -1 when there is none."""
    sign = 1
    if at < end and (text[at] == 45 or text[at] == 43):
        sign = -1 if text[at] == 45 else 1
        at += 1
    begun, value = at, 0
    while at < end and 48 <= text[at] <= 57:
        if value < 1 << 40:
            value = value * 10 + int(text[at]) - 48
        at += 1
    return sign * value, at if at > begun else -1


@njit(cache=True)
def point_at(text: Bytes, at: int, end: int, row: NDArray[np.float64]) -> bool:
    """Three numbers of one line into `row`; False when they are not there."""
    for axis in range(3):
        at = skip_blanks(text, at, end)
        value, at = number(text, at, end)
        if at < 0:
            return False
        row[axis] = value
    return at >= end or text[at] <= 32


@njit(cache=True)
def obj_counts(text: Bytes) -> tuple[int, int, int]:
    """Points, triangles and group lines (o or g) of an OBJ file."""
    points, triangles, groups = 0, 0, 0
    at, end = 0, len(text)
    while at < end:
        at = skip_blanks(text, at, end)
        if at + 1 < end and (text[at + 1] == 32 or text[at + 1] == 9):
            if text[at] == 118:
                points += 1
            elif text[at] == 111 or text[at] == 103:
                groups += 1
            elif text[at] == 102:
                corners = 0
                at += 1
                while True:
                    at = skip_blanks(text, at, end)
                    if at >= end or text[at] == 10 or text[at] == 35:
                        break
                    corners += 1
                    while at < end and text[at] > 32:
                        at += 1
                triangles += max(corners - 2, 0)
        at = next_line(text, at, end)
    return points, triangles, groups


@njit(cache=True)
def obj_fill(
    text: Bytes, points: NDArray[np.float64], faces: NDArray[np.int64], groups: NDArray[np.int64]
) -> tuple[int, int]:
    """Fill arrays of the sizes that obj_counts gave; `groups` rows are (position, first triangle).

    Returns (0, 0), or what is wrong (NOT_NUMBERS, BAD_INDEX) and the position of it.
    """
    known, made, group = 0, 0, 0
    at, end = 0, len(text)
    while at < end:
        at = skip_blanks(text, at, end)
        if at + 1 < end and (text[at + 1] == 32 or text[at + 1] == 9):
            kind = text[at]
            if kind == 118:
                if not point_at(text, at + 1, end, points[known]):
                    return NOT_NUMBERS, at
                known += 1
            elif kind == 111 or kind == 103:
                groups[group, 0], groups[group, 1] = at, made
                group += 1
            elif kind == 102:
                first, before, corner = 0, 0, 0
                at += 1
                while True:
                    at = skip_blanks(text, at, end)
                    if at >= end or text[at] == 10 or text[at] == 35:
                        break
                    index, after = whole(text, at, end)
                    if after < 0:
                        return NOT_NUMBERS, at
                    index = index - 1 if index > 0 else known + index if index < 0 else -1
                    if index < 0 or index >= len(points):
                        return BAD_INDEX, at
                    at = after
                    while at < end and text[at] > 32:
                        at += 1
                    if corner == 0:
                        first = index
                    elif corner > 1:
                        faces[made, 0], faces[made, 1], faces[made, 2] = first, before, index
                        made += 1
                    before = index
                    corner += 1
        at = next_line(text, at, end)
    return 0, 0


@njit(cache=True)
def _next_row(text: Bytes, at: int, end: int) -> int:
    """The position of the next line that is neither blank nor a comment."""
    while at < end:
        at = skip_blanks(text, at, end)
        if at >= end or (text[at] != 10 and text[at] != 35):
            return at
        at = next_line(text, at, end)
    return end


@njit(cache=True)
def off_points(text: Bytes, at: int, points: NDArray[np.float64]) -> tuple[int, int]:
    """Fill points from lines; (lines read, position after). Fewer lines than rows: damage at that position."""
    end = len(text)
    for row in range(len(points)):
        at = _next_row(text, at, end)
        if at >= end or not point_at(text, at, end, points[row]):
            return row, at
        at = next_line(text, at, end)
    return len(points), at


@njit(cache=True)
def off_faces(text: Bytes, at: int, count: int, points: int, faces: NDArray[np.int64]) -> tuple[int, int, int]:
    """Triangles of `count` lines (corners, then indices), written when `faces` has room for them.

    Returns (triangles, what is wrong or 0, its position).
    """
    end, made = len(text), 0
    for _ in range(count):
        at = _next_row(text, at, end)
        corners, after = whole(text, at, end)
        if after < 0 or corners < 0:
            return made, NOT_NUMBERS, at
        at = after
        first, before = 0, 0
        for corner in range(corners):
            at = skip_blanks(text, at, end)
            index, after = whole(text, at, end)
            if after < 0:
                return made, NOT_NUMBERS, at
            if index < 0 or index >= points:
                return made, BAD_INDEX, at
            at = after
            if corner == 0:
                first = index
            elif corner > 1:
                if made < len(faces):
                    faces[made, 0], faces[made, 1], faces[made, 2] = first, before, index
                made += 1
            before = index
        at = next_line(text, at, end)
    return made, 0, 0


def warm() -> None:
    """Compile and cache every kernel."""
    from designs.mesh.load import off, wavefront

    wavefront.read(b"o one\nv 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n")
    off.read(b"OFF\n3 1 0\n0 0 0\n1 0 0\n0 1 0\n3 0 1 2\n")
