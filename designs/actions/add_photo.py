"""Photos in discussions: decoded, made small, written anew without where they were taken."""

import io
import secrets
from datetime import timedelta
from typing import IO

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from accounts.models import User
from designs.actions.errors import RefusedError
from designs.models import Photo, Project

SIDE = 2048
MAX_BYTES = 20 << 20
MAX_PIXELS = 60_000_000
MOST = 20
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
UNSAVED = timedelta(days=1)


def add_photo(project: Project, *, by: User, file: IO[bytes], size: int, title: str = "") -> Photo:
    """Keep a picture as WebP of at most 2,048 px a side. `size` in bytes. Raises RefusedError with a sentence."""
    content, width, height = written_anew(file, size)
    photo = Photo(project=project, author=by, title=_tidy(title), width=width, height=height)
    photo.name = f"{secrets.token_hex(12)}.webp"
    photo.file.save(f"{photo.name[:2]}/{photo.name}", ContentFile(content), save=False)
    try:
        photo.save()
    except BaseException:
        photo.file.delete(save=False)
        raise
    return photo


def markdown(photo: Photo) -> str:
    """The picture as a text shows it."""
    return f"![{photo.title}]({photo.get_absolute_url()})"


def _tidy(title: str) -> str:
    return "".join(one for one in title if one.isalnum() or one in " ._-")[:100].strip()


def written_anew(file: IO[bytes], size: int) -> tuple[bytes, int, int]:
    """A WebP without metadata, its width and height in px. `size` in bytes. Raises RefusedError with a sentence."""
    if size > MAX_BYTES:
        raise RefusedError(_("This picture is too heavy: 20 MB at most."), "too-large")
    try:
        with Image.open(file, formats=FORMATS) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise RefusedError(_("This picture is too large: 60 megapixels at most."), "too-large")
            picture.draft("RGB", (SIDE, SIDE))
            upright = ImageOps.exif_transpose(picture)
            clean = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
            clean.thumbnail((SIDE, SIDE))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise RefusedError(_("This is no picture that we can read: JPEG, PNG, WebP or GIF."), "invalid") from error
    bare = Image.new(clean.mode, clean.size)
    bare.paste(clean)
    out = io.BytesIO()
    bare.save(out, "WEBP", quality=82)
    return out.getvalue(), bare.width, bare.height


def sweep_photos() -> int:
    """Remove the files of photos whose project is gone. Returns how many."""
    if not default_storage.exists("photos"):
        return 0
    gone = 0
    for folder in default_storage.listdir("photos")[0]:
        names = [name for name in default_storage.listdir(f"photos/{folder}")[1] if name.endswith(".webp")]
        known = set(Photo.objects.filter(name__in=names).values_list("name", flat=True))
        for name in set(names) - known:
            path = f"photos/{folder}/{name}"
            if default_storage.get_modified_time(path) < timezone.now() - UNSAVED:
                default_storage.delete(path)
                gone += 1
    return gone
