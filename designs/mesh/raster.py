"""Triangles to pixels in numba: z-buffers, depth maps for light, smooth normals between creases.

Costs some 10-20 ns a triangle and 1-2 ns a pixel. All floats are float32, all indices int32.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from designs.mesh.types import Corners

Single = NDArray[np.float32]
Whole = NDArray[np.int32]

ROUND_DEGREES = 31.0  # a prism of twelve sides is meant as a cylinder, one of eight is not


@njit(cache=True, inline="always")
def _span(edge: float, step: float, first: int, last: int) -> tuple[int, int]:
    """The columns of first..last where edge + step * column >= 0, one too many at most."""
    if step > 0:
        first = max(first, int(max(min(-edge / step, 1e6), -1e6)))
    elif step < 0:
        last = min(last, int(max(min(-edge / step, 1e6), -1e6)) + 1)
    elif edge < 0:
        last = first - 1
    return first, last


@njit(cache=True, fastmath={"contract", "arcp", "nsz"})
def fill(x: Single, y: Single, z: Single, faces: Corners, depth: Single, which: Whole) -> None:
    """Draw faces at pixel positions x, y into `depth` (smaller z is nearer) and `which` (the index of the face).

    A pixel is sampled at its centre. `which` of size 0 x 0 draws depth alone.
    """
    height, width = depth.shape
    named = which.size > 0
    tiny = np.float32(-1e-6)
    for f in range(len(faces)):
        a, b, c = faces[f, 0], faces[f, 1], faces[f, 2]
        x0, y0, x1, y1, x2, y2 = x[a], y[a], x[b], y[b], x[c], y[c]
        area = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)
        if area == 0:
            continue
        left = max(int(np.ceil(min(x0, x1, x2) - np.float32(0.5))), 0)
        right = min(int(np.floor(max(x0, x1, x2) - np.float32(0.5))), width - 1)
        top = max(int(np.ceil(min(y0, y1, y2) - np.float32(0.5))), 0)
        bottom = min(int(np.floor(max(y0, y1, y2) - np.float32(0.5))), height - 1)
        if left > right or top > bottom:
            continue
        inverse = np.float32(1) / area
        step1, step2 = (y2 - y0) * inverse, (y0 - y1) * inverse
        step0 = -(step1 + step2)
        dz1, dz2 = z[b] - z[a], z[c] - z[a]
        wide = right - left > 8
        for row in range(top, bottom + 1):
            py = np.float32(row) + np.float32(0.5) - y0
            px = np.float32(0.5) - x0
            edge1 = (px * (y2 - y0) - (x2 - x0) * py) * inverse
            edge2 = ((x1 - x0) * py - px * (y1 - y0)) * inverse
            first, last = left, right
            if wide:
                first, last = _span(np.float32(1) - edge1 - edge2 - tiny, step0, first, last)
                first, last = _span(edge1 - tiny, step1, first, last)
                first, last = _span(edge2 - tiny, step2, first, last)
            for column in range(first, last + 1):
                w1 = edge1 + step1 * np.float32(column)
                w2 = edge2 + step2 * np.float32(column)
                if w1 >= tiny and w2 >= tiny and np.float32(1) - w1 - w2 >= tiny:
                    deep = z[a] + w1 * dz1 + w2 * dz2
                    if deep < depth[row, column]:
                        depth[row, column] = deep
                        if named:
                            which[row, column] = f


@njit(cache=True)
def strokes(x: Single, y: Single, z: Single, faces: Corners, depth: Single, which: Whole) -> None:
    """Draw the edges of faces one pixel wide where nothing nearer is drawn: wires thinner than a pixel stay whole."""
    height, width = depth.shape
    for f in range(len(faces)):
        for corner in range(3):
            a, b = faces[f, corner], faces[f, (corner + 1) % 3]
            steps = int(min(max(abs(x[b] - x[a]), abs(y[b] - y[a])), 4096.0)) + 1
            for i in range(steps + 1):
                t = np.float32(i) / np.float32(steps)
                column = int(np.floor(x[a] + (x[b] - x[a]) * t))
                row = int(np.floor(y[a] + (y[b] - y[a]) * t))
                if 0 <= column < width and 0 <= row < height:
                    deep = z[a] + (z[b] - z[a]) * t
                    if deep < depth[row, column]:
                        depth[row, column] = deep
                        which[row, column] = f


@njit(cache=True, fastmath={"contract", "arcp", "nsz"})
def gather(
    depth: Single, spots: Single, normals: Single, axes: Single, frame: Single, weight: float, seen: Single,
    total: Single,
) -> None:  # fmt: skip
    """Add to each spot how much of the light of one direction reaches it: k spots, k x 3 in the space of the map.

    `axes` are the rows side, up, towards; `frame` is scale x, scale y, shift x, shift y of the map. The four texels
    about a spot are each compared with the plane of its normal, so that flat parts do not shadow themselves.
    """
    height, width = depth.shape
    texel = max(np.float32(1) / frame[0], np.float32(1) / frame[1])
    for i in range(len(spots)):
        facing = normals[i, 0] * axes[2, 0] + normals[i, 1] * axes[2, 1] + normals[i, 2] * axes[2, 2]
        if facing <= np.float32(0.03):
            continue
        share = facing * np.float32(weight)
        total[i] += share
        u = spots[i, 0] * axes[0, 0] + spots[i, 1] * axes[0, 1] + spots[i, 2] * axes[0, 2]
        v = spots[i, 0] * axes[1, 0] + spots[i, 1] * axes[1, 1] + spots[i, 2] * axes[1, 2]
        deep = -(spots[i, 0] * axes[2, 0] + spots[i, 1] * axes[2, 1] + spots[i, 2] * axes[2, 2])
        slope_u = normals[i, 0] * axes[0, 0] + normals[i, 1] * axes[0, 1] + normals[i, 2] * axes[0, 2]
        slope_v = normals[i, 0] * axes[1, 0] + normals[i, 1] * axes[1, 1] + normals[i, 2] * axes[1, 2]
        inverse = np.float32(1) / max(facing, np.float32(0.15))
        per_x, per_y = slope_u * inverse / frame[0], slope_v * inverse / frame[1]
        fx = u * frame[0] + frame[2] - np.float32(0.5)
        fy = v * frame[1] + frame[3] - np.float32(0.5)
        x, y = int(np.floor(fx)), int(np.floor(fy))
        ax, ay = fx - np.float32(x), fy - np.float32(y)
        bias = texel * (np.float32(0.6) + np.float32(0.5) * (abs(slope_u) + abs(slope_v)) * inverse)
        lit = np.float32(0)
        for dy in range(2):
            for dx in range(2):
                part = (ax if dx else np.float32(1) - ax) * (ay if dy else np.float32(1) - ay)
                if x + dx < 0 or y + dy < 0 or x + dx >= width or y + dy >= height:
                    lit += part
                    continue
                plane = deep + (np.float32(dx) - ax) * per_x + (np.float32(dy) - ay) * per_y
                if plane - depth[y + dy, x + dx] < bias:
                    lit += part
        seen[i] += share * lit


@njit(cache=True)
def corner_normals(faces: Corners, normals: Single, areas: Single, count: int, cosine: float) -> Single:
    """m x 3 x 3: the normal at each corner, of the faces about its point that turn less than the crease angle.

    `normals` m x 3, `areas` m, `count` points. Weighted by area, so that a fillet does not bend the plane beside it.
    """
    begin = np.zeros(count + 1, np.int32)
    for f in range(len(faces)):
        for corner in range(3):
            begin[faces[f, corner] + 1] += 1
    for p in range(count):
        begin[p + 1] += begin[p]
    place = begin[:count].copy()
    about = np.empty(3 * len(faces), np.int32)
    for f in range(len(faces)):
        for corner in range(3):
            p = faces[f, corner]
            about[place[p]] = f
            place[p] += 1
    result = np.empty((len(faces), 3, 3), np.float32)
    limit = np.float32(cosine)
    for f in range(len(faces)):
        n0, n1, n2 = normals[f, 0], normals[f, 1], normals[f, 2]
        for corner in range(3):
            p = faces[f, corner]
            s0, s1, s2 = n0 * areas[f], n1 * areas[f], n2 * areas[f]
            for k in range(begin[p], min(begin[p + 1], begin[p] + 64)):
                g = about[k]
                if g != f and n0 * normals[g, 0] + n1 * normals[g, 1] + n2 * normals[g, 2] > limit:
                    s0 += normals[g, 0] * areas[g]
                    s1 += normals[g, 1] * areas[g]
                    s2 += normals[g, 2] * areas[g]
            length = np.sqrt(s0 * s0 + s1 * s1 + s2 * s2)
            if length > 0:
                result[f, corner, 0], result[f, corner, 1], result[f, corner, 2] = s0 / length, s1 / length, s2 / length
            else:
                result[f, corner, 0], result[f, corner, 1], result[f, corner, 2] = n0, n1, n2
    return result


@njit(cache=True)
def surface_at(
    rows: Whole, columns: Whole, which: Whole, x: Single, y: Single, faces: Corners, smooth: Single, normals: Single,
    view: Single,
) -> Single:  # fmt: skip
    """k x 3: the smooth normal under each pixel centre, pixel positions x, y as for `fill`.

    A smooth normal never turns a face over: on the other side of the `view` than the face's, it is the face's.
    """
    result = np.empty((len(rows), 3), np.float32)
    for i in range(len(rows)):
        f = which[rows[i], columns[i]]
        a, b, c = faces[f, 0], faces[f, 1], faces[f, 2]
        px = np.float32(columns[i]) + np.float32(0.5) - x[a]
        py = np.float32(rows[i]) + np.float32(0.5) - y[a]
        ux, uy, vx, vy = x[b] - x[a], y[b] - y[a], x[c] - x[a], y[c] - y[a]
        area = ux * vy - vx * uy
        inverse = np.float32(1) / area if area != 0 else np.float32(0)
        w1 = min(max((px * vy - vx * py) * inverse, np.float32(0)), np.float32(1))
        w2 = min(max((ux * py - px * uy) * inverse, np.float32(0)), np.float32(1) - w1)
        w0 = np.float32(1) - w1 - w2
        length = np.float32(0)
        for axis in range(3):
            value = w0 * smooth[f, 0, axis] + w1 * smooth[f, 1, axis] + w2 * smooth[f, 2, axis]
            result[i, axis] = value
            length += value * value
        length = max(np.sqrt(length), np.float32(1e-20))
        seen, flat = np.float32(0), np.float32(0)
        for axis in range(3):
            result[i, axis] /= length
            seen += result[i, axis] * view[axis]
            flat += normals[f, axis] * view[axis]
        if seen * flat < 0:
            for axis in range(3):
                result[i, axis] = normals[f, axis]
    return result


def warm() -> None:
    """Compile or load every kernel."""
    flat = np.zeros(3, np.float32)
    faces = np.array([[0, 1, 2]], np.int32)
    depth, which = np.full((2, 2), np.inf, np.float32), np.full((2, 2), -1, np.int32)
    fill(flat, flat, flat, faces, depth, which)
    strokes(flat, flat, flat, faces, depth, which)
    three = np.zeros((1, 3), np.float32)
    one = np.zeros(1, np.float32)
    gather(depth, three, three, np.eye(3, dtype=np.float32), np.ones(4, np.float32), 1.0, one, one.copy())
    smooth = corner_normals(faces, three, one, 3, 0.9)
    row = np.zeros(1, np.int32)
    surface_at(row, row, np.zeros((1, 1), np.int32), flat, flat, faces, smooth, three, flat)
