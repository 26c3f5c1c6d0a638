"""What the store of blobs promises, in a folder and in S3 alike."""

import errno
import hashlib
import os
import time
import urllib.request
from datetime import timedelta

import pytest

from storage import blobs, serving

CONTENT = b"solid cube" * 1000
KEY = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def file(tmp_path):
    def write(content):
        path = tmp_path / hashlib.sha256(content).hexdigest()
        path.write_bytes(content)
        return path

    return write


@pytest.fixture(params=["folder", pytest.param("s3", marks=pytest.mark.service("s3"))])
def store(request, settings, tmp_path):
    if request.param == "folder":
        own = {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "blobs"},
        }
    else:
        server = request.getfixturevalue("s3_server")
        own = server.storage(server.empty_bucket())
    settings.STORAGES = {**settings.STORAGES, "blobs": own}
    return request.param


def test_content_is_found_by_its_sha256(store, file):
    assert blobs.put(file(CONTENT)) == KEY
    assert blobs.exists(KEY)
    with blobs.open_blob(KEY) as opened:
        assert opened.read() == CONTENT


def test_putting_twice_is_harmless(store, file):
    assert blobs.put(file(CONTENT)) == blobs.put(file(CONTENT)) == KEY
    assert list(blobs.iter_keys()) == [KEY]


def test_an_empty_object_is_an_object(store, file):
    key = blobs.put(file(b""))
    with blobs.open_blob(key) as opened:
        assert opened.read() == b""


def test_all_keys_are_listed(store, file):
    assert list(blobs.iter_keys()) == []
    keys = {blobs.put(file(b"%d" % number)) for number in range(5)}
    assert set(blobs.iter_keys()) == keys


def test_what_is_deleted_is_gone_and_may_be_deleted_again(store, file):
    blobs.put(file(CONTENT))
    blobs.delete(KEY)
    blobs.delete(KEY)
    assert not blobs.exists(KEY)
    with pytest.raises(FileNotFoundError):
        blobs.open_blob(KEY)


@pytest.mark.parametrize("key", ["0" * 64, "f" * 64])
def test_what_was_never_put_is_missing(store, key):
    with pytest.raises(FileNotFoundError):
        blobs.open_blob(key)


def test_a_full_disk_leaves_nothing(store, file, tmp_path, monkeypatch):
    if store != "folder":
        pytest.skip("S3 shows an object only once it is whole")

    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    content = file(CONTENT)
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        blobs.put(content)
    assert not blobs.exists(KEY)
    assert [path for path in (tmp_path / "blobs").rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    ("start", "stop"), [(0, None), (0, 1), (5, 9), (9990, None), (0, 10_000), (4, 4), (len(CONTENT), None)]
)
def test_any_part_of_an_object_is_streamed(store, file, start, stop):
    if start == len(CONTENT) and store == "s3":
        pytest.skip("S3 answers 416 there; nobody asks")
    blobs.put(file(CONTENT))
    assert b"".join(serving.stream(KEY, start, stop)) == CONTENT[start:stop]


def test_what_is_missing_is_told_before_the_first_byte(store):
    with pytest.raises(FileNotFoundError):
        serving.stream("0" * 64)


def test_a_large_object_is_streamed_without_a_copy_on_disk(store, file, tmp_path, monkeypatch):
    content = os.urandom(9 << 20)
    key = blobs.put(file(content))
    monkeypatch.setattr("tempfile.SpooledTemporaryFile", None)
    pieces = list(serving.stream(key))
    assert (len(pieces) > 5, b"".join(pieces) == content) == (True, True)


def test_a_signed_address_of_s3_gives_the_object_under_its_name_and_a_folder_has_none(store, file):
    blobs.put(file(CONTENT))
    url = serving.signed_url(KEY, disposition='attachment; filename="a.stl"', content_type="application/octet-stream")
    if store == "folder":
        assert url == ""
        assert serving.nginx_path(KEY, "/stored") == f"/stored/{KEY[:2]}/{KEY[2:4]}/{KEY}"
        return
    assert serving.nginx_path(KEY, "/stored") == ""
    with urllib.request.urlopen(url) as answer:
        assert answer.read() == CONTENT
        assert answer.headers["Content-Disposition"] == 'attachment; filename="a.stl"'


def test_content_that_is_kept_once_more_is_dated_anew(file, monkeypatch):
    monkeypatch.setattr(blobs, "FRESH", timedelta(0))
    key = blobs.key(blobs.put(file(CONTENT)))
    before = blobs.modified(key)
    time.sleep(1.1)
    blobs.put(file(CONTENT))
    assert blobs.modified(key) > before
    assert blobs.open_blob(KEY).read() == CONTENT
