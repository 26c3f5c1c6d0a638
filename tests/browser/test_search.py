"""The search in a real browser: typed, narrowed, by machine, by a dropped part, in French, by keyboard alone."""

import re

import pytest
from django.core.management import call_command
from playwright.sync_api import expect

from designs.actions.publish_release import publish_release
from tests.browser.test_axe import _faults, _serious
from tests.factories import commit, make_organisation, make_project, make_user
from tests.solids import box, cylinder

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGES = [
    "/search/",
    "/search/?q=gear&material=pla&machine=prusa-mk4s",
    "/search/?q=ada&kind=people",
    "/search/?q=nothing&material=pla&bed=x",
]
FACETS = {
    "Material": "PLA", "Made by": "Turning", "May I use it?": "Open licences", "Category": "Mechanical parts",
    "Licence": "Creative Commons Attribution-NonCommercial", "File format": "F3D", "Editable source (CAD)": "Yes",
    "Does it print?": "Does not print", "Tags": "gear", "Has a release": "Yes",
    "Language": "English",
}  # fmt: skip
"""Facet -> a value that one of the two designs has."""
SIGNED_IN = ["/search/saved/"]


@pytest.fixture
def site(live_server, index_now):
    call_command("createcachetable")
    ada = make_user("ada")
    make_organisation("gearlab", owner=ada, name="Gear Lab")
    gear_box = make_project(
        ada,
        "Gear box",
        materials=["PLA"],
        processes=["material-extrusion"],
        tags=["gear"],
        category="mechanics",
        summary="The housing of a small reduction that turns a slow and heavy door.",
    )
    commit(gear_box, {"parts/gear-housing.stl": box((60, 40, 30)), "gear.f3d": "as CAD programs write it"})
    publish_release(gear_box, by=ada, tag="v1", target="main")
    rod = make_project(ada, "Long gear rod", materials=["ABS"], licence="CC-BY-NC-4.0", processes=["turning"])
    commit(rod, {"rod.stl": cylinder(10, 400), "shorter.stl": cylinder(10, 360)})
    make_project(ada, "Boîtier étanche", summary="Un petit boîtier pour protéger votre électronique de la pluie.")
    index_now()
    return live_server.url


@pytest.fixture
def measured(site, index_now):
    call_command("worker", once=True)
    index_now()
    return site


def test_no_search_page_has_a_serious_fault(browser, site, client, django_user_model):
    client.force_login(django_user_model.objects.get(username="ada"))
    session = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": site}
    faults = {}
    for width, theme, language in ((1280, "light", "en"), (390, "dark", "fr")):
        context = browser.new_context(color_scheme=theme, locale=language, viewport={"width": width, "height": 900})
        page = context.new_page()
        faults |= {(width, path): found for path in PAGES if (found := _faults(page, site + path))}
        page.keyboard.press("/")
        page.keyboard.type("gea")
        expect(page.get_by_role("option").first).to_be_visible()
        faults |= {(width, "suggestions"): found} if (found := _serious(page)) else {}
        context.add_cookies([session])
        faults |= {(width, path): found for path in SIGNED_IN if (found := _faults(page, site + path))}
        context.close()
    assert faults == {}


def test_on_a_phone_the_conditions_are_in_a_drawer(browser, site):
    context = browser.new_context(viewport={"width": 390, "height": 844}, color_scheme="dark")
    page = context.new_page()
    page.goto(f"{site}/search/?q=gear")
    drawer = page.locator("#narrow")
    expect(drawer).to_be_hidden()
    page.get_by_role("button", name="Narrow the search").click()
    expect(drawer).to_be_visible()
    assert _serious(page) == []
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    page.get_by_role("button", name="Narrow the search").click()
    drawer.get_by_role("link", name="PLA").click()
    expect(page.get_by_role("status").filter(has_text="design")).to_have_text("1 design")
    context.close()


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
    expect(page.get_by_role("heading", name="Gear box", exact=True)).to_be_visible()


def test_each_facet_and_a_machine_narrow_and_are_dropped_again(clean_page, measured):
    page, site = clean_page, measured
    page.goto(f"{site}/search/?q=gear")
    status = page.get_by_role("status").filter(has_text="design")
    expect(status).to_have_text("2 designs")
    for facet, option in FACETS.items():
        panel = page.get_by_role("region", name=facet, exact=True)
        panel.get_by_role("link", name=option).click()
        expect(status).to_have_text("1 design")
        expect(panel.get_by_role("link", name=option)).to_have_attribute("aria-current", "true")
        page.get_by_role("list", name="Conditions").get_by_role("link").click()
        expect(status).to_have_text("2 designs")
    apply = page.get_by_role("button", name="Apply")
    page.get_by_label("Machine", exact=True).select_option(label="Prusa MK4S")
    apply.click()
    expect(status).to_have_text("1 design")
    expect(page.get_by_role("heading", name="Gear box", exact=True)).to_be_visible()
    page.get_by_role("link", name=re.compile("Drop “Prusa MK4S”")).click()
    for label, value, count in (
        ("or its bed, mm", "500 x 100", "2 designs"),
        ("or its bed, mm", "500 x 10 x 10", "0 designs"),
        ("or its bed, mm", "30 x 60 x 40", "1 design"),
    ):
        page.get_by_label(label).fill(value)
        apply.click()
        expect(status).to_have_text(count)
    page.get_by_label("or its bed, mm").fill("")
    for name, low in (("Longest side, mm", "100"), ("Mass in PLA, g", "50")):
        page.get_by_role("group", name=name).get_by_label("from").fill(low)
        apply.click()
        expect(status).to_have_text("1 design")
        expect(page.get_by_role("heading", name="Long gear rod", exact=True)).to_be_visible()
        page.get_by_role("list", name="Conditions").get_by_role("link").click()
        expect(status).to_have_text("2 designs")


def test_a_part_is_dropped_into_the_box_and_its_like_are_found(clean_page, measured):
    page = clean_page
    page.goto(measured)
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
    page.get_by_text("1 more of it and its forks").click()
    expect(page.get_by_role("link", name="shorter.stl")).to_be_visible()
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
