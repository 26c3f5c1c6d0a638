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
    without = file.with_name(f"{file.name}.clean")
    if photo.format == "JPEG":
        without.write_bytes(_without_metadata(file.read_bytes(), kept.tobytes()))
    else:
        photo.info.pop("xmp", None)
        photo.save(without, format=photo.format, exif=kept, icc_profile=photo.info.get("icc_profile"), quality=95)
    without.replace(file)


def _without_metadata(jpeg: bytes, exif: bytes) -> bytes:
    """A JPEG with its APP1 segments (EXIF, XMP) replaced by `exif`; the picture's own bytes are untouched.

    Segments are marker, two bytes of length, content; after start-of-scan comes the picture (ITU T.81, B.1.1).
    """
    segment = b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif
    out = [jpeg[:2], segment]
    at = 2
    while jpeg[at : at + 1] == b"\xff" and jpeg[at + 1] != 0xDA:
        end = at + 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
        if jpeg[at + 1] != 0xE1:
            out.append(jpeg[at:end])
        at = end
    return b"".join([*out, jpeg[at:]])
