"""Numbers and rows read straight from the bytes of a text file, in numba: 0.1-0.2 s for 40 MB."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]

_POWERS = 10.0 ** np.arange(23)
_DIGITS = 18


def view(data: bytes) -> Bytes:
    """The bytes as the read-only array that the kernels take."""
    return np.frombuffer(data, np.uint8)


@njit(cache=True)
def number(text: Bytes, at: int, end: int) -> tuple[float, int]:
    """The decimal number that begins at `at`, and the position after it; position -1 when there is none.

    Exact up to 15 digits with exponents up to 22, within one unit in the last place past that. Words such as nan, inf
    and -nan(ind), which programs write for numbers they could not compute, are NaN.
    """
    sign = 1.0
    if at < end and (text[at] == 45 or text[at] == 43):
        sign = -1.0 if text[at] == 45 else 1.0
        at += 1
    mantissa = np.uint64(0)
    taken, digits, shift = 0, 0, 0
    point = False
    while at < end:
        c = np.int64(text[at])
        if 48 <= c <= 57:
            digits += 1
            if taken < _DIGITS:
                mantissa = mantissa * np.uint64(10) + np.uint64(c - 48)
                taken += 1 if mantissa > np.uint64(0) else 0
                shift -= 1 if point else 0
            elif not point:
                shift += 1
        elif c == 46 and not point:
            point = True
        else:
            break
        at += 1
    if digits == 0:
        first = text[at] | 32 if at < end else 0
        if point or (first != 110 and first != 105):
            return 0.0, -1
        while at < end and text[at] > 32 and text[at] != 34 and text[at] != 39 and text[at] != 60:
            at += 1
        return np.nan, at
    if at < end and (text[at] | 32) == 101:
        at += 1
        way = 1
        if at < end and (text[at] == 45 or text[at] == 43):
            way = -1 if text[at] == 45 else 1
            at += 1
        power, begun = 0, at
        while at < end and 48 <= text[at] <= 57:
            if power < 9999:
                power = power * 10 + int(text[at]) - 48
            at += 1
        if at == begun:
            return 0.0, -1
        shift += way * power
    value = float(mantissa)
    if shift < 0:
        value = value / _POWERS[-shift] if shift >= -22 else value * 10.0 ** max(shift, -400)
    elif shift > 0 and mantissa > np.uint64(0):
        value = value * _POWERS[shift] if shift <= 22 else value * 10.0 ** min(shift, 400)
    return sign * value, at


@njit(cache=True)
def _skip_spaces(text: Bytes, at: int, end: int) -> int:
    while at < end and text[at] <= 32:
        at += 1
    return at


@njit(cache=True)
def _equal(text: Bytes, start: int, end: int, word: Bytes) -> bool:
    same = end - start == len(word)
    at = 0
    while same and at < len(word):
        same = text[start + at] == word[at]
        at += 1
    return same


@njit(cache=True)
def attribute_rows(
    text: Bytes, start: int, end: int, tag: Bytes, letter: int, first: int, rows: NDArray[np.float64]
) -> int:
    """Three numeric attributes of each element `tag` between two positions; the count of rows filled, -1 when damaged.

    The attributes are `first`, `first` + 1 and `first` + 2 as characters (x, y, z; 1, 2, 3), after `letter` (0: none).
    Other elements and attributes are passed over; text between elements, and anything that is not XML, is damage.
    """
    count, at = 0, start
    while True:
        at = _skip_spaces(text, at, end)
        if at >= end:
            return count
        if text[at] != 60:
            return -1
        at += 1
        closing = at < end and text[at] == 47
        at += 1 if closing else 0
        name = at
        while at < end and text[at] > 32 and text[at] != 62 and text[at] != 47:
            if text[at] == 58:
                name = at + 1
            at += 1
        wanted = not closing and _equal(text, name, at, tag)
        if wanted and count >= len(rows):
            return -1
        seen = 0
        while True:
            at = _skip_spaces(text, at, end)
            if at >= end:
                return -1
            if text[at] == 62:
                at += 1
                break
            if text[at] == 47:
                at += 1
                continue
            key = at
            while at < end and text[at] > 32 and text[at] != 61 and text[at] != 62:
                at += 1
            length = at - key
            at = _skip_spaces(text, at, end)
            if at >= end or text[at] != 61:
                return -1
            at = _skip_spaces(text, at + 1, end)
            if at >= end or (text[at] != 34 and text[at] != 39):
                return -1
            quote = text[at]
            at += 1
            column = -1
            if letter == 0 and length == 1:
                column = int(text[key]) - first
            elif letter != 0 and length == 2 and text[key] == letter:
                column = int(text[key + 1]) - first
            if wanted and 0 <= column < 3:
                value, at = number(text, _skip_spaces(text, at, end), end)
                if at < 0:
                    return -1
                at = _skip_spaces(text, at, end)
                if at >= end or text[at] != quote:
                    return -1
                rows[count, column] = value
                seen |= 1 << column
            else:
                while at < end and text[at] != quote:
                    at += 1
                if at >= end:
                    return -1
            at += 1
        if wanted:
            if seen != 7:
                return -1
            count += 1


@njit(cache=True)
def element_rows(
    text: Bytes, start: int, end: int, tag: Bytes, letter: int, first: int, rows: NDArray[np.float64]
) -> int:
    """As attribute_rows, where the numbers stand in elements of their own: <x>1</x>, <v1>2</v1>."""
    count, at, seen = 0, start, 0
    while True:
        while at < end and text[at] != 60:
            at += 1
        if at >= end:
            return count
        at += 1
        closing = at < end and text[at] == 47
        at += 1 if closing else 0
        name = at
        while at < end and text[at] > 32 and text[at] != 62 and text[at] != 47:
            if text[at] == 58:
                name = at + 1
            at += 1
        length, last, owner = at - name, at - 1, _equal(text, name, at, tag)
        while at < end and text[at] != 62:
            at += 1
        if at >= end:
            return -1
        at += 1
        if owner:
            if closing:
                if seen != 7 or count >= len(rows):
                    return -1
                count += 1
            seen = 0
        column = -1
        if (letter == 0 and length == 1) or (letter != 0 and length == 2 and text[name] == letter):
            column = int(text[last]) - first
        if closing or column < 0 or column > 2:
            continue
        value, at = number(text, _skip_spaces(text, at, end), end)
        if at < 0 or count >= len(rows):
            return -1
        at = _skip_spaces(text, at, end)
        if at >= end or text[at] != 60:
            return -1
        rows[count, column] = value
        seen |= 1 << column


def warm() -> None:
    """Compile and cache every kernel."""
    text = b'<vertex x="1" y="2.5e1" z="-3"/>'
    attribute_rows(view(text), 0, len(text), view(b"vertex"), 0, ord("x"), np.empty((1, 3)))
    text = b"<vertex><x>1</x><y>2.5e1</y><z>-3</z></vertex>"
    element_rows(view(text), 0, len(text), view(b"vertex"), 0, ord("x"), np.empty((1, 3)))
    # wavefront.read(b"v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n")
