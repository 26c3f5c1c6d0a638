"""iCalendar: feeds and mails as other programs' parsers read them."""

from datetime import UTC, datetime, timedelta

import pytest
import vobject
from django.urls import reverse
from icalendar import Calendar

from fablab import calendars
from fablab.actions import change_booking, close
from fablab.actions.book import book, book_series
from fablab.actions.feeds import end_feed, feed_of, renew_feed
from fablab.actions.occupy import occupy
from fablab.models import CalendarFeed, Notice
from fablab.slots import ZoneInfo, repeats
from tests.fablab.factories import make_lab, make_machine
from tests.factories import make_user

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
SOON = (NOW + timedelta(days=(7 - NOW.weekday()))).replace(hour=9)
HOUR = timedelta(hours=1)


@pytest.fixture
def boss(db):
    return make_user("boss")


@pytest.fixture
def ada(db):
    return make_user("ada")


@pytest.fixture
def machine(boss):
    lab = make_lab(manager=boss, name="Atelier; des, Lilas", email="hello@lab.example", street="1 rue\nHaute")
    return make_machine(lab, horizon_days=0, most_minutes=600)


def read(content):
    """The events as vobject reads them; each line within the 75 octets of RFC 5545."""
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    assert b"\n" not in content.replace(b"\r\n", b"")
    calendar = vobject.readOne(content.decode())
    return {event.uid.value: event for event in getattr(calendar, "vevent_list", [])}


def test_a_booking_reads_alike_in_two_parsers(machine, ada):
    made = book(machine, ada, SOON, SOON + HOUR, by=ada, purpose="Gear; box, é\nsecond line " + "long " * 20)
    content = calendars.of_booking(made)
    one = read(content)[f"booking-{made.pk}@127.0.0.1"]
    assert (one.dtstart.value, one.dtend.value) == (SOON, SOON + HOUR)
    assert one.location.value == "Atelier; des, Lilas, 1 rue\nHaute, Paris"
    assert one.description.value == made.purpose
    other = Calendar.from_ical(content).walk("VEVENT")[0]
    assert (other.decoded("dtstart"), other.decoded("dtend"), str(other["uid"])) == (
        SOON, SOON + HOUR, f"booking-{made.pk}@127.0.0.1",
    )  # fmt: skip


def test_moving_keeps_the_uid_and_counts_up(machine, ada):
    made = book(machine, ada, SOON, SOON + HOUR, by=ada)
    before = calendars.attachment(Notice.objects.get(kind="booking_confirmed"))
    change_booking.move(made, SOON + HOUR, SOON + 2 * HOUR, by=ada)
    after = calendars.attachment(Notice.objects.get(kind="booking_moved"))
    change_booking.cancel(made, by=ada)
    gone = calendars.attachment(Notice.objects.get(kind="booking_cancelled"))
    read_all = [Calendar.from_ical(one[1]) for one in (before, after, gone)]
    assert [str(one["method"]) for one in read_all] == ["REQUEST", "REQUEST", "CANCEL"]
    events = [one.walk("VEVENT")[0] for one in read_all]
    assert len({str(one["uid"]) for one in events}) == 1
    assert [int(one["sequence"]) for one in events] == [0, 1, 2]
    assert [str(one["status"]) for one in events] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert str(events[2]["organizer"]) == "mailto:hello@lab.example"
    assert str(events[2]["attendee"]) == "mailto:ada@example.org"
    assert events[1].decoded("dtstart") == SOON + HOUR


def test_a_closure_cancels_in_the_calendar_too(machine, ada, boss):
    book(machine, ada, SOON, SOON + HOUR, by=ada)
    close.close(machine.lab, None, kind="closure", starts=SOON, ends=SOON + HOUR, by=boss, reason="Fair")
    name, content, method = calendars.attachment(Notice.objects.get(kind="closure_over_booking"))
    assert (name, method) == ("booking.ics", "CANCEL")
    assert next(iter(read(content).values())).status.value == "CANCELLED"


