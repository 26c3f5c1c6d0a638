"""Pictures of labs, machines and parts: decoded, made small, written anew under a random name."""

import secrets
from typing import IO

from django.core.files.base import ContentFile

from designs.actions.add_photo import written_anew


def picture_from(file: IO[bytes], size: int) -> "ContentFile[bytes]":
    """A WebP of at most 2,048 px a side, without where it was taken. `size` in bytes. Raises RefusedError."""
    content, _width, _height = written_anew(file, size)
    return ContentFile(content, name=f"{secrets.token_hex(12)}.webp")
