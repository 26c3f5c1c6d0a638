"""The pages of booking: who sees what, what a form does, and what it says when it cannot."""

import json
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from django.urls import reverse

from fablab.actions import wait
from fablab.actions.book import book
from fablab.actions.close import close
from fablab.actions.feeds import feed_of
from fablab.models import Booking, Closure, Occupation, Staff, Strike, Waiting
from fablab.slots import ZoneInfo
from tests.fablab.factories import make_lab, make_machine
from tests.factories import make_user

PARIS = ZoneInfo("Europe/Paris")
HOUR = timedelta(hours=1)
TODAY = datetime.now(UTC).astimezone(PARIS).replace(hour=10, minute=0, second=0, microsecond=0)
TEN = TODAY + timedelta(days=7 - TODAY.weekday())  # Monday of next week
DAY = TEN.date().isoformat()


@pytest.fixture
def people(db):
    return {name: make_user(name) for name in ("ada", "bob", "operator", "manager", "stranger")}


@pytest.fixture
def lab(people):
    made = make_lab(manager=people["manager"])
    Staff.objects.create(lab=made, user=people["operator"], role=Staff.Role.OPERATOR)
    return made


@pytest.fixture
def machine(lab):
    return make_machine(lab)


@pytest.fixture
def booking(machine, people):
    return book(machine, people["ada"], TEN, TEN + HOUR, by=people["ada"], purpose="Lamp")


def clock(at):
    return at.astimezone(PARIS).isoformat()[:16]


def form(machine, starts=TEN, ends=TEN + HOUR, **more):
    return {"machine": machine.slug, "starts": clock(starts), "ends": clock(ends), **more}


@pytest.fixture
def rows(booking, machine, people):
    """What the addresses of the matrix are about."""
    missed = book(machine, people["ada"], TEN + 2 * HOUR, TEN + 3 * HOUR, by=people["ada"])
    return {
        "lab": machine.lab.slug,
        "machine": machine.slug,
        "booking": booking.pk,
        "closure": close(machine.lab, machine, kind="closure", starts=TEN + 5 * HOUR, ends=TEN + 6 * HOUR, by=None).pk,
        "strike": Strike.objects.create(
            lab=machine.lab, person=people["ada"], booking=missed, expires_at=TEN + 99 * HOUR
        ).pk,
        "waiting": Waiting.objects.create(machine=machine, person=people["ada"], starts=TEN, ends=TEN + HOUR).pk,
        "feed": feed_of(people["ada"]).pk,
    }


ANYBODY = {"anonymous": 200, "stranger": 200, "ada": 200, "operator": 200, "manager": 200}
SIGNED_IN = {**ANYBODY, "anonymous": "sign-in"}
OWN = {"anonymous": "sign-in", "stranger": 404, "ada": 200, "operator": 404, "manager": 404}
OWN_OR_STAFF = {**OWN, "operator": 200, "manager": 200}
OPERATORS = {"anonymous": "sign-in", "stranger": 403, "ada": 403, "operator": 200, "manager": 200}
MANAGERS = {**OPERATORS, "operator": 403}
MATRIX = [
    ("get", "calendar", ["lab"], ANYBODY),
    ("get", "machine_calendar", ["lab", "machine"], ANYBODY),
    ("post", "calendar", ["lab"], {**SIGNED_IN, **dict.fromkeys(("stranger", "ada", "operator", "manager"), 409)}),
    ("get", "closures", ["lab"], OPERATORS),
    ("post", "closure_remove", ["lab", "closure"], OPERATORS),
    ("get", "strikes", ["lab"], MANAGERS),
    ("post", "strike_decide", ["lab", "strike"], MANAGERS),
    ("get", "check_in", ["lab", "machine"], SIGNED_IN),
    ("get", "check_in_poster", ["lab", "machine"], OPERATORS),
    ("post", "wait_for", ["lab", "machine"], SIGNED_IN),
    ("get", "bookings", [], SIGNED_IN),
    ("get", "booking", ["booking"], OWN_OR_STAFF),
    ("get", "booking_ics", ["booking"], OWN_OR_STAFF),
    ("post", "booking_move", ["booking"], {**OWN_OR_STAFF, "ada": 409, "operator": 409, "manager": 409}),
    ("post", "wait_leave", ["waiting"], OWN),
    ("post", "strike_appeal", ["strike"], OWN),
    ("get", "feeds", [], SIGNED_IN),
    ("post", "feed_renew", ["feed"], OWN),
]


