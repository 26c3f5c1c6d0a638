"""The picture of a part: z-buffer, ambient occlusion from depth maps, one soft shadow; transparent ground."""

from pathlib import Path
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from designs.mesh.types import Faces, Points

Floats = NDArray[np.float32]
COLOUR = np.array([226.0, 88.0, 28.0], np.float32) / 255.0
LARGE, SMALL = 1024, 256
DIRECTIONS = 32
MAP = 320
LIGHT_MAP = 1024


@njit(cache=True, fastmath=True)
def _raster(x: Floats, y: Floats, z: Floats, faces: Faces, depth: Floats, which: NDArray[np.int32]) -> None:
    height, width = depth.shape
    for f in range(len(faces)):
        a, b, c = faces[f, 0], faces[f, 1], faces[f, 2]
        x0, y0, x1, y1, x2, y2 = x[a], y[a], x[b], y[b], x[c], y[c]
        area = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)
        if area == 0:
            continue
        left = max(int(np.ceil(min(x0, x1, x2) - 0.5)), 0)
        right = min(int(np.floor(max(x0, x1, x2) - 0.5)), width - 1)
        top = max(int(np.ceil(min(y0, y1, y2) - 0.5)), 0)
        bottom = min(int(np.floor(max(y0, y1, y2) - 0.5)), height - 1)
        if left > right or top > bottom:
            continue
        inverse = np.float32(1) / area
        for row in range(top, bottom + 1):
            py = np.float32(row) + np.float32(0.5)
            first, last = left, right
            start, end = np.float32(left), np.float32(right + 1)
            for edge in range(3):
                if edge == 0:
                    ax, ay, bx, by = x0, y0, x1, y1
                elif edge == 1:
                    ax, ay, bx, by = x1, y1, x2, y2
                else:
                    ax, ay, bx, by = x2, y2, x0, y0
                slope = (ay - by) * inverse
                base = ((bx - ax) * (py - ay) - (by - ay) * -ax) * inverse
                if slope > 1e-9:
                    start = max(start, (np.float32(-1e-5) - base) / slope)
                elif slope < -1e-9:
                    end = min(end, (np.float32(-1e-5) - base) / slope)
            first = max(first, int(np.floor(start - 0.5)))
            last = min(last, int(np.ceil(end - 0.5)))
            for column in range(first, last + 1):
                px = np.float32(column) + np.float32(0.5)
                w1 = ((px - x0) * (y2 - y0) - (x2 - x0) * (py - y0)) * inverse
                w2 = ((x1 - x0) * (py - y0) - (px - x0) * (y1 - y0)) * inverse
                w0 = np.float32(1) - w1 - w2
                if w0 >= -1e-6 and w1 >= -1e-6 and w2 >= -1e-6:
                    deep = w0 * z[a] + w1 * z[b] + w2 * z[c]
                    if deep < depth[row, column]:
                        depth[row, column] = deep
                        which[row, column] = f


def _unit(vector: Any) -> Floats:
    array = np.asarray(vector, np.float32)
    length: Floats = np.maximum(np.linalg.norm(array, axis=-1, keepdims=True), 1e-30).astype(np.float32)
    return array / length


def _basis(towards: Floats) -> tuple[Floats, Floats]:
    side = _unit(np.cross(towards, [0, 0, 1] if abs(towards[2]) < 0.99 else [0, 1, 0]))
    return side, np.cross(side, towards).astype(np.float32)


def _sphere(count: int) -> Floats:
    i = np.arange(count) + 0.5
    z = 1 - 2 * i / count
    turn = np.pi * (1 + 5**0.5) * i
    flat = np.sqrt(1 - z * z)
    return np.stack([flat * np.cos(turn), flat * np.sin(turn), z], axis=1).astype(np.float32)


def _depth_map(points: Floats, faces: Faces, towards: Floats, size: int) -> tuple[Floats, Floats, Floats, float]:
    side, up = _basis(-towards)
    scale = size / 2.04
    depth = np.full((size, size), np.inf, np.float32)
    which = np.full((size, size), -1, np.int32)
    half = np.float32(size / 2)
    _raster(points @ side * np.float32(scale) + half, points @ up * np.float32(scale) + half,
            -(points @ towards), faces, depth, which)  # fmt: skip
    return depth, side, up, scale


