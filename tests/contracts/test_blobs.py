"""What the store of blobs promises, in a folder and in S3 alike."""

import errno
import hashlib
import os

import pytest

from storage import blobs

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
