"""Two people push with git and git-lfs while two upload in their browsers, for a minute: all of it is counted after."""

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import sync_playwright

from tests.browser.conftest import CHROMIUM
from tests.services.site import Site, clean, cloned, git, rows
from tests.services.test_lfs import LfsWork

pytestmark = [pytest.mark.alone, pytest.mark.browser, pytest.mark.service("git", "git-lfs")]
SECONDS = 60
PATIENCE_MS = 60_000


@pytest.fixture
def site(tmp_path):
    site = Site(tmp_path / "data")
    try:
        site.start()
        assert site.ask("POST", "/api/v1/projects", '{"name": "Widget", "owner": "ada"}')[0] == 201
        yield site
    finally:
        site.kill()


def push_until(over, site, folder, name, branch):
    """Commit and push to a branch; where another was first, rebase and push again. {path: bytes} of what arrived."""
    work = LfsWork(site, folder / name)
    if branch != "main":
        work.run("switch", "-qc", branch)
    arrived, turn = {}, 0
    while not over.is_set():
        turn += 1
        files = {f"{name}/{turn}.bin": os.urandom(300_000), f"{name}/{turn}.txt": f"{name} {turn}\n".encode()}
        work.write(files, f"{name} {turn}")
        for _ in range(20):
            if work.push("origin", f"HEAD:{branch}").returncode == 0:
                arrived |= files
                break
            work.run("pull", "-q", "--rebase", "origin", branch, check=False)
    return arrived


def upload_until(over, site, folder, name):
    """Upload files on the page, one commit after the other. {path: bytes} of what the page reported as done."""
    base = f"http://127.0.0.1:{site.port}"
    arrived, turn = {}, 0
    with sync_playwright() as playwright:
        page = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"]).new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.goto(f"{base}/accounts/login/")
        page.locator("input[name=login]").fill("ada")
        page.locator("input[name=password]").fill("a long enough secret")
        page.locator("main form button.primary").click()
        page.wait_for_url(f"{base}/")
        while not over.is_set():
            turn += 1
            files = {f"{name}-{turn}.stl": os.urandom(200_000), f"{name}-{turn}.txt": f"{name} {turn}\n".encode()}
            for path, content in files.items():
                (folder / path).write_bytes(content)
            page.goto(f"{base}/@ada/widget/upload/")
            if page.locator("select#branch").count():
                page.locator("select#branch").select_option("main")
            page.locator("file-drop input[type=file]").first.set_input_files([str(folder / path) for path in files])
            page.get_by_label("Message").fill(f"{name} {turn}")
            page.get_by_role("button", name="Commit").click()
            page.wait_for_url(lambda url: "/upload/" not in url)
            arrived |= files
    return arrived


def test_four_writers_at_once_lose_nothing(site, tmp_path):
    over = threading.Event()
    with ThreadPoolExecutor(4) as pool:
        writers = {
            "push to main": pool.submit(push_until, over, site, tmp_path, "git", "main"),
            "push to a branch": pool.submit(push_until, over, site, tmp_path, "lfs", "next"),
            "upload one": pool.submit(upload_until, over, site, tmp_path, "one"),
            "upload two": pool.submit(upload_until, over, site, tmp_path, "two"),
        }
        time.sleep(SECONDS)
        over.set()
        arrived = {name: writer.result() for name, writer in writers.items()}
    print({name: len(files) // 2 for name, files in arrived.items()}, f"commits in {SECONDS} s")  # noqa: T201
    assert all(arrived.values()), "each of the four has written"

    on_main = cloned(site, tmp_path / "clone")
    for name in ("push to main", "upload one", "upload two"):
        assert {path: on_main.get(path) for path in arrived[name]} == arrived[name], name
    on_next = cloned(site, tmp_path / "next", branch="next")
    assert {path: on_next.get(path) for path in arrived["push to a branch"]} == arrived["push to a branch"]

    assert clean(site)
    commits = git("-C", site.repository(), "rev-list", "--branches").stdout.split()
    assert sorted(row[0] for row in rows(site, 'SELECT "commit" FROM designs_revision')) == sorted(commits)
    known = {row[0] for row in rows(site, "SELECT path FROM designs_file")}
    assert known >= {path for files in arrived.values() for path in files}