def _occlusion(points: Floats, faces: Faces, spots: Floats, normals: Floats, directions: int) -> Floats:
    seen = np.zeros(len(spots), np.float32)
    weights = np.full(len(spots), 1e-6, np.float32)
    for towards in _sphere(directions):
        depth, side, up, scale = _depth_map(points, faces, towards, MAP)
        facing = normals @ towards
        index = np.flatnonzero(facing > 0.02)
        moved = spots[index] + normals[index] * np.float32(1.5 / MAP)
        x = (moved @ side * scale + MAP / 2).astype(np.int32).clip(0, MAP - 1)
        y = (moved @ up * scale + MAP / 2).astype(np.int32).clip(0, MAP - 1)
        visible = (-(moved @ towards) - depth[y, x]) < 2.5 / MAP
        weights[index] += facing[index]
        seen[index] += facing[index] * visible
    return seen / weights


def _lit(points: Floats, faces: Faces, spots: Floats, normals: Floats, towards: Floats) -> Floats:
    depth, side, up, scale = _depth_map(points, faces, towards, LIGHT_MAP)
    moved = spots + normals * np.float32(2 / LIGHT_MAP)
    fx, fy = moved @ side * scale + LIGHT_MAP / 2 - 0.5, moved @ up * scale + LIGHT_MAP / 2 - 0.5
    x, y = np.floor(fx).astype(np.int32), np.floor(fy).astype(np.int32)
    ax, ay, deep = fx - x, fy - y, -(moved @ towards)
    result = np.zeros(len(spots), np.float32)
    for dx in (0, 1):
        for dy in (0, 1):
            near = depth[(y + dy).clip(0, LIGHT_MAP - 1), (x + dx).clip(0, LIGHT_MAP - 1)]
            weight = (ax if dx else 1 - ax) * (ay if dy else 1 - ay)
            result += (deep - near < 3 / LIGHT_MAP) * weight
    return result


def render(points: Points, faces: Faces, size: int = LARGE) -> Image.Image:
    """An RGBA picture, `size` px square, the part orange on nothing but its own soft shadow."""
    centred = points - (points.max(axis=0) + points.min(axis=0)) / 2
    shape = (centred / max(float(np.sqrt((centred**2).sum(axis=1).max())), 1e-30)).astype(np.float32)
    faces = np.ascontiguousarray(faces, np.int64)
    reach = np.ptp(shape[faces], axis=1).max(axis=1).sum()
    many = len(faces) > 400_000 or reach > 10_000
    azimuth, elevation = np.radians(-35.0), np.radians(30.0)
    flat = np.cos(elevation)
    view = _unit([flat * np.sin(-azimuth), flat * np.cos(azimuth), -np.sin(elevation)])
    side, up = _basis(view)
    along, above = shape @ side, shape @ up
    cx, cy = (along.max() + along.min()) / 2, (above.max() + above.min()) / 2
    half = max(float(np.ptp(along)), float(np.ptp(above))) * 0.5 * 1.12
    big = size * 2
    scale = np.float32(big / (2 * half))
    depth = np.full((big, big), np.inf, np.float32)
    which = np.full((big, big), -1, np.int32)
    middle = np.float32(big / 2)
    _raster((along - cx) * scale + middle, (cy - above) * scale + middle, shape @ view, faces, depth, which)
    corners = shape[faces]
    face_normals = _unit(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]))
    # Occlusion and shadow are smooth: one sample a final pixel; the edges come from the large raster.
    rows, columns = np.nonzero(which[::2, ::2] >= 0)
    light = np.zeros((size, size), np.float32)
    shade = np.ones((size, size), np.float32)
    key = _unit(-view * 0.9 + up * 0.9 - side * 0.7)
    if len(rows):
        normals = face_normals[which[::2, ::2][rows, columns]]
        normals = np.where((normals @ view > 0)[:, None], -normals, normals)
        flat_x = ((columns * 2 + 0.5) - big / 2) / scale + cx
        flat_y = (big / 2 - (rows * 2 + 0.5)) / scale + cy
        spots = flat_x[:, None] * side + flat_y[:, None] * up + depth[::2, ::2][rows, columns][:, None] * view
        spots = spots.astype(np.float32)
        shade[rows, columns] = _occlusion(shape, faces, spots, normals, 12 if many else DIRECTIONS)
        light[rows, columns] = _lit(shape, faces, spots, normals, key)
    picture = _colour(which, face_normals, shade, light, view, side, up, key)
    part = Image.fromarray(picture, "RGBa").convert("RGBA")
    ground = _ground(shape, faces, (view, side, up), (float(cx), float(cy), half), size)
    return Image.alpha_composite(ground, part)