def test_a_series_is_one_file_whose_clock_stands_still_in_summer_time(machine, ada):
    first = datetime(2027, 3, 15, 10, tzinfo=PARIS).astimezone(UTC)
    spans = repeats(first, first + HOUR, PARIS, days=7, times=4)
    book_series(machine, ada, spans, by=ada, now=first - timedelta(days=1))
    _, content, method = calendars.attachment(Notice.objects.get(kind="series_confirmed"))
    events = read(content).values()
    assert method == "PUBLISH"
    assert [one.dtstart.value.astimezone(PARIS).strftime("%d.%m %H:%M %z") for one in events] == [
        "15.03 10:00 +0100", "22.03 10:00 +0100", "29.03 10:00 +0200", "05.04 10:00 +0200",
    ]  # fmt: skip


def test_both_hours_of_the_night_that_comes_twice_are_told_apart(machine, ada, boss):
    first = datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    night = [book(machine, ada, first + n * HOUR, first + (n + 1) * HOUR, by=boss, now=first) for n in range(2)]
    found = [next(iter(read(calendars.of_booking(one)).values())) for one in night]
    assert [one.dtstart.value.astimezone(PARIS).strftime("%H:%M %z") for one in found] == ["02:30 +0200", "02:30 +0100"]
    assert found[0].dtend.value == found[1].dtstart.value


def test_a_feed_shows_names_to_staff_and_to_nobody_else(client, machine, ada, boss):
    bob = make_user("bob")
    book(machine, ada, SOON, SOON + HOUR, by=ada, purpose="Secret lamp")
    occupy(machine, "job", SOON + 2 * HOUR, SOON + 3 * HOUR)
    close.close(machine.lab, None, kind="closure", starts=SOON + 4 * HOUR, ends=SOON + 5 * HOUR, by=boss, reason="Fair")
    seen = {}
    for person in (ada, bob, boss):
        for facts in ({"lab": machine.lab}, {"machine": machine}):
            answer = client.get(reverse("fablab:feed", args=[feed_of(person, **facts).secret]))
            assert answer["Content-Type"] == "text/calendar; charset=utf-8"
            events = read(answer.content)
            assert len(events) == 3
            seen[person.username, *facts] = answer.content.decode().replace("\r\n ", "")
    assert "Secret lamp" in seen["boss", "lab"]
    assert "Secret lamp" in seen["ada", "machine"]
    assert "ada" not in seen["bob", "lab"] + seen["bob", "machine"]
    assert "Secret" not in seen["bob", "lab"] + seen["bob", "machine"]


def test_ones_own_feed_has_ones_own_bookings_and_none_that_are_cancelled(client, machine, ada, boss):
    mine = book(machine, ada, SOON, SOON + HOUR, by=ada)
    gone = book(machine, ada, SOON + HOUR, SOON + 2 * HOUR, by=ada)
    book(machine, boss, SOON + 2 * HOUR, SOON + 3 * HOUR, by=boss)
    change_booking.cancel(gone, by=ada)
    answer = client.get(reverse("fablab:feed", args=[feed_of(ada).secret]))
    assert list(read(answer.content)) == [f"booking-{mine.pk}@127.0.0.1"]


def test_an_address_that_was_renewed_or_ended_leads_nowhere(client, ada):
    feed = feed_of(ada)
    assert feed_of(ada) == feed
    old = reverse("fablab:feed", args=[feed.secret])
    renew_feed(feed)
    new = reverse("fablab:feed", args=[feed.secret])
    assert (client.get(old).status_code, client.get(new).status_code) == (404, 200)
    end_feed(feed)
    assert client.get(new).status_code == 404


def test_the_address_of_who_left_leads_nowhere(client, ada):
    feed = feed_of(ada)
    ada.is_active = False
    ada.save()
    assert client.get(reverse("fablab:feed", args=[feed.secret])).status_code == 404


def test_nobody_renews_anothers_address(client, ada, boss):
    feed = feed_of(ada)
    client.force_login(boss)
    assert client.post(reverse("fablab:feed_renew", args=[feed.pk])).status_code == 404
    assert CalendarFeed.objects.get().secret == feed.secret
