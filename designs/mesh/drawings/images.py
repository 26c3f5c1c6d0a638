"""PNG, JPEG, WebP and GIF."""

import io
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageOps

from designs.mesh.types import Facts, Floats, RefusedError

MAX_PIXELS = 50_000_000
CANVAS = 2048
MARGIN = 0.04
INK = "#e2581c"


def save(picture: Image.Image, out: Path | None) -> None:
    """The previews of 1,024 and 256 px."""
    if out is None:
        return
    for size in (1024, 256):
        small = picture.copy()
        small.thumbnail((size, size), Image.Resampling.LANCZOS)
        small.save(out / f"preview-{size}.webp", quality=86, method=2)


def strokes(lines: Iterable[tuple[Floats, str]], low: Floats, high: Floats, width: int = 6) -> Image.Image:
    """Lines through n x 2 points (y up) in their colours, the box from `low` to `high` in the middle of a square."""
    scale = CANVAS * (1 - 2 * MARGIN) / max(float((high - low).max()), 1e-9)
    middle = (low + high) / 2
    picture = Image.new("RGBA", (CANVAS, CANVAS), (226, 88, 28, 0))
    pen = ImageDraw.Draw(picture)
    for points, color in lines:
        at = (points - middle) * np.array([scale, -scale]) + CANVAS / 2
        pen.line([tuple(point) for point in at.tolist()], fill=color, width=width, joint="curve")
    return picture


def read(data: bytes, out: Path | None) -> Facts:
    """Width and height in px, and pictures without metadata. Raises RefusedError past 50 megapixels."""
    Image.MAX_IMAGE_PIXELS = None
    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "WEBP", "GIF")) as opened:
            width, height = opened.size
            if width * height > MAX_PIXELS:
                raise RefusedError("too-many-pixels", f"more than {MAX_PIXELS // 10**6} megapixels", limit=MAX_PIXELS)
            opened.draft("RGB", (1024, 1024))
            picture = ImageOps.exif_transpose(opened).convert("RGBA")
    except RefusedError:
        raise
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise RefusedError("unreadable", "the image is damaged") from error
    clean = Image.new("RGBA", picture.size)
    clean.paste(picture)
    save(clean, out)
    return {"width": width, "height": height}
