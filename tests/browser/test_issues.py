"""Discussions in a real browser: no serious fault for a screen reader, no overflow; an issue told with a photo."""

import re

import pytest
from django.core.management import call_command
from playwright.sync_api import expect

from designs.actions.add_comment import add_comment
from designs.actions.close_issue import close_issue
from designs.actions.labels import ensure_labels
from designs.actions.like import like, save_collection, set_collections
from designs.actions.open_issue import open_issue
from tests.browser.test_axe import _faults
from tests.factories import commit, make_project, make_user, picture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGES = [
    "/@ada/widget/",
    "/@ada/widget/issues/",
    "/@ada/widget/issues/1/",
    "/@ada/widget/issues/1/report/",
    "/@ada/likes/",
    "/@ada/collections/",
    "/@ada/collections/workshop/",
]
SIGNED_IN = [
    "/@ada/widget/issues/1/",
    "/@ada/widget/issues/1/edit/",
    "/@ada/widget/issues/new/",
    "/@ada/widget/labels/",
    "/@ada/collections/",
    "/@ada/collections/workshop/",
    "/notifications/?show=all",
    "/settings/notifications/",
]


@pytest.fixture
def ada():
    return make_user("ada")


@pytest.fixture
def site(live_server, ada):
    call_command("createcachetable")
    project = make_project(ada)
    commit(project, {"parts/knob.stl": b"solid a\nendsolid a\n"})
    ensure_labels(project)
    eve = make_user("eve")
    text = "The *lid* jams, see parts/knob.stl and #2.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n`code` " + "long" * 60
    title = "It jams " + "x" * 80
    issue = open_issue(project, by=eve, kind="problem", title=title, text=text, labels=project.labels.all())
    add_comment(issue, by=eve, text="@ada")
    close_issue(issue, by=ada)
    open_issue(project, by=ada, kind="wish", title="A lid")
    like(project, by=ada)
    set_collections(project, by=ada, collections=[save_collection(by=ada, name="Workshop", summary="On Saturdays")])
    return live_server.url


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_page_of_discussions_has_a_serious_fault(browser, site, client, ada, theme):
    faults = {}
    for width, language in ((1360, "en"), (390, "fr")):
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=theme,
            locale=language,
            extra_http_headers={"Accept-Language": language},
        )
        page = context.new_page()
        for address in PAGES:
            if found := _faults(page, site + address):
                faults[address, width] = found
        client.force_login(ada)
        context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": site}])
        for address in SIGNED_IN:
            if found := _faults(page, site + address):
                faults[address, width, "ada"] = found
        context.close()
    assert faults == {}


def test_an_issue_is_told_with_a_photo_discussed_and_closed(clean_page, site, client, ada):
    page = clean_page
    client.force_login(ada)
    page.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": site}])
    page.goto(f"{site}/@ada/widget/issues/new/")
    page.get_by_label("Question").check()
    page.get_by_label("Title").fill("Which screws?")
    page.get_by_label("Text", exact=True).fill("These:")
    shot = {"name": "screws.jpg", "mimeType": "image/jpeg", "buffer": picture().read()}
    page.get_by_label("Add photos").set_input_files(shot)
    shown = re.compile(r"^These:\n\n!\[screws\.jpg\]\(/@ada/widget/photos/[0-9a-f]{24}\.webp\)\n$")
    expect(page.get_by_label("Text", exact=True)).to_have_value(shown)
    page.get_by_role("button", name="Open the issue").click()
    expect(page.get_by_role("heading", name="Which screws? #3")).to_be_visible()
    expect(page.get_by_alt_text("screws.jpg")).to_have_js_property("naturalWidth", 64)
    page.get_by_label("Your comment").fill("M4, see #2")
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_text("closed it")).to_be_visible()
    page.get_by_role("link", name="#2").click()
    expect(page.get_by_role("heading", name="A lid #2")).to_be_visible()
