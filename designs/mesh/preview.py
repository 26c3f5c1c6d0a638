"""The picture of a part: soft light from depth maps, smooth curves, crisp edges, a shadow on a transparent ground."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numba import njit
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from designs.mesh import camera, light, raster, simplify
from designs.mesh.camera import Camera, unit
from designs.mesh.raster import Single, Whole
from designs.mesh.types import Corners, Faces, Floats, Points

LARGE, SMALL = 1024, 256
# Linear light. The colour is the orange of the brand (static/css/tokens.css, --accent) where it is lit.
FRONT = np.array([0.78, 0.155, 0.030], np.float32)
BACK = np.array([0.20, 0.085, 0.060], np.float32)
SHADOW = (10, 12, 16)
SHADOW_MOST = 0.62
SAMPLES = np.array([[-0.42, -0.08], [-0.25, 0.42], [-0.08, -0.42], [0.08, 0.08], [0.25, -0.25], [0.42, 0.25]])
MAX_SECONDS = 0.04  # of one of the seven passes


@dataclass(frozen=True)
class Scene:
    """A part in the unit sphere: points n x 3, faces m x 3, face normals m x 3, corner normals m x 3 x 3.

    `middle` and `radius` are what was taken from the points of the file.
    """

    points: Single
    faces: Corners
    normals: Single
    smooth: Single
    middle: Floats
    radius: float


@dataclass(frozen=True)
class Shade:
    """The shares of sky and lamp (h x h x 2) at half the size of a picture; the normals and depths they hold for."""

    values: Single
    normals: Single
    depth: Single
    step: float


def scene(points: Points, faces: Faces | Corners, size: int = LARGE) -> Scene:
    """Centre and scale a part; where its faces overlap so much that drawing takes too long, every k-th is kept."""
    corners = np.ascontiguousarray(faces, np.int32)
    used, corners = simplify.own(corners, len(points))
    points = points[used]
    low, high = points.min(axis=0), points.max(axis=0)
    middle = (low + high) / 2
    radius = max(float(np.linalg.norm((high - low) / 2)), 1e-300)
    shape = np.ascontiguousarray((np.clip((points - middle) / radius, -1.0, 1.0)), np.float32)
    excess = light.cost(shape, corners, max(size, light.MAP), each=0) / MAX_SECONDS
    if excess > 1:
        used, corners = simplify.own(np.ascontiguousarray(corners[:: int(np.ceil(excess))]), len(shape))
        shape = shape[used]
    normals, areas, _ = raster.face_normals(shape, corners)
    smooth = raster.corner_normals(corners, normals, areas, len(shape), float(np.cos(np.radians(raster.ROUND_DEGREES))))
    return Scene(shape, corners, normals, smooth, middle, radius)


def _inside_out(part: Scene) -> bool:
    """Whether most of what can be seen from around the part are the backs of its faces."""
    balance = 0
    for azimuth in camera.AZIMUTHS:
        for elevation in (35.0, -35.0):
            eye = camera.at(part.points, azimuth, elevation)
            depth, which = _buffers(camera.SAMPLE)
            x, y, z = eye.project(part.points, camera.SAMPLE)
            raster.fill(x, y, z, part.faces, depth, which)
            facing = part.normals[which[which >= 0]] @ eye.axes[2]
            balance += int((facing < 0).sum()) - int((facing > 0).sum())
    return balance < 0


def _turned(part: Scene) -> Scene:
    """The part with every face turned over."""
    faces = np.ascontiguousarray(part.faces[:, ::-1])
    return Scene(
        part.points, faces, -part.normals, np.ascontiguousarray(-part.smooth[:, ::-1]), part.middle, part.radius
    )


def _buffers(size: int) -> tuple[Single, Whole]:
    return np.full((size, size), np.inf, np.float32), np.full((size, size), -1, np.int32)


def render(
    points: Points, faces: Faces | Corners, size: int = LARGE, simple: tuple[Points, Faces | Corners] | None = None
) -> Image.Image:
    """An RGBA picture, `size` px square, of the part on nothing but its own soft shadow.

    `points` n x 3 in any unit, `faces` m x 3. `simple` is the same part with fewer faces, which may throw the shadows.
    The same input gives the same picture.
    """
    part = scene(points, faces, size)
    lighter = simple is not None and len(simple[1]) < len(part.faces)
    caster = _beside(part, simple) if lighter and simple else part
    if _inside_out(caster):
        part, caster = _turned(part), _turned(caster) if lighter else _turned(part)
    eye = camera.choose(caster.points, caster.faces, caster.normals)
    eye = camera.at(part.points, eye.azimuth, eye.elevation)
    lamp = _key(eye)
    shade, shadow = _light(part, caster, eye, lamp, size)
    drawn = Image.fromarray(_draw(part, eye, lamp, shade, size), "RGBa").convert("RGBA")
    return Image.alpha_composite(shadow, drawn) if shadow else drawn


def _beside(part: Scene, simple: tuple[Points, Faces | Corners]) -> Scene:
    """The simpler part in the same place and size."""
    fewer = np.ascontiguousarray(simple[1], np.int32)
    shape = np.ascontiguousarray((simple[0] - part.middle) / part.radius, np.float32)
    normals, _, _ = raster.face_normals(shape, fewer)
    return Scene(shape, fewer, normals, np.zeros((0, 3, 3), np.float32), part.middle, part.radius)


def _up(eye: Camera) -> Single:
    """Where the sky is: above the part, or below it when it is seen from there."""
    return np.array([0, 0, 1 if eye.elevation >= 0 else -1], np.float32)


def _key(eye: Camera) -> Single:
    """Towards the lamp: over the left shoulder of who looks, as high as lets the shadow stay beside the part."""
    side, _, view = eye.axes
    away = unit(np.array([-view[0], -view[1], 0], np.float32))
    return unit(away * 0.50 - side * 0.40 + _up(eye) * 1.1)


def _sky(count: int, eye: Camera) -> tuple[Single, Single]:
    """Directions and how bright each is: the sky above, the ground's reflection below."""
    directions = light.sphere(count)
    return directions, (0.42 + 0.58 * np.clip(directions @ _up(eye) * 1.4 + 0.35, 0, 1)).astype(np.float32)


