"""The search in a real browser: typed, narrowed, by machine, by a dropped part, in French, by keyboard alone."""

import re

import pytest
from django.core.management import call_command
from playwright.sync_api import expect

from tests.browser.test_axe import _faults
from tests.factories import commit, make_organisation, make_project, make_user
from tests.solids import box, cylinder

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGES = [
    "/search/",
    "/search/?q=gear&material=pla&machine=prusa-mk4s",
    "/search/?q=gear&kind=parts",
    "/search/?q=ada&kind=people",
    "/search/?q=nothing&material=pla&bed=x",
]
SIGNED_IN = ["/search/?q=gear", "/search/saved/"]


@pytest.fixture
def site(live_server, index_now):
    call_command("createcachetable")
    ada = make_user("ada")
    make_organisation("gearlab", owner=ada, name="Gear Lab")
    box_project = make_project(
        ada, "Gear box", materials=["PLA"], processes=["material-extrusion"], tags=["gear"], category="mechanics"
    )
    commit(box_project, {"parts/gear-housing.stl": box((60, 40, 30)), "gear.scad": "cube(10);"})
    rod = make_project(ada, "Long gear rod", materials=["ABS"], licence="CC-BY-NC-4.0", processes=["turning"])
    commit(rod, {"rod.stl": cylinder(10, 400)})
    make_project(ada, "Boîtier étanche", summary="Un petit boîtier pour protéger votre électronique de la pluie.")
    call_command("worker", once=True)
    index_now()
    return live_server.url


def test_no_search_page_has_a_serious_fault(browser, site, client, django_user_model):
    faults = {}
    client.force_login(django_user_model.objects.get(username="ada"))
    for width in (1360, 390):
        for theme in ("light", "dark"):
            context = browser.new_context(color_scheme=theme, locale="fr", viewport={"width": width, "height": 900})
            page = context.new_page()
            for path in PAGES:
                if found := _faults(page, site + path):
                    faults[f"{width} {theme} {path}"] = found
            session = client.cookies["sessionid"].value
            context.add_cookies([{"name": "sessionid", "value": session, "url": site}])
            for path in SIGNED_IN:
                if found := _faults(page, site + path):
                    faults[f"{width} {theme} {path} (signed in)"] = found
            context.close()
    assert faults == {}


def test_the_box_is_driven_by_the_keyboard(clean_page, site):
    page = clean_page
    page.goto(site)
    page.keyboard.press("/")
    field = page.get_by_role("combobox", name="Search designs")
    expect(field).to_be_focused()
    page.keyboard.type("gea")
    options = page.get_by_role("option")
    expect(options.first).to_be_visible()
    expect(field).to_have_attribute("aria-expanded", "true")
    assert "Gear Lab" in page.get_by_role("listbox").inner_text()
    assert "gear-housing.stl" in page.get_by_role("listbox").inner_text()
    page.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowUp")
    expect(field).not_to_have_attribute("aria-activedescendant", re.compile("."))
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    page.keyboard.press("ArrowDown")
    expect(options.first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/@ada/**")
    page.get_by_role("combobox", name="Search designs").fill("gear box")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=gear*")
    expect(page.get_by_role("heading", name="Gear box")).to_be_visible()


def test_each_facet_narrows_and_is_dropped_again(clean_page, site):
    page = clean_page
    page.goto(f"{site}/search/?q=gear")
    status = page.get_by_role("status").filter(has_text="design")
    expect(status).to_have_text("2 designs")
    for facet, option in (
        ("Material", "PLA"), ("Made by", "Turning"), ("May I use it?", "Open licences"), ("Category", "Mechanical parts"),
        ("File format", "SCAD"), ("Editable source (CAD)", "Yes"), ("Does it print?", "Does not print"), ("Tags", "gear"),
    ):  # fmt: skip
        panel = page.get_by_role("region", name=facet, exact=True)
        panel.get_by_role("link", name=option).click()
        expect(status).to_have_text("1 design")
        expect(panel.get_by_role("link", name=option)).to_have_attribute("aria-current", "true")
        page.get_by_role("list", name="Conditions").get_by_role("link").click()
        expect(status).to_have_text("2 designs")


def test_only_what_prints_on_my_machine_stays(clean_page, site):
    page = clean_page
    page.goto(f"{site}/search/?q=gear")
    page.get_by_label("Machine", exact=True).select_option(label="Original Prusa MK4S")
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_role("status").filter(has_text="design")).to_have_text("1 design")
    expect(page.get_by_role("heading", name="Gear box")).to_be_visible()
    page.get_by_role("link", name=re.compile("Drop “Original Prusa MK4S”")).click()
    page.get_by_label("or its bed, mm").fill("500 x 100")
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_role("status").filter(has_text="design")).to_have_text("2 designs")


def test_a_part_is_dropped_into_the_box_and_its_like_are_found(clean_page, site, tmp_path):
    page = clean_page
    page.goto(site)
    content = list(cylinder(5, 200))
    carrier = page.evaluate_handle(
        """(bytes) => {
            const carrier = new DataTransfer();
            carrier.items.add(new File([new Uint8Array(bytes)], "mine.stl"));
            return carrier;
        }""",
        content,
    )
    box = page.locator("search-box")
    box.dispatch_event("dragover", {"dataTransfer": carrier})
    expect(box).to_have_attribute("data-over", "Drop to find similar shapes")
    box.dispatch_event("drop", {"dataTransfer": carrier})
    page.wait_for_url("**/search/shape/**")
    expect(page.get_by_text("Being measured and drawn")).to_be_visible()
    call_command("worker", once=True)
    expect(page.get_by_role("heading", name="rod.stl")).to_be_visible(timeout=20_000)
    page.get_by_role("link", name="rod.stl").click()
    page.wait_for_url("**/@ada/long-gear-rod/**")


def test_a_visitor_from_france_searches_in_french(browser, site):
    context = browser.new_context(locale="fr-FR")
    page = context.new_page()
    page.goto(site)
    page.get_by_role("combobox", name="Chercher des modèles").fill("boitiers etanches")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Recherche de « boitiers etanches »")).to_be_visible()
    expect(page.get_by_role("heading", name="Boîtier étanche")).to_be_visible()
    page.goto(f"{site}/search/?q=boîtier&material=abs")
    expect(page.get_by_role("link", name=re.compile("Chercher sans"))).to_be_visible()
    context.close()
