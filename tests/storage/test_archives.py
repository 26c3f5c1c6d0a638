"""A ZIP is unpacked whole and safe, or not at all."""

import io
import time
import zipfile

import pytest

from storage.archives import ArchiveRefusedError, unpack_zip

LIMITS = {"max_entries": 1000, "max_bytes": 64 << 20}


def _zip(entries):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in entries:
            opened.writestr(name, content)
    out.seek(0)
    return out


def test_files_and_folders_come_out_with_their_bytes(tmp_path):
    archive = _zip([("a/b é.stl", b"1"), ("c.txt", b"22"), ("__MACOSX/._c.txt", b"junk"), ("x/.DS_Store", b"junk")])
    found = unpack_zip(archive, tmp_path / "out", **LIMITS)
    assert {f.path: (f.file.read_bytes(), f.size) for f in found} == {"a/b é.stl": (b"1", 1), "c.txt": (b"22", 2)}


def test_an_archive_within_is_left_packed(tmp_path):
    inner = _zip([("x", b"x")]).getvalue()
    found = unpack_zip(_zip([("inner.zip", inner)]), tmp_path / "out", **LIMITS)
    assert [f.file.read_bytes() for f in found] == [inner]


def _link():
    info = zipfile.ZipInfo("link")
    info.external_attr = 0o120777 << 16
    return info


@pytest.mark.parametrize(
    "entries",
    [
        [("../x", b"")],
        [("ok.stl", b"1"), ("/etc/x", b"")],
        [("a\\..\\b", b"")],
        [(".git/hooks/x", b"")],
        [("a.stl", b""), ("A.stl", b"")],
        [(_link(), b"/etc/passwd")],
        [("zeros", b"\0" * (40 << 20))],
        [("zeros", b"\0" * (65 << 20))],
    ],
)
def test_a_harmful_archive_is_refused_and_leaves_nothing(tmp_path, entries):
    with pytest.raises(ArchiveRefusedError):
        unpack_zip(_zip(entries), tmp_path / "out", **LIMITS)
    assert not (tmp_path / "out").exists()


def test_a_hundred_thousand_entries_are_refused_at_once(tmp_path):
    archive = _zip([(f"f/{n}", b"") for n in range(100_000)])
    began = time.process_time()
    with pytest.raises(ArchiveRefusedError, match="100000 files"):
        unpack_zip(archive, tmp_path / "out", **LIMITS)
    assert time.process_time() - began < 10


@pytest.mark.parametrize("name", ["zip_lying_size.zip", "zip_path_traversal.zip"])
def test_hostile_archives_are_refused(shared, tmp_path, name):
    with pytest.raises(ArchiveRefusedError):
        unpack_zip(shared / "hostile" / name, tmp_path / "out", **LIMITS)
    assert not (tmp_path / "out").exists()


def test_a_nested_bomb_stays_packed(shared, tmp_path):
    found = unpack_zip(shared / "hostile" / "zip_nested_bomb.zip", tmp_path / "out", **LIMITS)
    assert all(f.path.endswith(".zip") and f.size < 1 << 20 for f in found)


def test_what_is_no_zip_is_refused_with_a_sentence(tmp_path):
    with pytest.raises(ArchiveRefusedError, match="cannot be read"):
        unpack_zip(io.BytesIO(b"PK\x03\x04 nonsense"), tmp_path / "out", **LIMITS)
