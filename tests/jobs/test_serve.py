"""The supervisor serves, starts again what dies, and leaves no child behind."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.services.site import begun

pytestmark = pytest.mark.process

ROOT = Path(__file__).resolve().parents[2]


def look(pid):
    """A living process's parent, or None."""
    try:
        state, parent = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[:2]
    except OSError:
        return None
    return None if state == "Z" else int(parent)


def family(parent):
    """The living processes below one, by id."""
    found, fresh = set(), {parent}
    while fresh:
        pids = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
        fresh = {pid for pid in pids if look(pid) in fresh} - found
        found |= fresh
    return found


def until(true, seconds=20):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if true():
            return True
        time.sleep(0.1)
    return False


@pytest.fixture
def site(tmp_path):
    """The site on a free port with a migrated database of its own."""
    env = {**os.environ, "PARTAGE_DATA": str(tmp_path)}
    env.pop("PARTAGE_DATABASE_URL", None)
    manage = [sys.executable, "manage.py"]
    shutil.copytree(begun(), tmp_path, dirs_exist_ok=True)
    process = subprocess.Popen([*manage, "serve", "--port", "0"], cwd=ROOT, env=env, stderr=subprocess.PIPE, text=True)
    lines = iter(process.stderr.readline, "")
    assert any(line.startswith("Partage answers on http://127.0.0.1:") for line in lines)
    yield process
    process.kill()
    process.wait()
    process.stderr.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_child_outlives_the_supervisor(site, number):
    children = family(site.pid)
    assert len(children) >= 3
    site.send_signal(number)
    site.wait(25)
    assert until(lambda: not any(map(look, children)))


def test_a_killed_web_server_is_started_again(site):
    def web():
        for pid in family(site.pid):
            if b"gunicorn" in Path(f"/proc/{pid}/cmdline").read_bytes():
                return pid
        return None

    before = web()
    os.kill(before, signal.SIGKILL)
    assert until(lambda: web() not in {before, None})
