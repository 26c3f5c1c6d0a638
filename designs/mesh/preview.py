"""The picture of a part: soft light from depth maps, smooth curves, crisp edges, a shadow on a transparent ground."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numba import njit
from PIL import Image, ImageFilter

from designs.mesh import camera, light, raster
from designs.mesh.camera import Camera, unit
from designs.mesh.raster import Single, Whole
from designs.mesh.types import Corners, Faces, Floats, Points

LARGE, SMALL = 1024, 256
# Linear light. The colour is the orange of the brand (static/css/tokens.css, --accent) where it is lit.
FRONT = np.array([0.80, 0.165, 0.035], np.float32)
BACK = np.array([0.20, 0.085, 0.060], np.float32)
SHADOW = (10, 12, 16)
SHADOW_MOST = 0.62
SAMPLES = np.array([[0.06, -0.19], [-0.31, 0.06], [0.19, 0.31], [-0.06, -0.44], [0.44, -0.06], [-0.19, 0.44],
                    [-0.44, -0.31], [0.31, -0.31]])  # fmt: skip
MAX_SECONDS = 1.5
FEW_LIGHT = 150_000


@dataclass(frozen=True)
class Scene:
    """A part in the unit sphere: points n x 3, faces m x 3, face normals m x 3, corner normals m x 3 x 3."""

    points: Single
    faces: Corners
    normals: Single
    smooth: Single


def scene(points: Points, faces: Faces | Corners, size: int = LARGE) -> Scene:
    """Centre and scale a part; where its faces would take too long to draw, only every k-th is kept."""
    corners = np.ascontiguousarray(faces, np.int32)
    used = points[corners.ravel()]
    middle = (used.max(axis=0) + used.min(axis=0)) / 2
    radius = max(float(np.sqrt(((used - middle) ** 2).sum(axis=1).max())), 1e-300)
    shape = np.ascontiguousarray((np.clip((points - middle) / radius, -1.0, 1.0)), np.float32)
    excess = light.cost(shape, corners, size) / MAX_SECONDS
    if excess > 1:
        corners = np.ascontiguousarray(corners[:: int(np.ceil(excess))])
    a, b, c = (shape[corners[:, i]] for i in range(3))
    cross = np.cross((b - a).astype(np.float64), (c - a).astype(np.float64))
    length = np.linalg.norm(cross, axis=1)
    normals = np.ascontiguousarray(cross / np.maximum(length, 1e-300)[:, None], np.float32)
    areas = np.ascontiguousarray(length / max(float(length.max()), 1e-300), np.float32)
    smooth = raster.corner_normals(corners, normals, areas, len(shape), float(np.cos(np.radians(raster.ROUND_DEGREES))))
    return Scene(shape, corners, normals, smooth)


def _outward(part: Scene) -> Scene:
    """The same part with its faces turned if most of what can be seen from around it are their backs."""
    balance = 0
    for azimuth in camera.AZIMUTHS:
        for elevation in (35.0, -35.0):
            eye = camera.at(part.points, azimuth, elevation)
            depth, which = _buffers(camera.SAMPLE)
            raster.fill(*eye.project(part.points, camera.SAMPLE), part.faces, depth, which)
            facing = part.normals[which[which >= 0]] @ eye.axes[2]
            balance += int((facing < 0).sum()) - int((facing > 0).sum())
    if balance >= 0:
        return part
    turned = np.ascontiguousarray(part.faces[:, ::-1])
    return Scene(part.points, turned, -part.normals, np.ascontiguousarray(-part.smooth[:, ::-1]))


def _buffers(size: int) -> tuple[Single, Whole]:
    return np.full((size, size), np.inf, np.float32), np.full((size, size), -1, np.int32)


def render(
    points: Points, faces: Faces | Corners, size: int = LARGE, simple: tuple[Points, Faces | Corners] | None = None
) -> Image.Image:
    """An RGBA picture, `size` px square, of the part on nothing but its own soft shadow.

    `points` n x 3 in any unit, `faces` m x 3. `simple` is the same part with fewer faces, which may throw the shadows.
    The same input gives the same picture.
    """
    part = _outward(scene(points, faces, size))
    caster = part
    if simple is not None and len(simple[1]) < len(part.faces):
        caster = _beside(part, points, simple)
    eye = camera.choose(caster.points, caster.faces, caster.normals)
    eye = camera.at(part.points, eye.azimuth, eye.elevation)
    lamp = _key(eye)
    shade = _shade(part, caster, eye, lamp, size)
    picture = _draw(part, eye, lamp, shade, size)
    drawn = Image.fromarray(picture, "RGBa").convert("RGBA")
    if eye.elevation < 0:
        return drawn
    return Image.alpha_composite(_ground(caster, eye, lamp, size), drawn)


def _beside(part: Scene, points: Points, simple: tuple[Points, Faces | Corners]) -> Scene:
    """The simpler part in the same place and size."""
    low, high = points.min(axis=0), points.max(axis=0)
    step = float(np.ptp(part.points, axis=0).max()) / max(float((high - low).max()), 1e-300)
    shape = (simple[0] - (low + high) / 2) * step + (part.points.max(axis=0) + part.points.min(axis=0)) / 2
    fewer = np.ascontiguousarray(simple[1], np.int32)
    a, b, c = (shape[fewer[:, i]] for i in range(3))
    normals = unit(np.cross(b - a, c - a).astype(np.float32))
    return Scene(np.ascontiguousarray(shape, np.float32), fewer, normals, np.zeros((0, 3, 3), np.float32))


def _key(eye: Camera) -> Single:
    """Towards the lamp: above the left shoulder of who looks, as high as lets the shadow stay beside the part."""
    side, up, view = eye.axes
    if eye.elevation < 0:
        return unit(-view * 0.9 + up * 0.9 - side * 0.7)
    away = unit(np.array([-view[0], -view[1], 0], np.float32))
    return unit(away * 0.50 - side * 0.42 + np.array([0, 0, 1.0], np.float32))


def _sky(count: int, eye: Camera) -> tuple[Single, Single]:
    """Directions and how bright each is: the sky above, the ground's reflection below."""
    directions = light.sphere(count)
    height = directions[:, 2] if eye.elevation >= 0 else directions @ eye.axes[1]
    return directions, (0.42 + 0.58 * np.clip(height * 1.4 + 0.35, 0, 1)).astype(np.float32)