@pytest.mark.parametrize("who", ["anonymous", "stranger", "ada", "operator", "manager"])
def test_who_may_open_what(client, rows, people, who):
    if who != "anonymous":
        client.force_login(people[who])
    seen, expected = {}, {}
    for method, name, args, answers in MATRIX:
        answer = getattr(client, method)(reverse(f"fablab:{name}", args=[rows[one] for one in args]))
        code = answer.status_code
        if code == 302:
            code = "sign-in" if urlsplit(answer["Location"]).path == reverse("account_login") else 200
        seen[method, name], expected[method, name] = code, answers[who]
    assert seen == expected


@pytest.mark.parametrize("act", ["accept", "cancel", "check-in", "finish"])
def test_a_stranger_acts_on_nobodys_booking(client, booking, people, act):
    client.force_login(people["stranger"])
    assert client.post(reverse("fablab:booking_act", args=[booking.pk, act])).status_code == 404
    booking.refresh_from_db()
    assert booking.state == "confirmed"


def test_a_form_books_on_the_labs_clock_and_says_so(client, machine, people):
    client.force_login(people["ada"])
    address = reverse("fablab:machine_calendar", args=[machine.lab.slug, machine.slug])
    answer = client.post(address, form(machine, purpose="Lamp"), follow=True)
    made = Booking.objects.get()
    assert (made.starts, made.ends, made.person) == (TEN, TEN + HOUR, people["ada"])
    assert "Booked: Mini" in answer.content.decode()
    assert answer.request["QUERY_STRING"].startswith(f"date={DAY}")


def test_what_is_taken_is_answered_with_the_next_free_time_and_the_list(client, booking, machine, people):
    client.force_login(people["bob"])
    address = reverse("fablab:machine_calendar", args=[machine.lab.slug, machine.slug])
    answer = client.post(address, form(machine))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "11:00 to 12:00" in page
    assert f"starts={clock(TEN + HOUR)}" in page
    client.post(reverse("fablab:wait_for", args=[machine.lab.slug, machine.slug]), form(machine))
    assert Waiting.objects.get().person == people["bob"]


def test_a_repeated_booking_lists_which_could_not_be(client, booking, machine, people):
    client.force_login(people["bob"])
    address = reverse("fablab:machine_calendar", args=[machine.lab.slug, machine.slug])
    week = form(machine, repeat="1", times="3")
    answer = client.post(address, week)
    assert answer.status_code == 409
    assert answer.content.decode().count("is taken at that time") == 1
    answer = client.post(address, {**week, "only_free": "on"}, follow=True)
    assert "Booked 2 times" in answer.content.decode()
    assert "Not booked" in answer.content.decode()


@pytest.mark.parametrize("said", ["soon", "2027-13-45T10:00", "0001-01-01T00:00", "2027-03-28T02:30"])
def test_a_time_that_is_none_is_said_and_books_nothing(client, machine, people, said):
    client.force_login(people["ada"])
    address = reverse("fablab:machine_calendar", args=[machine.lab.slug, machine.slug])
    assert client.post(address, {**form(machine), "starts": said}).status_code == 409
    assert not Occupation.objects.exists()


def test_scripts_move_by_the_same_form_and_get_the_sentence(client, booking, machine, people):
    client.force_login(people["ada"])
    address = reverse("fablab:booking_move", args=[booking.pk])
    good = client.post(address, form(machine, TEN + HOUR, TEN + 2 * HOUR), headers={"accept": "application/json"})
    bad = client.post(address, form(machine, TEN, TEN + 12 * HOUR), headers={"accept": "application/json"})
    assert (good.status_code, bad.status_code, bad.json()["code"]) == (200, 409, "too-long")
    booking.refresh_from_db()
    assert booking.starts == TEN + HOUR


