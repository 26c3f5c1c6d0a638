"""Photos lose where they were taken; everything else keeps its bytes."""

import hashlib

from PIL import ExifTags, Image

from designs import photos


def _photo(path, **options):
    Image.effect_noise((64, 48), 60).convert("RGB").save(path, **options)
    return path


def test_a_photo_loses_its_place_and_keeps_its_orientation(tmp_path):
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    exif[ExifTags.Base.Make] = "Camera"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (45.0, 11.0, 0.0)
    photo = _photo(tmp_path / "a.jpg", exif=exif)
    assert Image.open(photo).getexif().get_ifd(ExifTags.IFD.GPSInfo)
    before = Image.open(photo).tobytes()
    photos.strip_locations([photo])
    after = Image.open(photo)
    assert not after.getexif().get_ifd(ExifTags.IFD.GPSInfo)
    assert after.getexif()[ExifTags.Base.Orientation] == 6
    assert after.tobytes() == before


def test_a_photo_without_a_place_keeps_its_bytes(tmp_path):
    photo = _photo(tmp_path / "a.png")
    before = hashlib.sha256(photo.read_bytes()).hexdigest()
    photos.strip_locations([photo])
    assert hashlib.sha256(photo.read_bytes()).hexdigest() == before


def test_a_broken_photo_is_left_as_it_is(tmp_path):
    broken = tmp_path / "a.jpg"
    broken.write_bytes(b"\xff\xd8\xff\xe1nothing")
    photos.strip_locations([broken])
    assert broken.read_bytes() == b"\xff\xd8\xff\xe1nothing"
