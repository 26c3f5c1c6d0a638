"""Booking in a real browser: by dragging, by keys alone, without scripts; on the lab's clock, not the visitor's."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from playwright.sync_api import expect

from fablab.actions.book import book
from fablab.models import Booking, OpeningHours
from fablab.slots import ZoneInfo
from tests.browser.test_axe import _faults
from tests.fablab.factories import make_lab, make_machine
from tests.factories import make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PARIS = ZoneInfo("Europe/Paris")
TODAY = datetime.now(UTC).astimezone(PARIS).replace(hour=10, minute=0, second=0, microsecond=0)
MONDAY = TODAY + timedelta(days=14 - TODAY.weekday())
DAY = MONDAY.date().isoformat()
HOUR = timedelta(hours=1)


@pytest.fixture
def machine():
    call_command("createcachetable")
    lab = make_lab(manager=make_user("boss"))
    OpeningHours.objects.create(lab=lab, weekday=5, opens="09:00", closes="18:00")
    make_machine(lab, "other")
    return make_machine(lab)


@pytest.fixture
def ada(machine):
    return make_user("ada")


@pytest.fixture
def visitor(browser, live_server, client, ada):
    """A page of somebody who is signed in, in a browser whose own clock is elsewhere."""
    client.force_login(ada)
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    opened = []

    def visit(path, **values):
        context = browser.new_context(viewport={"width": 1280, "height": 1000}, timezone_id="Asia/Tokyo", **values)
        context.add_cookies([cookie])
        opened.append(context)
        page = context.new_page()
        page.goto(live_server.url + path)
        return page

    yield visit
    for context in opened:
        context.close()


def clock(at):
    return at.astimezone(PARIS).isoformat()[:16]


def test_a_time_is_dragged_into_the_form_and_booked(visitor, machine):
    page = visitor(f"/labs/atelier/machines/mini/calendar/?date={DAY}")
    days = page.locator(".ec-body .ec-day")
    expect(days.first).to_be_visible()
    box = page.locator("[data-drawn] .ec-body").bounding_box()
    across = days.nth(1).bounding_box()
    x, y = across["x"] + across["width"] / 2, box["y"] + 26 * 2 + 4
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + 26 * 3, steps=8)
    page.mouse.up()
    expect(page.locator("[name=purpose]")).to_be_focused()
    starts, ends = (page.input_value(f"form[data-book] [name={name}]") for name in ("starts", "ends"))
    page.keyboard.type("Lamp")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Booked: Mini")).to_be_visible()
    made = Booking.objects.get()
    assert (clock(made.starts), clock(made.ends), made.purpose) == (starts, ends, "Lamp")
    assert made.starts.astimezone(PARIS).date() == MONDAY.date() + timedelta(days=1)


def test_a_booking_is_dragged_to_another_time_and_springs_back_where_that_is_taken(visitor, machine, ada):
    mine = book(machine, ada, MONDAY, MONDAY + HOUR, by=ada)
    book(machine, make_user("bob"), MONDAY + 3 * HOUR, MONDAY + 4 * HOUR, by=ada.__class__.objects.get(username="boss"))
    page = visitor(f"/labs/atelier/machines/mini/calendar/?date={DAY}")
    for hours, said in ((1, "Moved: Mini"), (2, "is taken at that time")):
        box = page.locator(".ec-event.is-mine").bounding_box()
        x, y = box["x"] + 20, box["y"] + 10
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x, y + 52 * hours, steps=10)
        page.mouse.up()
        expect(page.locator("[data-said]")).to_contain_text(said)
    mine.refresh_from_db()
    assert mine.starts == MONDAY + HOUR


def test_keys_alone_choose_a_time_and_book_it(visitor, machine):
    page = visitor(f"/labs/atelier/machines/mini/calendar/?date={DAY}")
    expect(page.locator(".ec-body .ec-day").first).to_be_visible()
    page.locator("[data-switch] [value=table]").focus()
    page.keyboard.press("Tab")
    page.locator("free-times td.free a").first.focus()
    expect(page.locator("[data-drawn]")).to_be_hidden()
    for key in ("ArrowRight", "ArrowDown", "ArrowDown", "Shift+ArrowDown", "Enter"):
        page.keyboard.press(key)
    expect(page.locator("[name=purpose]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Booked: Mini")).to_be_visible()
    made = Booking.objects.get()
    assert (clock(made.starts), clock(made.ends)) == (clock(MONDAY + 24 * HOUR), clock(MONDAY + 25 * HOUR))


def test_without_scripts_the_table_links_to_the_form(visitor, machine):
    page = visitor(f"/labs/atelier/calendar/?date={DAY}", java_script_enabled=False)
    page.get_by_role("link", name="Mini", exact=True).click()
    page.locator(f'a[data-starts="{clock(MONDAY)}"]').click()
    page.get_by_role("button", name="Book", exact=True).click()
    expect(page.get_by_text("Booked: Mini")).to_be_visible()
    assert Booking.objects.get().starts == MONDAY


def test_no_page_of_booking_has_a_serious_fault(visitor, machine, ada, live_server):
    mine = book(machine, ada, MONDAY, MONDAY + HOUR, by=ada)
    week = f"/labs/atelier/machines/mini/calendar/?date={DAY}"
    paths = [week, f"{week}&view=day", f"/labs/atelier/calendar/?date={DAY}", "/bookings/", f"/bookings/{mine.pk}/",
             "/labs/atelier/machines/mini/check-in/", "/calendars/"]  # fmt: skip
    faults = {}
    for theme in ("light", "dark"):
        page = visitor("/bookings/", color_scheme=theme)
        for path in paths:
            if found := _faults(page, live_server.url + path):
                faults[f"{theme} {path}"] = found
    assert faults == {}
