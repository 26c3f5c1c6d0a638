"""Pictures of people and organisations: decoded, cut square, and written anew."""

import io
import secrets
from typing import IO

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

SIDE = 512
MAX_BYTES = 8 << 20
MAX_PIXELS = 40_000_000
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")


def avatar_from(file: IO[bytes], size: int) -> "ContentFile[bytes]":
    """A WebP of 512 px without metadata, under a random name. `size` in bytes. Raises ValidationError."""
    if size > MAX_BYTES:
        raise ValidationError(_("This picture is too heavy: 8 MB at most."))
    try:
        with Image.open(file, formats=FORMATS) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise ValidationError(_("This picture is too large: 40 megapixels at most."))
            picture.draft("RGB", (SIDE, SIDE))
            square = ImageOps.fit(ImageOps.exif_transpose(picture).convert("RGBA"), (SIDE, SIDE))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValidationError(_("This is no picture that we can read: JPEG, PNG, WebP or GIF.")) from error
    clean = Image.new("RGBA", square.size)
    clean.paste(square)
    out = io.BytesIO()
    clean.save(out, "WEBP", quality=85)
    return ContentFile(out.getvalue(), name=f"{secrets.token_hex(12)}.webp")