def _light(part: Scene, caster: Scene, eye: Camera, lamp: Single, size: int) -> tuple[Shade, Image.Image | None]:
    """The light on the part, and from above its shadow on the ground."""
    half, small = max(size // 2, 1), max(size // 4, 1)
    x, y, z = eye.project(part.points, half)
    depth, which = _buffers(half)
    _fill(x, y, z, part.faces, depth, which)
    rows, columns = (index.astype(np.int32) for index in np.nonzero(which >= 0))
    flat = part.normals[which[rows, columns]]
    flat[flat @ eye.axes[2] > 0] *= -1
    scale = 2 * eye.half / half
    spots = np.asarray(
        ((columns + 0.5 - half / 2) * scale + eye.centre[0])[:, None] * eye.axes[0]
        + ((half / 2 - rows - 0.5) * scale + eye.centre[1])[:, None] * eye.axes[1]
        + depth[rows, columns][:, None] * eye.axes[2], np.float32,
    )  # fmt: skip
    if eye.elevation > 0:
        bed = _bed(float(caster.points[:, 2].min()), eye, small)
        spots = np.vstack([spots, bed])
        flat = np.vstack([flat, np.broadcast_to(np.array([0, 0, 1], np.float32), bed.shape)])
    directions, bright = _sky(light.rays(caster.points, caster.faces), eye)
    cone = light.lamp(lamp)
    sky = light.reaching(caster.points, caster.faces, spots, flat, directions, bright)
    key = light.reaching(caster.points, caster.faces, spots, flat, cone, np.ones(len(cone), np.float32))
    values = np.ones((half, half, 2), np.float32)
    values[rows, columns, 0], values[rows, columns, 1] = sky[: len(rows)], key[: len(rows)]
    normals = np.zeros((half, half, 3), np.float32)
    smooth = raster.surface_at(rows, columns, which, x, y, part.faces, part.smooth, part.normals, eye.axes[2])
    smooth[smooth @ eye.axes[2] > 0] *= -1
    normals[rows, columns] = smooth
    shade = Shade(light.soften(values, normals, depth, max(1, size // 340), 3 * scale), normals, depth, 3 * scale)
    if eye.elevation < 0:
        return shade, None
    ground = (sky[len(rows) :].reshape(small, small), key[len(rows) :].reshape(small, small))
    return shade, _shadow(*ground, size)


def _fill(x: Single, y: Single, z: Single, faces: Corners, depth: Single, which: Whole) -> None:
    raster.fill(x, y, z, faces, depth, which)
    if (which >= 0).sum() < 0.01 * which.size:
        raster.strokes(x, y, z, faces, depth, which)


def _bed(floor: float, eye: Camera, size: int) -> Single:
    """size² x 3: where the ground lies under the pixels of a picture of `size` px."""
    side, up, view = eye.axes
    scale = 2 * eye.half / size
    column, row = np.meshgrid(np.arange(size) + 0.5, np.arange(size) + 0.5)
    across, above = (column - size / 2) * scale + eye.centre[0], (size / 2 - row) * scale + eye.centre[1]
    spots = across[..., None] * side + above[..., None] * up
    spots = spots + ((floor - spots[..., 2]) / view[2])[..., None] * view
    return np.ascontiguousarray(spots.reshape(-1, 3), np.float32)


def _shadow(sky: Single, key: Single, size: int) -> Image.Image:
    """What the part takes of sky and lamp on the bed (shares, from `_bed`): soft, and gone before the picture ends."""
    small = len(sky)
    wide = _blurred(1 - sky, small * 0.030)
    dark = 0.85 * np.clip(wide - 0.08, 0, 1) * _fade(small, 0.15)
    dark += 0.40 * _blurred(1 - key, small * 0.012) * _fade(small, 0.34)
    alpha = SHADOW_MOST * np.tanh(1.5 * dark)
    mask = Image.fromarray((alpha * 255 + 0.5).astype(np.uint8))
    shadow = Image.new("RGBA", (size, size), (*SHADOW, 0))
    shadow.putalpha(mask.resize((size, size), Image.Resampling.BICUBIC))
    return shadow


def _fade(size: int, share: float) -> Single:
    """size x size: 1 within, falling smoothly to 0 over this share of the picture at its border."""
    near = np.minimum(np.arange(size) + 0.5, size - 0.5 - np.arange(size)) / (size * share)
    edge = np.clip(near, 0, 1).astype(np.float32)
    smooth = edge**2 * (3 - 2 * edge)
    return np.asarray(smooth[:, None] * smooth[None, :], np.float32)


def _blurred(values: Single, radius: float) -> Single:
    image = Image.fromarray((values * 255 + 0.5).astype(np.uint8)).filter(ImageFilter.GaussianBlur(radius))
    return np.asarray(image, np.float32) / np.float32(255)


@njit(cache=True)
def _paint(
    rows: Whole, columns: Whole, smooth: Single, shade: Single, lamp: Single, fill: Single, view: Single, up: Single,
    front: Single, back: Single, total: Single,
) -> None:  # fmt: skip
    """Add the linear light of these pixels to `total` (size x size x 4; the last channel counts samples)."""
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
        open_sky, open_lamp = shade[i, 0], shade[i, 1]
        high = np.float32(0.5) + np.float32(0.5) * (n0 * up[0] + n1 * up[1] + n2 * up[2])
        key = max(n0 * lamp[0] + n1 * lamp[1] + n2 * lamp[2], np.float32(0)) * open_lamp
        soft = max(n0 * fill[0] + n1 * fill[1] + n2 * fill[2], np.float32(0)) * open_sky
        shine = max(n0 * half[0] + n1 * half[1] + n2 * half[2], np.float32(0))
        shine *= shine
        shine *= shine
        shine *= shine
        shine = shine * shine * shine * shine * open_lamp
        rim = np.float32(1) + across
        rim = rim * rim * rim * open_sky
        for channel in range(3):
            colour = back[channel] if turned else front[channel]
            # Light between near walls takes their colour (Jimenez et al. 2016, multi-bounce ambient occlusion).
            a = np.float32(2.0404) * colour - np.float32(0.3324)
            b = np.float32(-4.7951) * colour + np.float32(0.6417)
            c = np.float32(2.7552) * colour + np.float32(0.6903)
            bounced = max(open_sky, ((open_sky * a + b) * open_sky + c) * open_sky)
            value = (np.float32(0.10) + np.float32(0.34) * high) * bounced
            value += np.float32(0.93) * key + np.float32(0.19) * soft
            total[row, column, channel] += colour * value + np.float32(0.05) * shine + np.float32(0.03) * rim
        total[row, column, 3] += np.float32(1)


def _draw(part: Scene, eye: Camera, lamp: Single, shade: Shade, size: int) -> NDArray[np.uint8]:
    """Premultiplied RGBA: several samples a pixel, each with the light of the pixel."""
    samples = SAMPLES[:4] if len(part.faces) > 400_000 else SAMPLES
    total = np.zeros((size, size, 4), np.float32)
    side, up, view = eye.axes
    fill = unit(-view * 0.6 + side * 0.9 + up * 0.1)
    for dx, dy in samples:
        x, y, z = eye.project(part.points, size, (float(dx), float(dy)))
        depth, which = _buffers(size)
        _fill(x, y, z, part.faces, depth, which)
        rows, columns = (index.astype(np.int32) for index in np.nonzero(which >= 0))
        smooth = raster.surface_at(rows, columns, which, x, y, part.faces, part.smooth, part.normals, view)
        # The light is kept for the side that is seen.
        seen = np.where((smooth @ view > 0)[:, None], -smooth, smooth)
        shares = light.lookup(
            shade.values, shade.normals, shade.depth, shade.step, rows, columns, seen, depth[rows, columns],
            np.array([dx, dy], np.float32),
        )  # fmt: skip
        _paint(rows, columns, smooth, shares, lamp, fill, view, _up(eye), FRONT, BACK, total)
    count = np.maximum(total[..., 3:], 1)
    linear = np.clip(total[..., :3] / count, 0, 1)
    coded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** np.float32(1 / 2.4) - 0.055)
    share = total[..., 3:] / np.float32(len(samples))
    return np.asarray(np.concatenate([coded * share, share], axis=2) * 255 + 0.5, np.uint8)


def save(picture: Image.Image, folder: Path) -> None:
    """Write preview-1024.webp and preview-256.webp, without metadata."""
    picture.save(folder / "preview-1024.webp", quality=88, method=2)
    small = picture.resize((SMALL, SMALL), Image.Resampling.LANCZOS)
    small.save(folder / "preview-256.webp", quality=86, method=4)


def warm() -> None:
    """Compile or load every kernel of the pictures."""
    raster.warm()
    light.warm()
    points: Floats = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], np.float64)
    render(points, np.array([[0, 2, 1], [0, 1, 3], [1, 2, 3], [0, 3, 2]], np.int32), 32)
