"""The 3D view of a real part as people use it: findings in place, cut, measured, on the bed; two versions; a repair."""

import re

import pytest
from django.core.management import call_command
from playwright.sync_api import expect

from designs.demo import shapes
from tests import factories, solids

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASSWORD = "a long enough secret"
BLIND = "HTMLCanvasElement.prototype.getContext = () => null"


@pytest.fixture
def ada(db):
    call_command("createcachetable")
    return factories.make_user("ada", password=PASSWORD)


@pytest.fixture
def project(ada):
    return factories.make_project(ada)


@pytest.fixture
def still_page(clean_page):
    """A page for those who want no motion: the camera is there at once."""
    clean_page.emulate_media(reduced_motion="reduce")
    return clean_page


def _commit(project, files):
    revision = factories.commit(project, files)
    call_command("worker", once=True)
    return revision


def _open(page, address, path):
    page.goto(f"{address}/@ada/widget/blob/main/{path}")
    viewer = page.locator("mesh-viewer").first
    expect(viewer).to_have_attribute("data-ready", "1", timeout=30_000)
    return viewer


def _picture(page):
    return page.evaluate("document.querySelector('mesh-viewer').view.picture()")


def test_a_finding_is_shown_in_place_and_hidden_again(still_page, live_server, project):
    _commit(project, {"open.stl": solids.box(drop=2)})
    viewer = _open(still_page, live_server.url, "open.stl")
    plain = _picture(still_page)
    show = still_page.get_by_role("button", name="Show it: The surface is open")
    show.click()
    expect(show).to_have_attribute("aria-pressed", "true")
    expect(viewer.get_by_text("Open edges")).to_be_visible()
    assert _picture(still_page) != plain
    viewer.get_by_role("button", name="Hide it").click()
    expect(show).to_have_attribute("aria-pressed", "false")
    expect(viewer.get_by_text("Open edges")).to_be_hidden()


def test_the_part_is_cut_measured_and_laid_on_the_bed_by_keyboard_alone(still_page, live_server, project):
    _commit(project, {"box.stl": solids.box((30.0, 20.0, 10.0))})
    page, viewer = still_page, _open(still_page, live_server.url, "box.stl")
    whole = _picture(page)
    viewer.locator("canvas").focus()
    page.keyboard.press("x")
    expect(viewer.get_by_role("slider", name="Where to cut")).to_be_focused()
    cut = _picture(page)
    assert cut != whole
    page.keyboard.press("ArrowRight")
    assert _picture(page) not in (cut, whole)
    page.keyboard.press("Escape")
    assert _picture(page) == whole

    viewer.locator("canvas").focus()
    page.keyboard.press("d")
    assert viewer.locator(".size:visible").all_text_contents() == ["30 mm", "20 mm", "10 mm"]
    page.keyboard.press("d")
    page.keyboard.press("5")
    page.keyboard.press("m")
    expect(viewer.get_by_text("Click two points")).to_be_visible()
    page.keyboard.press("Enter")
    page.keyboard.press("6")
    page.keyboard.press("Enter")
    length = viewer.locator("output.size").text_content()
    assert float(re.match(r"([\d.]+) mm", length)[1]) == pytest.approx(10, abs=1), "from the top to the bottom"
    page.keyboard.press("Escape")
    page.keyboard.press("b")
    expect(viewer.get_by_text("It fits on 220 × 220 × 250 mm.")).to_be_visible()
    page.keyboard.press("?")
    expect(viewer.get_by_text("end what is under way")).to_be_visible()


def test_two_clicks_measure_along_the_top(still_page, live_server, project):
    _commit(project, {"box.stl": solids.box((30.0, 20.0, 10.0))})
    page, viewer = still_page, _open(still_page, live_server.url, "box.stl")
    viewer.locator("canvas").focus()
    page.keyboard.press("5")
    viewer.get_by_role("button", name="Measure between two points").click()
    canvas = viewer.locator("canvas").bounding_box()
    middle = (canvas["x"] + canvas["width"] / 2, canvas["y"] + canvas["height"] / 2)
    for across in (-20, 20):
        page.mouse.click(middle[0] + across, middle[1])
    expect(viewer.locator("output.size")).to_have_text(re.compile(r"^[\d.]+ mm  \([\d.]+ · 0 · 0\)$"))


def test_a_large_file_shows_a_light_model_first_and_every_triangle_on_demand(still_page, live_server, project):
    _commit(project, {"fine.stl": solids.sphere(460)})
    viewer = _open(still_page, live_server.url, "fine.stl")
    every = viewer.get_by_role("button", name=re.compile("Show all [0-9,]+ triangles"))
    light = still_page.evaluate("document.querySelector('mesh-viewer').view.triangles()")
    assert light <= 200_000
    every.click()
    expect(every).to_have_count(0)
    assert still_page.evaluate("document.querySelector('mesh-viewer').view.triangles()") == 4 * 460 * 459


def test_without_webgl_the_picture_stays(page, live_server, project):
    _commit(project, {"knob.stl": shapes.stl(shapes.knob())})
    page.add_init_script(BLIND)
    page.goto(f"{live_server.url}/@ada/widget/blob/main/knob.stl")
    viewer = page.locator("mesh-viewer").first
    expect(viewer).to_have_attribute("data-failed", "1")
    expect(viewer.get_by_role("img", name="Picture of knob.stl")).to_be_visible()
    expect(viewer.get_by_text("The 3D view cannot be shown here")).to_be_visible()


def test_two_versions_are_coloured_and_slid_over_one_another(clean_page, live_server, project):
    _commit(project, {"part.stl": solids.box()})
    newer = _commit(project, {"part.stl": solids.box((30.0, 20.0, 12.0))})
    page = clean_page
    page.goto(f"{live_server.url}/@ada/widget/commit/{newer.commit}/")
    compare = page.locator("mesh-compare")
    expect(compare).to_have_attribute("data-ready", "1", timeout=30_000)
    expect(page.get_by_text("1.20 cm³ added at one place")).to_be_visible()
    picture = "document.querySelector('mesh-compare').both.picture()"
    changes = page.evaluate(picture)
    compare.get_by_role("button", name="Before and after").click()
    middle = page.evaluate(picture)
    assert middle != changes
    slider = compare.get_by_role("slider")
    slider.focus()
    page.keyboard.press("End")
    assert page.evaluate(picture) not in (middle, changes)


def test_a_broken_part_is_repaired_on_a_branch_and_the_original_stays(clean_page, live_server, project):
    _commit(project, {"open.stl": solids.box(drop=2)})
    page, address = clean_page, live_server.url
    page.goto(f"{address}/accounts/login/")
    page.locator("input[name=login]").fill("ada")
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("main form button.primary").click()
    page.wait_for_url(f"{address}/")
    _open(page, address, "open.stl")
    page.get_by_role("link", name="Fix what can be fixed").click()
    page.get_by_role("button", name="Try it").click()
    expect(page.get_by_text("Being repaired")).to_be_visible()
    call_command("worker", once=True)
    page.get_by_role("button", name="Commit it on a new branch").click()
    expect(page.get_by_text("The repaired file is on the branch")).to_be_visible()
    call_command("worker", once=True)
    page.reload()
    expect(page.get_by_text("Closed surface")).to_be_visible()
    _open(page, address, "open.stl")
    expect(page.get_by_text("The surface is open")).to_be_visible()