def _shade(part: Scene, caster: Scene, eye: Camera, lamp: Single, size: int) -> Single:
    """size x size x 2: the share of sky and of lamp that reaches each pixel."""
    x, y, z = eye.project(part.points, size)
    depth, which = _buffers(size)
    raster.fill(x, y, z, part.faces, depth, which)
    if (which >= 0).sum() < 0.01 * size * size:
        raster.strokes(x, y, z, part.faces, depth, which)
    rows, columns = (index.astype(np.int32) for index in np.nonzero(which >= 0))
    shade = np.ones((size, size, 2), np.float32)
    if not len(rows):
        return shade
    flat = part.normals[which[rows, columns]]
    flat[flat @ eye.axes[2] > 0] *= -1
    scale = 2 * eye.half / size
    spots = np.asarray(
        ((columns + 0.5 - size / 2) * scale + eye.centre[0])[:, None] * eye.axes[0]
        + ((size / 2 - rows - 0.5) * scale + eye.centre[1])[:, None] * eye.axes[1]
        + depth[rows, columns][:, None] * eye.axes[2], np.float32,
    )  # fmt: skip
    directions, bright = _sky(light.rays(caster.points, caster.faces), eye)
    cone = light.lamp(lamp)
    shade[rows, columns, 0] = light.reaching(caster.points, caster.faces, spots, flat, directions, bright)
    shade[rows, columns, 1] = light.reaching(
        caster.points, caster.faces, spots, flat, cone, np.ones(len(cone), np.float32)
    )
    normals = np.zeros((size, size, 3), np.float32)
    smooth = raster.surface_at(rows, columns, which, x, y, part.faces, part.smooth)
    smooth[smooth @ eye.axes[2] > 0] *= -1
    normals[rows, columns] = smooth
    return raster.soften(shade, normals, depth, max(2, size // 200), 3 * scale)


@njit(cache=True)
def _paint(
    rows: Whole, columns: Whole, smooth: Single, shade: Single, lamp: Single, fill: Single, view: Single, up: Single,
    front: Single, back: Single, total: Single,
) -> None:  # fmt: skip
    """Add the light of these pixels, display-coded and premultiplied, to `total` (size x size x 4)."""
    half = np.empty(3, np.float32)
    for axis in range(3):
        half[axis] = lamp[axis] - view[axis]
    half /= np.sqrt((half * half).sum())
    for i in range(len(rows)):
        row, column = rows[i], columns[i]
        n0, n1, n2 = smooth[i, 0], smooth[i, 1], smooth[i, 2]
        across = n0 * view[0] + n1 * view[1] + n2 * view[2]
        turned = across > 0
        if turned:
            n0, n1, n2, across = -n0, -n1, -n2, -across
        open_sky, open_lamp = shade[row, column, 0], shade[row, column, 1]
        high = np.float32(0.5) + np.float32(0.5) * (n0 * up[0] + n1 * up[1] + n2 * up[2])
        key = max(n0 * lamp[0] + n1 * lamp[1] + n2 * lamp[2], np.float32(0)) * open_lamp
        soft = max(n0 * fill[0] + n1 * fill[1] + n2 * fill[2], np.float32(0)) * open_sky
        shine = max(n0 * half[0] + n1 * half[1] + n2 * half[2], np.float32(0)) ** 36 * open_lamp
        rim = (np.float32(1) + across) ** 4 * open_sky
        for channel in range(3):
            colour = back[channel] if turned else front[channel]
            # Light between near walls takes their colour (Jimenez et al. 2016, multi-bounce ambient occlusion).
            a = np.float32(2.0404) * colour - np.float32(0.3324)
            b = np.float32(-4.7951) * colour + np.float32(0.6417)
            c = np.float32(2.7552) * colour + np.float32(0.6903)
            bounced = max(open_sky, ((open_sky * a + b) * open_sky + c) * open_sky)
            value = colour * ((np.float32(0.20) + np.float32(0.36) * high) * bounced + np.float32(0.78) * key)
            value += colour * np.float32(0.16) * soft + np.float32(0.045) * shine + np.float32(0.035) * rim
            value = value / (np.float32(1) + np.float32(0.12) * value)
            value = min(max(value, np.float32(0)), np.float32(1))
            if value <= np.float32(0.0031308):
                value *= np.float32(12.92)
            else:
                value = np.float32(1.055) * value ** np.float32(1 / 2.4) - np.float32(0.055)
            total[row, column, channel] += value
        total[row, column, 3] += np.float32(1)


def _draw(part: Scene, eye: Camera, lamp: Single, shade: Single, size: int) -> Single:
    """Premultiplied RGBA: several samples a pixel, each with the light of the pixel."""
    samples = SAMPLES[:4] if len(part.faces) > 400_000 else SAMPLES
    total = np.zeros((size, size, 4), np.float32)
    side, up, view = eye.axes
    fill = unit(-view * 0.6 + side * 0.9 + up * 0.1)
    above = np.array([0, 0, 1], np.float32) if eye.elevation >= 0 else up
    for dx, dy in samples:
        x, y, z = eye.project(part.points, size, (float(dx), float(dy)))
        depth, which = _buffers(size)
        raster.fill(x, y, z, part.faces, depth, which)
        if (which >= 0).sum() < 0.01 * size * size:
            raster.strokes(x, y, z, part.faces, depth, which)
        rows, columns = (index.astype(np.int32) for index in np.nonzero(which >= 0))
        smooth = raster.surface_at(rows, columns, which, x, y, part.faces, part.smooth)
        flat = part.normals[which[rows, columns]] @ view
        # A smooth normal never turns a face over that the eye sees from its own side.
        wrong = (smooth @ view) * flat < 0
        smooth[wrong] = part.normals[which[rows, columns][wrong]]
        _paint(rows, columns, smooth, shade, lamp, fill, view, above, FRONT, BACK, total)
    return np.asarray((total / len(samples) * 255 + 0.5).clip(0, 255), np.uint8)


def _ground(caster: Scene, eye: Camera, lamp: Single, size: int) -> Image.Image:
    """The shadow on the bed: what the part takes of the sky and of the lamp, fading before the border of the picture."""
    small = size // 4
    floor = float(caster.points[:, 2].min())
    side, up, view = eye.axes
    scale = 2 * eye.half / small
    column, row = np.meshgrid(np.arange(small) + 0.5, np.arange(small) + 0.5)
    across, above = (column - small / 2) * scale + eye.centre[0], (small / 2 - row) * scale + eye.centre[1]
    spots = across[..., None] * side + above[..., None] * up
    spots = spots + ((floor - spots[..., 2]) / view[2])[..., None] * view
    spots = np.ascontiguousarray(spots.reshape(-1, 3), np.float32)
    normals = np.zeros_like(spots)
    normals[:, 2] = 1
    directions = light.sphere(light.rays(caster.points, caster.faces))
    directions = directions[directions[:, 2] > 0.05]
    cone = light.lamp(lamp)
    sky = light.reaching(caster.points, caster.faces, spots, normals, directions, np.ones(len(directions), np.float32))
    key = light.reaching(caster.points, caster.faces, spots, normals, cone, np.ones(len(cone), np.float32))
    dark = (0.75 * (1 - sky) + 0.45 * (1 - key)).reshape(small, small)
    edge = np.minimum(np.arange(small) + 0.5, small - 0.5 - np.arange(small)) / (small * 0.09)
    fade = np.clip(edge, 0, 1) ** 2 * (3 - 2 * np.clip(edge, 0, 1))
    alpha = SHADOW_MOST * np.tanh(1.5 * dark) * fade[:, None] * fade[None, :]
    mask = Image.fromarray((alpha * 255 + 0.5).astype(np.uint8)).filter(ImageFilter.GaussianBlur(small * 0.005))
    shadow = Image.new("RGBA", (size, size), (*SHADOW, 0))
    shadow.putalpha(mask.resize((size, size), Image.Resampling.BICUBIC))
    return shadow


def save(picture: Image.Image, folder: Path) -> None:
    """Write preview-1024.webp and preview-256.webp, without metadata."""
    picture.save(folder / "preview-1024.webp", quality=88, method=2)
    small = picture.resize((SMALL, SMALL), Image.Resampling.LANCZOS)
    small.save(folder / "preview-256.webp", quality=86, method=4)


def warm() -> None:
    """Compile or load every kernel of the pictures."""
    raster.warm()
    points: Floats = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], np.float64)
    render(points, np.array([[0, 2, 1], [0, 1, 3], [1, 2, 3], [0, 3, 2]], np.int32), 32)
