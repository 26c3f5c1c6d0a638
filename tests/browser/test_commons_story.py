"""A real history comes in, two of its versions are compared, a fork improves it, and its owner merges that."""

import csv
import os
import subprocess

import pytest
from django.core.management import call_command
from playwright.sync_api import expect

from tests import factories
from tests.browser.test_story import _sign_in

pytestmark = [pytest.mark.browser, pytest.mark.service("git"), pytest.mark.django_db(transaction=True)]
PASSWORD = "a long enough secret"
PHONE, DESK = {"width": 390, "height": 900}, {"width": 1280, "height": 900}


def git(folder, *words, **env):
    done = subprocess.run(["git", *words], cwd=folder, env=os.environ | env, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def history_of(part, shared, folder):
    """A repository with every version of a part, committed when it was; returns the commits, oldest first."""
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    commits = []
    with (shared / "history" / "VERSIONS.csv").open() as table:
        versions = [row for row in csv.DictReader(table) if row["path"] == part]
    for row in versions:
        (folder / part).write_bytes((shared / "history" / row["file"]).read_bytes())
        git(folder, "add", "-A")
        who = {"NAME": "Johann", "EMAIL": "johann@example.org", "DATE": row["date"]}
        env = {f"GIT_{role}_{name}": value for role in ("AUTHOR", "COMMITTER") for name, value in who.items()}
        git(folder, "commit", "-qm", f"{part} of {row['date'][:10]}", **env)
        commits.append(git(folder, "rev-parse", "HEAD"))
    return commits


def looked_at(page, name, folder):
    """Pictures at both widths; nothing may stick out on a phone."""
    for width, size in (("desk", DESK), ("phone", PHONE)):
        page.set_viewport_size(size)
        page.wait_for_timeout(500)
        page.screenshot(path=str(folder / f"{name}-{width}.png"), full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    page.set_viewport_size(DESK)


def test_a_history_comes_in_is_compared_forked_improved_and_merged(
    browser, live_server, shared, tmp_path, tmp_path_factory
):
    call_command("createcachetable")
    address = live_server.url
    for name in ("ada", "eve"):
        factories.make_user(name, password=PASSWORD)
    pictures = tmp_path_factory.mktemp("pictures")
    commits = history_of("carriage.stl", shared, tmp_path / "history")
    git(tmp_path / "history", "bundle", "create", "-q", str(tmp_path / "kossel.bundle"), "--all")

    owner = browser.new_context(viewport=DESK).new_page()
    _sign_in(owner, address)
    owner.goto(f"{address}/new/import/?from=bundle")
    owner.get_by_label("Name", exact=True).fill("Kossel")
    owner.locator("select[name=licence]").select_option("GPL-3.0-only")
    owner.locator("input[type=file]").set_input_files(str(tmp_path / "kossel.bundle"))
    owner.get_by_role("button", name="Bring it in").click()
    owner.wait_for_url("**/imports/**")
    call_command("worker", once=True)
    owner.goto(f"{address}/@ada/kossel/commits/")
    expect(owner.locator("main")).to_contain_text("carriage.stl of 2013-04-24")
    expect(owner.locator("main")).to_contain_text("Johann")

    owner.goto(f"{address}/@ada/kossel/compare/{commits[0]}...{commits[1]}/?path=carriage.stl")
    call_command("worker", once=True)
    owner.reload()
    expect(owner.locator("mesh-compare").first).to_be_visible()
    for told in ("8.75 cm³", "9.61 cm³", "+851 mm³", "44.0 × 40.0 × 15.0 mm"):
        expect(owner.locator("main table").first).to_contain_text(told)
    looked_at(owner, "compare", pictures)

    maker = browser.new_context(viewport=DESK).new_page()
    maker.goto(f"{address}/accounts/login/")
    maker.locator("input[name=login]").fill("eve")
    maker.locator("input[name=password]").fill(PASSWORD)
    maker.locator("main form button.primary").click()
    maker.wait_for_url(f"{address}/")
    maker.goto(f"{address}/@ada/kossel/fork/")
    maker.get_by_role("button", name="Create the fork").click()
    maker.wait_for_url("**/@eve/kossel/**")
    better = tmp_path / "carriage.stl"
    better.write_bytes((shared / "history" / "carriage.v02.stl").read_bytes())
    maker.goto(f"{address}/@eve/kossel/upload/")
    maker.locator("file-drop input[type=file]").first.set_input_files(str(better))
    maker.get_by_label("Message").fill("Back to the wider carriage")
    maker.get_by_role("button", name="Commit").click()
    maker.wait_for_url(lambda url: "/upload/" not in url)
    maker.goto(f"{address}/@ada/kossel/contributions/new/")
    expect(maker.locator("main")).to_contain_text("Back to the wider carriage")
    maker.get_by_role("button", name="Offer it").click()
    maker.wait_for_url("**/contributions/1/")
    call_command("worker", once=True)
    maker.reload()
    call_command("worker", once=True)

    owner.goto(f"{address}/@ada/kossel/contributions/1/")
    expect(owner.locator("mesh-compare").first).to_be_visible()
    expect(owner.locator(".merge")).to_contain_text("nothing stands against it")
    looked_at(owner, "contribution", pictures)
    owner.get_by_role("button", name="Merge into main").click()
    expect(owner.locator("main .state").first).to_have_attribute("data-state", "merged")
    looked_at(owner, "merged", pictures)

    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", f"{address}/@ada/kossel.git", str(clone), GIT_LFS_SKIP_SMUDGE="1")
    told = git(clone, "log", "--format=%an|%s", "--no-merges", "-1")
    assert told == "eve|Back to the wider carriage"
    assert set(commits) <= set(git(clone, "rev-list", "HEAD").split())
