"""Labs in a real browser: the map by keyboard, where I am if I allow it, the list without scripts, no serious fault."""

import re

import pytest
from django.core.management import call_command
from playwright.sync_api import expect

from tests.browser.test_axe import _faults
from tests.fablab.factories import make_lab, make_machine
from tests.factories import make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGES = ["/labs/", "/labs/?near=Lyon&km=500", "/labs/atelier/"]
SIGNED_IN = [
    "/labs/new/", "/labs/claims/", "/labs/far/claim/", "/labs/atelier/settings/", "/labs/atelier/settings/hours/",
    "/labs/atelier/settings/photos/", "/labs/atelier/settings/people/", "/labs/atelier/settings/members/",
    "/labs/atelier/settings/terms/", "/labs/atelier/settings/data/",
]  # fmt: skip


@pytest.fixture
def site(live_server):
    call_command("createcachetable")
    lab = make_lab(manager=make_user("ada"), story="We make things.", standing="verified")
    make_machine(lab)
    make_lab("lyon", name="Lyon workshop", city="Lyon", latitude=45.76, longitude=4.83)
    make_lab("far", city="Suva", country="FJ", latitude=-18.1, longitude=178.4, standing="proposed")
    return live_server.url


def test_no_page_of_labs_has_a_serious_fault(browser, site, client, django_user_model):
    faults = {}
    client.force_login(django_user_model.objects.get(username="ada"))
    for width, theme in ((1360, "light"), (390, "dark")):
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


def test_the_map_is_used_by_keyboard_alone_and_asks_no_other_host(clean_page, site):
    hosts = set()
    clean_page.on("request", lambda request: hosts.add(re.sub(r"^(\w+:(?://[^/]*)?).*", r"\1", request.url)))
    clean_page.goto(f"{site}/labs/?near=Lyon&km=100")
    expect(clean_page.locator("lab-map[data-ready]")).to_be_visible()
    dot = clean_page.get_by_role("button", name="Lyon workshop, Lyon")
    dot.focus()
    clean_page.keyboard.press("Enter")
    clean_page.locator(".leaflet-popup a", has_text="Lyon workshop").click()
    expect(clean_page).to_have_url(f"{site}/labs/lyon/")
    assert {host for host in hosts if host.startswith("http")} == {site}


def test_my_position_is_asked_for_by_a_click_and_rounded(browser, site):
    context = browser.new_context(locale="en", geolocation={"latitude": 45.7601, "longitude": 4.8359})
    context.grant_permissions(["geolocation"], origin=site)
    page = context.new_page()
    page.goto(f"{site}/labs/")
    page.get_by_role("button", name="My position").click()
    expect(page).to_have_url(re.compile(r"near=45\.76%2C\+4\.84"))
    expect(page.locator(".lab-list h2").first).to_have_text("Lyon workshop")
    context.close()


def test_whoever_does_not_tell_where_they_are_is_told_to_type_a_town(browser, site):
    context = browser.new_context(locale="en")
    page = context.new_page()
    page.goto(f"{site}/labs/")
    page.get_by_role("button", name="My position").click()
    expect(page.get_by_text("type a town instead")).to_be_visible()
    context.close()


def test_without_scripts_the_list_says_the_same(browser, site):
    context = browser.new_context(locale="en", java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}/labs/?near=Lyon")
    expect(page.locator(".lab-list h2")).to_have_text(["Lyon workshop", "Atelier", "Far"])
    expect(page.get_by_text("My position")).to_be_hidden()
    context.close()


def test_a_click_on_the_map_says_where_the_lab_is(browser, site, client, django_user_model):
    client.force_login(django_user_model.objects.get(username="ada"))
    context = browser.new_context(locale="en")
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": site}])
    page = context.new_page()
    page.goto(f"{site}/labs/new/")
    field = page.locator("lab-map[data-pick]")
    field.scroll_into_view_if_needed()
    expect(page.locator("lab-map[data-ready]")).to_be_visible()
    field.click(position={"x": 200, "y": 150})
    assert -90 <= float(page.get_by_label("Latitude").input_value()) <= 90
    assert page.get_by_label("Longitude").input_value()
    context.close()