def _colour(which: NDArray[np.int32], face_normals: Floats, shade: Floats, light: Floats, view: Floats,
            side: Floats, up: Floats, key: Floats) -> NDArray[np.uint8]:  # fmt: skip
    """Premultiplied RGBA of the part, from the raster of twice the size."""
    big = len(which)
    size = big // 2
    rows, columns = np.nonzero(which >= 0)
    normals = face_normals[which[rows, columns]]
    normals = np.where((normals @ view > 0)[:, None], -normals, normals)
    occluded = shade[rows // 2, columns // 2]
    lit = light[rows // 2, columns // 2]
    fill = _unit(-view * 0.6 + side + up * 0.1)
    sky = 0.5 + 0.5 * normals[:, 2]
    strength = 0.44 * sky * occluded + 0.26 * occluded + 0.58 * np.clip(normals @ key, 0, 1) * lit
    strength += 0.20 * np.clip(normals @ fill, 0, 1) * occluded
    gloss = np.clip(normals @ _unit(key - view), 0, 1) ** 40 * lit
    colour = COLOUR * strength[:, None] + 0.12 * gloss[:, None]
    full = np.zeros((big, big, 4), np.float32)
    full[rows, columns, :3] = np.clip(colour, 0, 1)
    full[rows, columns, 3] = 1
    small = (full[::2, ::2] + full[1::2, ::2] + full[::2, 1::2] + full[1::2, 1::2]) / 4
    result: NDArray[np.uint8] = (small.reshape(size, size, 4) * 255 + 0.5).astype(np.uint8)
    return result


def _ground(shape: Floats, faces: Faces, axes: tuple[Floats, Floats, Floats], frame: tuple[float, float, float],
            size: int) -> Image.Image:  # fmt: skip
    """The shadow: the part pressed flat on the bed under a high light, blurred."""
    view, side, up = axes
    small = size // 4
    floor = shape[:, 2].min()
    lean = (shape[:, 2] - floor) * np.float32(0.22)
    flat = np.stack([shape[:, 0] + lean, shape[:, 1] + lean, np.full(len(shape), floor, np.float32)], axis=1)
    scale = np.float32(small / (2 * frame[2]))
    depth = np.full((small, small), np.inf, np.float32)
    which = np.full((small, small), -1, np.int32)
    half = np.float32(small / 2)
    x = ((flat @ side) - np.float32(frame[0])) * scale + half
    y = (np.float32(frame[1]) - (flat @ up)) * scale + half
    _raster(x, y, flat @ view, faces, depth, which)
    mask = Image.fromarray(((which >= 0) * 105).astype(np.uint8)).filter(ImageFilter.GaussianBlur(small * 0.018))
    shadow = Image.new("RGBA", (size, size), (12, 14, 18, 0))
    shadow.putalpha(mask.resize((size, size), Image.Resampling.BICUBIC))
    return shadow


def save(picture: Image.Image, folder: Path) -> None:
    """Write preview-1024.webp and preview-256.webp, without metadata."""
    picture.save(folder / "preview-1024.webp", quality=86, method=2)
    picture.resize((SMALL, SMALL), Image.Resampling.LANCZOS).save(folder / "preview-256.webp", quality=84, method=4)
