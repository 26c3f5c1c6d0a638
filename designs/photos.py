"""Photos lose where they were taken before they become history."""

from collections.abc import Iterable
from pathlib import Path

from PIL import ExifTags, Image, UnidentifiedImageError

PHOTOS = {".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff"}
MAX_PIXELS = 120_000_000


def is_photo(path: str) -> bool:
    """Whether a file of this name may carry a place in its EXIF data."""
    return Path(path).suffix.lower() in PHOTOS


def strip_locations(files: Iterable[Path]) -> None:
    """Rewrite each photo that carries GPS data without any EXIF but its orientation; leave the others' bytes."""
    for file in files:
        try:
            with Image.open(file) as photo:
                if photo.width * photo.height <= MAX_PIXELS and _has_place(photo):
                    _rewrite(photo, file)
        except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
            continue


def _has_place(photo: Image.Image) -> bool:
    packet = photo.info.get("xmp", b"")
    text = packet if isinstance(packet, bytes) else str(packet).encode()
    return bool(photo.getexif().get_ifd(ExifTags.IFD.GPSInfo)) or b"GPSL" in text


def _rewrite(photo: Image.Image, file: Path) -> None:
    kept = Image.Exif()
    if orientation := photo.getexif().get(ExifTags.Base.Orientation):
        kept[ExifTags.Base.Orientation] = orientation
    kind = photo.format
    options: dict[str, object] = {"exif": kept, "icc_profile": photo.info.get("icc_profile")}
    if kind == "JPEG":
        options |= {"quality": "keep", "subsampling": "keep"}
    elif kind == "WEBP":
        options["quality"] = 95
    photo.info.pop("xmp", None)
    without = file.with_name(f"{file.name}.clean")
    photo.save(without, format=kind, **options)
    without.replace(file)
