"""The board in a real browser: by dragging, by keys alone, and without scripts."""

import re

import pytest
from django.conf import settings
from django.core.management import call_command
from playwright.sync_api import expect

from fablab.models import Attempt, PrintRequest
from tests.browser.test_axe import _faults
from tests.fablab.factories import make_lab, make_machine, make_stock
from tests.fablab.test_request_papers import ask, attempt_of
from tests.factories import make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def lab():
    call_command("createcachetable")
    return make_lab("atelier", manager=make_user("olga"))


@pytest.fixture
def requests(lab):
    ada, machine, stock = make_user("ada"), make_machine(lab), make_stock(lab)
    found = {
        state: ask(lab, ada, state, machine=machine, stock=stock) for state in ("submitted", "accepted", "scheduled")
    }
    attempt_of(found["scheduled"], machine, outcome="planned")
    return found


def signed_in(browser, live_server, client, lab, **values):
    client.force_login(lab.staff.get().user)
    context = browser.new_context(base_url=live_server.url, locale="en", **values)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    return context.new_page()


def column(page, name):
    return page.locator(f"[data-column={name}]")


def test_a_card_is_dragged_to_a_column_and_its_form_makes_the_step(browser, live_server, client, lab, requests):
    page = signed_in(browser, live_server, client, lab)
    page.goto("/labs/atelier/requests/")
    column(page, "scheduled").locator(".board-card").drag_to(column(page, "making").locator("h2"))
    dialog = page.get_by_role("dialog", name="Start")
    dialog.get_by_role("checkbox").check()
    dialog.locator("form button").click()
    expect(column(page, "making").locator(".board-card")).to_have_count(1)
    assert PrintRequest.objects.get(pk=requests["scheduled"].pk).state == "in_progress"
    assert Attempt.objects.get().outcome == "running"


def test_a_card_does_not_go_where_no_step_leads(browser, live_server, client, lab, requests):
    page = signed_in(browser, live_server, client, lab)
    page.goto("/labs/atelier/requests/")
    column(page, "new").locator(".board-card").drag_to(column(page, "ready").locator("h2"))
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert PrintRequest.objects.get(pk=requests["submitted"].pk).state == "submitted"


def test_keys_alone_walk_the_board_and_open_steps(browser, live_server, client, lab, requests):
    page = signed_in(browser, live_server, client, lab)
    page.goto("/labs/atelier/requests/")
    column(page, "new").locator(".board-card").focus()
    page.keyboard.press("ArrowRight")
    expect(column(page, "accepted").locator(".board-card")).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    expect(page.get_by_role("dialog", name="Start")).to_be_visible()
    assert _faults(page, f"{live_server.url}/labs/atelier/requests/") == []


def test_without_scripts_the_links_of_a_card_lead_to_the_form_of_the_step(browser, live_server, client, lab, requests):
    page = signed_in(browser, live_server, client, lab, java_script_enabled=False)
    page.goto("/labs/atelier/requests/")
    card = column(page, "scheduled").locator(".board-card")
    card.locator("summary").click()
    card.get_by_role("link", name="Start").click()
    expect(page).to_have_url(re.compile(f"/requests/{requests['scheduled'].ref}/#start$"))
    expect(page.locator("form#start")).to_be_visible()
