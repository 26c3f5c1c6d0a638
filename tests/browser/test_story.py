"""The main job, as a person does it: sign in, drop a folder of real files, watch, turn, read, upload again, clone."""

import hashlib
import subprocess

import pytest
from django.core.management import call_command
from playwright.sync_api import expect

from designs.demo import shapes
from tests import factories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def ada(db):
    call_command("createcachetable")
    return factories.make_user("ada", password="a long enough secret")


def _sign_in(page, address):
    page.goto(f"{address}/accounts/login/")
    page.locator("input[name=login]").fill("ada")
    page.locator("input[name=password]").fill("a long enough secret")
    page.locator("main form button.primary").click()
    page.wait_for_url(f"{address}/")


def _upload(page, address, files, message):
    page.goto(f"{address}/@ada/kossel/upload/")
    page.locator("file-drop input[type=file]").first.set_input_files([str(file) for file in files])
    page.get_by_label("Message").fill(message)
    page.get_by_role("button", name="Commit").click()
    page.wait_for_url(lambda url: "/upload/" not in url)


def test_a_maker_publishes_a_design_sees_it_judged_and_clones_it(clean_page, live_server, ada, shared, tmp_path):
    page, address = clean_page, live_server.url
    history = shared / "history"
    first = tmp_path / "carriage.stl"
    first.write_bytes((history / "carriage.v01.stl").read_bytes())
    real = sorted((shared / "files" / "RichRap__3DR-Delta-Printer").rglob("*.stl"))[:2]

    _sign_in(page, address)
    page.goto(f"{address}/new/")
    page.get_by_label("Name", exact=True).fill("Kossel")
    page.locator("main form button.primary").click()
    page.wait_for_url(f"{address}/@ada/kossel/**")

    _upload(page, address, [first, *real], "First parts")
    call_command("worker", once=True)
    page.goto(f"{address}/@ada/kossel/blob/main/carriage.stl")
    viewer = page.locator("mesh-viewer").first
    expect(viewer).to_have_attribute("data-ready", "1", timeout=30_000)
    expect(page.locator("main")).to_contain_text("40")
    before = page.locator("mesh-viewer").first.get_attribute("poster")
    picture = viewer.screenshot()
    viewer.locator("canvas").focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    page.wait_for_timeout(400)
    assert viewer.screenshot() != picture

    first.write_bytes((history / "carriage.v02.stl").read_bytes())
    _upload(page, address, [first], "Wider carriage")
    call_command("worker", once=True)
    page.goto(f"{address}/@ada/kossel/blob/main/carriage.stl")
    after = page.locator("mesh-viewer").first.get_attribute("poster")
    old, new = (page.request.get(f"{address}{poster}").body() for poster in (before, after))
    assert hashlib.sha256(old).digest() != hashlib.sha256(new).digest()

    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", f"{address}/@ada/kossel.git", str(clone)], check=True)
    assert (clone / "carriage.stl").read_bytes() == first.read_bytes()
    for file in real:
        assert (clone / file.name).read_bytes() == file.read_bytes()


def test_a_page_that_waits_shows_the_result_by_itself_and_then_asks_no_more(clean_page, live_server, ada, tmp_path):
    page, address = clean_page, live_server.url
    project = factories.make_project(ada, "widget")
    factories.commit(project, {"knob.stl": shapes.stl(shapes.knob())}, by=ada)
    page.goto(f"{address}/@ada/widget/blob/main/knob.stl")
    expect(page.locator(".waiting")).to_be_visible()
    assert page.locator("mesh-viewer").count() == 0
    call_command("worker", once=True)
    expect(page.locator("mesh-viewer").first).to_have_attribute("data-ready", "1", timeout=30_000)
    expect(page.locator("dl.facts")).to_contain_text("Triangles")
    expect(page.get_by_role("region", name="Printability")).to_contain_text("Closed surface")
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/analysis/" in request.url else None)
    page.wait_for_timeout(4_500)
    assert asked == []
