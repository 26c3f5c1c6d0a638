"""Files of strangers end in facts or in a sentence, whatever they are."""

import csv
import errno
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from designs.mesh import formats, landlock, sandbox
from designs.mesh.load import scad
from designs.mesh.types import Limits
from tests.conftest import SHARED

pytestmark = pytest.mark.process

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


def ask(warm, function, **limits):
    """What a function of this module returns, or how it ended, as a child of the sandbox."""
    return warm.request({"call": f"{__name__}:{function.__name__}", "pictures": False}, None, Limits(**limits))


def listens():
    """What a child can connect to: a port of this machine, by both families and by datagram."""
    found = []
    port = int(Path("port").read_text()) if Path("port").exists() else 9
    for family, kind, host in (
        (socket.AF_INET, socket.SOCK_STREAM, "127.0.0.1"),
        (socket.AF_INET6, socket.SOCK_STREAM, "::1"),
        (socket.AF_INET, socket.SOCK_DGRAM, "127.0.0.1"),
    ):
        try:
            with socket.socket(family, kind) as line:
                line.connect((host, port))
                line.send(b"hello")
            found.append("reached")
        except OSError as error:
            found.append(errno.errorcode.get(error.errno, "refused"))
    return found


def test_no_family_of_sockets_leaves_the_child(warm):
    if not sandbox.describe().endswith(" no network"):
        pytest.skip("this kernel gives no network namespace")
    assert "reached" not in ask(warm, listens).facts


def environment():
    return dict(os.environ)


def test_the_environment_of_a_child_holds_no_secret(monkeypatch, tmp_path):
    for name in ("PARTAGE_SECRET_KEY", "DATABASE_URL", "AWS_SECRET_ACCESS_KEY", "SECRET_KEY_FILE", "EMAIL_PASSWORD"):
        monkeypatch.setenv(name, "do-not-tell")
    with sandbox.Warm(lean=True) as process:
        told = ask(process, environment).facts
    assert "do-not-tell" not in told.values()
    assert not [name for name in told if name.startswith(("PARTAGE", "DJANGO", "DATABASE", "AWS", "EMAIL"))]
    assert set(told) <= {
        "PATH", "PYTHONPATH", "LANG", "HOME", "TMPDIR", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "NUMBA_NUM_THREADS",
        "NUMBA_CACHE_DIR", "LC_CTYPE", "KMP_DUPLICATE_LIB_OK", "KMP_INIT_AT_FORK",
    }  # fmt: skip


def sleep_for_ever():
    Path("left-behind").write_bytes(b"x" * 1000)
    while True:
        time.sleep(60)


def where_it_works():
    return str(Path.cwd())


def test_the_folder_of_a_killed_child_is_wiped(warm, monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert ask(warm, sleep_for_ever, wall=1.0).refusal.code == "timeout"
    assert list(tmp_path.iterdir()) == []
    assert ask(warm, where_it_works).facts.startswith(str(tmp_path))
    assert not Path(ask(warm, where_it_works).facts).exists()


def write_without_end():
    with Path("large").open("wb") as large:
        while True:
            large.write(b"x" * (1 << 20))


def test_a_file_without_end_is_cut_at_the_limit(warm):
    outcome = ask(warm, write_without_end, output=8 << 20, wall=20.0)
    assert outcome.refusal.code in {"output-too-large", "unreadable"}


def two_gibibytes():
    held = bytearray(2 << 30)
    held[:: 1 << 12] = b"x" * (1 << 19)
    return len(held)


def test_two_gibibytes_are_never_resident(warm):
    assert ask(warm, two_gibibytes).refusal.code == "out-of-memory"


def beyond_the_address_space():
    return len(bytearray(1 << 40))


def test_what_does_not_fit_the_address_space_is_a_sentence(warm):
    assert ask(warm, beyond_the_address_space).refusal.sentence == "needs more memory than is allowed"


def burn():
    while True:
        pass


def test_processor_time_ends_before_the_clock_does(warm):
    begun = time.monotonic()
    assert ask(warm, burn, cpu=1, wall=30.0).refusal.code == "timeout"
    assert time.monotonic() - begun < 20


def marked(mark):
    return [found for found in Path("/proc").glob("[0-9]*/cmdline") if mark.encode() in _read(found)]


def _read(path):
    try:
        return path.read_bytes()
    except OSError:
        return b""


def leave_children_behind():
    for apart in (False, True):
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(55.125)"], start_new_session=apart)
    return 0


def hide_memory():
    """A daemon: forked twice, in a session of its own, so that it is no child of the reader."""
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            held = b"x" * (900 << 20)
            time.sleep(60 if held else 0)
        os._exit(0)
    time.sleep(60)


def test_a_daemon_counts_as_its_readers_own_and_ends_with_it(warm):
    assert ask(warm, hide_memory, wall=20.0, resident=500 << 20).refusal.code == "out-of-memory"
    assert _of_session(warm._process.pid) == {warm._process.pid}


def test_what_a_child_started_ends_with_it(warm):
    assert ask(warm, leave_children_behind).facts == 0
    end = time.monotonic() + 5
    while marked("time.sleep(55.125)") and time.monotonic() < end:
        time.sleep(0.05)
    assert not marked("time.sleep(55.125)")


def fork_for_ever():
    while True:
        try:
            if os.fork() == 0:
                time.sleep(50)
        except OSError:
            time.sleep(0.01)


def test_a_child_that_forks_without_end_is_ended_with_all_of_them(warm, tmp_path):
    pid = warm._process.pid
    outcome = ask(warm, fork_for_ever, wall=5.0, resident=1 << 30)
    assert outcome.refusal.code in {"timeout", "out-of-memory", "too-many-processes"}
    end = time.monotonic() + 10
    while _of_session(pid) != {pid} and time.monotonic() < end:
        time.sleep(0.05)
    assert _of_session(pid) == {pid}
    (tmp_path / "x.stl").write_bytes(b"")
    assert warm.measure(tmp_path / "x.stl", "stl").refusal.sentence == "empty file"
    assert warm._process.pid == pid


def _of_session(session):
    """Processes of a session that still run."""
    found = set()
    for path in Path("/proc").glob("[0-9]*/stat"):
        fields = _read(path).rpartition(b")")[2].split()
        if len(fields) > 3 and int(fields[3]) == session and fields[0] not in {b"Z", b"X"}:
            found.add(int(path.parent.name))
    return found


def test_a_killed_child_leaves_the_warm_process_as_it_was(warm):
    warm.measure(HOSTILE / "stl_zero_bytes.stl", "stl")
    pid = warm._process.pid
    for _ in range(3):
        assert ask(warm, sleep_for_ever, wall=0.2).refusal.code == "timeout"
    assert warm._process.pid == pid
    assert warm._process.poll() is None
