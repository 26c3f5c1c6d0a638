"""Files of strangers end in facts or in a sentence, whatever they are."""

import csv
import errno
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from designs.mesh import formats, landlock, sandbox
from designs.mesh.load import scad
from designs.mesh.types import Limits
from tests.conftest import SHARED

HOSTILE = SHARED / "hostile"
NAMES = sorted(p.name for p in HOSTILE.glob("*") if formats.format_of(p.name)) if HOSTILE.is_dir() else []
SENTENCES = {
    "stl_zero_bytes.stl": "empty file",
    "stl_count_zero.stl": "no triangles",
    "stl_truncated.stl": "truncated: 12 facets announced, 7 present",
    "stl_text_renamed.stl": "not an STL file",
    "stl_html_renamed.stl": "not an STL file",
    "stl_inf_huge.stl": "non-finite coordinates",
    "3mf_component_cycle.3mf": "circular components",
    "3mf_component_self.3mf": "circular components",
    "3mf_xml_entity_bomb.3mf": "DTD and entities are not allowed",
    "svg_entity_bomb.svg": "DTD and entities are not allowed",
}


@pytest.fixture(scope="module")
def warm():
    with sandbox.Warm() as process:
        yield process


@pytest.mark.parametrize("name", NAMES)
def test_a_hostile_file_ends_in_facts_or_a_sentence_within_ten_seconds(warm, tmp_path, name):
    warm.measure(HOSTILE / "stl_zero_bytes.stl", "stl")
    begun = time.monotonic()
    outcome = warm.measure(HOSTILE / name, formats.format_of(name), out=tmp_path)
    assert time.monotonic() - begun < (scad.WALL_SECONDS + 2 if name.endswith(".scad") else 10)
    assert (outcome.facts is None) != (outcome.refusal is None)
    if outcome.refusal:
        assert outcome.refusal.code not in {"crashed", "timeout", "out-of-memory"}
    if name in SENTENCES:
        assert outcome.refusal.sentence == SENTENCES[name]


@pytest.mark.parametrize("name", ["stl_good_cube.stl", "3mf_good_cube.3mf", "stl_binary_starts_with_solid.stl"])
def test_a_good_cube_is_measured_and_drawn(shared, warm, tmp_path, name):
    outcome = warm.measure(HOSTILE / name, formats.format_of(name), out=tmp_path)
    assert outcome.facts["triangles"] == 12
    assert outcome.facts["volume_mm3"] == pytest.approx(8000)
    assert set(outcome.pictures) == {"preview-1024", "preview-256", "model", "marks"}


def runaway_time():
    while True:
        pass


def runaway_memory():
    return len(b"x" * (700 << 20)) + len([bytes(1 << 20).replace(b"\0", b"y") for _ in range(3000)])


def use_network():
    try:
        socket.create_connection(("127.0.0.1", 9), 1)
    except OSError as error:
        return error.errno
    return 0


@pytest.mark.parametrize(("name", "code"), [("runaway_time", "timeout"), ("runaway_memory", "out-of-memory")])
def test_a_runaway_is_killed_and_the_next_file_still_works(warm, tmp_path, name, code):
    call = {"call": f"{__name__}:{name}", "pictures": False}
    outcome = warm.request(call, None, Limits(wall=4.0, resident=600 << 20))
    assert outcome.refusal.code == code
    (tmp_path / "x.stl").write_bytes(b"")
    assert warm.measure(tmp_path / "x.stl", "stl").refusal.sentence == "empty file"


def test_no_reader_reaches_the_network(warm):
    if not sandbox.describe().endswith(" no network"):
        pytest.skip("this kernel gives no network namespace")
    with socket.create_server(("127.0.0.1", 0)):
        call = {"call": f"{__name__}:use_network", "pictures": False}
        assert warm.request(call, None, Limits()).facts in {errno.ENETUNREACH, errno.EACCES}


def read_elsewhere():
    found = []
    for name in ("/etc/hostname", f"/proc/{os.getppid()}/environ", str(Path(__file__))):
        try:
            found.append(Path(name).read_bytes()[:20].decode())
        except OSError as error:
            found.append(error.errno)
    return found


def write_elsewhere():
    try:
        Path(numba_made).write_text("changed")
    except OSError as error:
        return error.errno
    return 0


numba_made = str(Path(sandbox.__file__).parent / "__pycache__" / "written-by-a-reader")


@pytest.mark.skipif(not landlock.version(), reason="this kernel has no Landlock")
def test_a_reader_sees_its_own_file_and_no_other(warm):
    call = {"call": f"{__name__}:read_elsewhere", "pictures": False}
    assert warm.request(call, None, Limits()).facts == [errno.EACCES] * 3
    assert "own files only" in sandbox.describe()


@pytest.mark.skipif(not landlock.version(), reason="this kernel has no Landlock")
def test_a_reader_cannot_change_the_compiled_kernels(warm):
    call = {"call": f"{__name__}:write_elsewhere", "pictures": False}
    assert warm.request(call, None, Limits()).facts == errno.EACCES
    assert not Path(numba_made).exists()


def runaway_grandchild():
    subprocess.run(
        [sys.executable, "-c", "b = bytearray(b'x') * (900 << 20); import time; time.sleep(60)"], check=False
    )


def test_what_a_reader_starts_counts_as_its_own(warm):
    call = {"call": f"{__name__}:runaway_grandchild", "pictures": False}
    assert warm.request(call, None, Limits(wall=20.0, resident=500 << 20)).refusal.code == "out-of-memory"


def test_a_git_lfs_pointer_is_named_as_such(warm, tmp_path):
    (tmp_path / "x.stl").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n")
    assert warm.measure(tmp_path / "x.stl", "stl").refusal.sentence == "stored in Git LFS, not here"


def test_fast_files_of_the_oracle_have_exact_triangles(shared, warm):
    rows = [r for r in csv.DictReader((shared / "oracle.csv").open()) if r["format"] == "stl"]
    for row in [r for r in rows if int(r["bytes"]) < 300_000 and r["admesh_facets"]]:
        facts = warm.measure(shared / row["file"], "stl", quick=True).facts
        assert facts["triangles"] == int(row["admesh_facets"]), row["file"]


def test_a_picture_that_fails_costs_no_facts(shared, warm, tmp_path):
    cube = shared / "hostile" / "stl_good_cube.stl"
    outcome = warm.measure(cube, "stl", out=tmp_path, limits=Limits(output=4096))
    assert outcome.facts["volume_mm3"] == pytest.approx(8000)
    assert outcome.facts["warnings"][0].startswith("not all was measured: ")
    assert outcome.pictures == {}
