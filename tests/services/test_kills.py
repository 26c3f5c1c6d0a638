"""`kill -9` of the web server and of git, at random moments, while people push and upload."""

import os
import random
import signal
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.services.site import Site, clean, until
from tests.services.test_push import Work

pytestmark = pytest.mark.service("git")
KILLS = 20


def children(pid):
    """(pid, command line) of every process below this one."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                parents.setdefault(int(fields[1]), []).append(int(entry.name))
    found, todo = [], [pid]
    while todo:
        for child in parents.get(todo.pop(), []):
            todo.append(child)
            with suppress(OSError):
                found.append((child, Path(f"/proc/{child}/cmdline").read_text()))
    return found


def strike(site, names, *, last=False):
    """Kill every process below the site whose command has one of these names, or the last started of them alone."""
    victims = [pid for pid, command in children(site.process.pid) if any(name in command for name in names)]
    victims = victims[-1:] if last else victims
    for pid in victims:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return len(victims)


@pytest.fixture
def site(tmp_path):
    site = Site(tmp_path / "data")
    try:
        site.start()
        site.ask("POST", "/api/v1/projects", '{"name": "Widget", "owner": "ada"}')
        yield site
    finally:
        site.kill()


def test_after_twenty_kills_the_repository_is_whole_and_the_next_push_works(site, tmp_path):
    work = Work(site, tmp_path / "work")
    chance = random.Random(20261123)
    pushed, uploaded = [], []
    stop = threading.Event()

    def push():
        turn = 0
        while not stop.is_set():
            turn += 1
            work.write({f"push/{turn}.bin": os.urandom(1 << 20)})
            if work.push("origin", "HEAD:pushed").returncode == 0:
                pushed.append(work.tip())
            time.sleep(0.2)

    def upload():
        turn = 0
        while not stop.is_set():
            turn += 1
            if site.commit({f"web/{turn}.bin": os.urandom(1 << 20)})[0] == 201:
                uploaded.append(f"web/{turn}.bin")
            time.sleep(0.2)

    threads = [threading.Thread(target=one) for one in (push, upload)]
    for thread in threads:
        thread.start()
    struck = 0
    try:
        for number in range(KILLS):
            assert until(lambda: site.get("/healthz")[0] == 200, 60)
            time.sleep(chance.uniform(0.1, 1.5))
            if number % 2:
                struck += bool(strike(site, ["gunicorn"], last=number != KILLS // 2 - 1))
            else:
                struck += bool(strike(site, ["receive-pack", "index-pack", "hash-object"]))
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert until(lambda: site.get("/readyz")[0] == 200, 60)
    assert struck >= KILLS // 2
    assert len(pushed) >= 3
    assert len(uploaded) >= 3
    assert clean(site)
    work.write({"last.txt": "after all"})
    done = work.push("origin", "HEAD:pushed")
    assert done.returncode == 0, done.stderr
    again = Work(site, tmp_path / "again")
    assert [path for path in uploaded if not (again.path / path).is_file()] == []
    again.run("fetch", "-q", "origin", "pushed")
    reached = again.run("rev-list", "FETCH_HEAD").stdout.split()
    assert set(pushed) <= set(reached)
