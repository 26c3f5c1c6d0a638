"""A lab's numbers are those of its rows, in its own time; what is taken away starts no formula."""

import csv
from datetime import UTC, date, datetime, timedelta

import pytest

from fablab.models import Attempt, Booking, PrintRequest, Quote, RequestEvent, Staff, StockMove
from fablab.statistics import numbers
from tests.fablab.factories import make_lab, make_machine, make_stock
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    return make_user()


@pytest.fixture
def lab(ada):
    return make_lab(manager=ada)


def at(*when):
    return datetime(*when, tzinfo=UTC)


def request(lab, requester, submitted, **values):
    made = PrintRequest.objects.create(
        lab=lab, requester=requester, state="submitted", submitted_at=submitted, **values
    )
    made.quote = Quote.objects.create(request=made, version=1, total_cents=1250)
    made.save()
    return made


def event(one, after, when):
    row = RequestEvent.objects.create(request=one, before="submitted", after=after)
    RequestEvent.objects.filter(pk=row.pk).update(at=when)


def test_hours_grams_people_waiting_and_failures_are_those_of_the_rows(lab, ada):
    eve, machine = make_user("eve"), make_machine(lab)
    first = request(lab, eve, at(2026, 3, 10, 9), paid_at=at(2026, 3, 20, 9))
    second = request(lab, ada, at(2026, 4, 1, 9))
    event(first, "quoted", at(2026, 3, 10, 12))
    event(first, "ready", at(2026, 3, 12, 9))
    event(second, "rejected", at(2026, 4, 1, 14))
    for one, number, outcome, seconds, ended in (
        (first, 1, "failed", 1800, at(2026, 3, 11, 9)), (first, 2, "worked", 7200, at(2026, 4, 2, 9)),
    ):  # fmt: skip
        Attempt.objects.create(
            request=one, number=number, machine=machine, outcome=outcome, actual_seconds=seconds, ended_at=ended,
            starts=ended - timedelta(hours=3), ends=ended,
        )  # fmt: skip
    move = StockMove.objects.create(stock=make_stock(lab), grams=-42, reason=StockMove.Reason.USE)
    StockMove.objects.filter(pk=move.pk).update(at=at(2026, 3, 11, 9))
    for state in (Booking.State.DONE, Booking.State.NO_SHOW):
        Booking.objects.create(
            machine=machine, person=eve, state=state, starts=at(2026, 3, 5, 9), ends=at(2026, 3, 5, 11)
        )
    found = numbers(lab, date(2026, 3, 1), date(2026, 4, 30))
    march, april = found.months
    assert (march.requests, april.requests) == (1, 1)
    assert (march.failed, march.worked, april.worked) == (1, 0, 1)
    assert (march.machine_hours, april.machine_hours) == (0.5, 2.0)
    assert (march.grams, march.booked_hours, march.earned) == (42, 2.0, "12.50")
    assert (found.people, found.no_shows) == (2, 1)
    assert (found.answer_hours, found.done_days) == (4.0, 2.0)
    assert found.total.failure_percent == 50
    assert found.machines == [("Mini", 2.5, 1, 1)]


def test_a_month_begins_at_midnight_of_the_lab_and_not_of_greenwich(lab, ada):
    request(lab, ada, at(2026, 3, 31, 22, 30))
    found = numbers(lab, date(2026, 3, 1), date(2026, 4, 30))
    assert [month.requests for month in found.months] == [0, 1]


def test_of_a_lab_that_did_nothing_nothing_is_said(client, lab, ada):
    client.force_login(ada)
    assert client.get(f"/labs/{lab.slug}/statistics/").status_code == 200
    assert client.get(f"/labs/{lab.slug}/statistics/?from=2030-01-01&to=1999-01-01").status_code == 200
    assert client.get(f"/labs/{lab.slug}/statistics/?from=never").status_code == 200


def test_numbers_and_rows_are_for_who_works_there(client, lab):
    for path in ("statistics/", "export/requests.csv"):
        assert client.get(f"/labs/{lab.slug}/{path}").status_code == 302
    eve = make_user("eve")
    client.force_login(eve)
    for path in ("statistics/", "export/requests.csv"):
        assert client.get(f"/labs/{lab.slug}/{path}").status_code == 403
    Staff.objects.create(lab=lab, user=eve, role=Staff.Role.OPERATOR)
    for kind in ("requests", "attempts", "bookings", "stock", "machines"):
        assert client.get(f"/labs/{lab.slug}/export/{kind}.csv").status_code == 200
    assert client.get(f"/labs/{lab.slug}/export/people.csv").status_code == 404


def test_a_cell_that_would_be_a_formula_is_text(client, lab, ada):
    request(lab, ada, at(2026, 3, 1), project_title='=HYPERLINK("http://evil")')
    client.force_login(ada)
    answer = client.get(f"/labs/{lab.slug}/export/requests.csv")
    head, row = csv.reader(b"".join(answer.streaming_content).decode().splitlines())
    assert row[head.index("project")] == '\'=HYPERLINK("http://evil")'