def test_only_staff_and_oneself_see_who_booked(client, booking, machine, people):
    address = reverse("fablab:machine_calendar", args=[machine.lab.slug, machine.slug]) + f"?date={DAY}"
    assert "Lamp" not in client.get(address).content.decode()
    client.force_login(people["bob"])
    assert "Lamp" not in client.get(address).content.decode()
    client.force_login(people["operator"])
    assert "ada · Lamp" in client.get(address).content.decode()


def test_the_table_and_the_drawing_say_the_same(client, booking, machine, people):
    address = reverse("fablab:machine_calendar", args=[machine.lab.slug, machine.slug]) + f"?date={DAY}"
    page = client.get(address).content.decode()
    data = json.loads(re.search(r'<script id="calendar-data"[^>]*>(.*?)</script>', page, re.S)[1])
    assert data["events"] == [[machine.pk, "booking", clock(TEN), clock(TEN + HOUR), "Booked", 0]]
    assert page.count('<td class="booking">') == 2
    assert f'data-starts="{clock(TEN + HOUR)}"' in page
    assert f'data-starts="{clock(TEN)}"' not in page


def test_a_closure_shows_what_gives_way_before_it_is_made(client, booking, machine, people):
    client.force_login(people["operator"])
    address = reverse("fablab:closures", args=[machine.lab.slug])
    asked = form(machine, TEN, TEN + 3 * HOUR, kind="maintenance", reason="New belt")
    first = client.post(address, asked)
    assert (first.status_code, Closure.objects.count()) == (409, 0)
    assert "1 booking gives way" in first.content.decode()
    client.post(address, {**asked, "sure": "yes"})
    booking.refresh_from_db()
    assert (booking.state, Closure.objects.count()) == ("cancelled", 1)
    client.force_login(people["ada"])
    page = client.get(reverse("fablab:booking", args=[booking.pk])).content.decode()
    assert "Free instead" in page
    assert "Book this" in page


def test_the_code_on_the_machine_leads_to_check_in(client, machine, people):
    client.force_login(people["operator"])
    poster = client.get(reverse("fablab:check_in_poster", args=[machine.lab.slug, machine.slug])).content.decode()
    assert "<svg" in poster
    assert f"/labs/{machine.lab.slug}/machines/{machine.slug}/check-in/" in poster
    now = datetime.now(UTC)
    starts = now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0)
    mine = book(machine, people["ada"], starts, starts + HOUR, by=people["operator"])
    client.force_login(people["ada"])
    address = reverse("fablab:check_in", args=[machine.lab.slug, machine.slug])
    assert "I am here" in client.get(address).content.decode()
    client.post(reverse("fablab:booking_act", args=[mine.pk, "check-in"]))
    assert "You are checked in" in client.get(address).content.decode()
    client.force_login(people["bob"])
    assert "Somebody else has it" in client.get(address).content.decode()


def test_an_offer_is_taken_by_post_and_never_by_opening_it(client, booking, machine, people):
    wait.wait(machine, people["bob"], TEN, TEN + HOUR)
    client.force_login(people["ada"])
    client.post(reverse("fablab:booking_act", args=[booking.pk, "cancel"]))
    held = Booking.objects.get(state="held")
    client.force_login(people["bob"])
    assert "Held for you" in client.get(reverse("fablab:bookings")).content.decode()
    assert client.get(reverse("fablab:booking_act", args=[held.pk, "accept"])).status_code == 405
    client.post(reverse("fablab:booking_act", args=[held.pk, "accept"]))
    held.refresh_from_db()
    assert held.state == "confirmed"


def test_a_lab_with_many_bookings_costs_as_many_queries_as_one_with_few(
    client, lab, people, django_assert_max_num_queries
):
    machines = [make_machine(lab, f"m{number}") for number in range(12)]
    client.force_login(people["ada"])
    address = reverse("fablab:calendar", args=[lab.slug]) + f"?date={DAY}"
    client.get(address)
    for one in machines:
        for number in range(4):
            book(one, people["bob"], TEN + number * HOUR, TEN + (number + 1) * HOUR, by=people["operator"])
    with django_assert_max_num_queries(26):
        page = client.get(address).content.decode()
    assert page.count('class="booking"') == 12
