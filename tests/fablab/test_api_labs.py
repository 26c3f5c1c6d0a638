"""Labs, machines, materials, bookings and numbers by the API do what their pages do."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from accounts import tokens
from accounts.models import User
from fablab.models import Booking, Closure, Lab, Machine, Staff, Training, Waiting
from tests.fablab.factories import make_lab, make_machine, make_stock
from tests.factories import make_user

pytestmark = pytest.mark.django_db
V1 = "/api/v1"
AT = f"{V1}/labs/atelier"


class Caller:
    """Somebody with a token, who says JSON."""

    def __init__(self, client, user, *scopes):
        self.client = client
        self.sign = {"HTTP_AUTHORIZATION": "Bearer " + tokens.issue(user, "test", scopes or ["read", "write"])[1]}

    def __call__(self, method, path, body=None):
        send = getattr(self.client, method)
        if body is None:
            return send(path, **self.sign)
        return send(path, body, content_type="application/json", **self.sign)


@pytest.fixture
def ada(client):
    return Caller(client, make_user("ada"))


@pytest.fixture
def bob(client):
    return Caller(client, make_user("bob"))


@pytest.fixture
def lab(ada):
    return make_lab(manager=User.objects.get(username="ada"))


@pytest.fixture
def machine(lab):
    return make_machine(lab)


def monday(hour):
    """That hour of the lab's clock, on a Monday that comes."""
    now = datetime.now(UTC)
    day = (now + timedelta(days=7 - now.weekday())).date()
    return datetime(day.year, day.month, day.day, hour, tzinfo=ZoneInfo("Europe/Paris"))


def span(first, last):
    return {"starts": monday(first).isoformat(), "ends": monday(last).isoformat()}


def test_labs_are_listed_by_what_is_asked_and_page_by_page(client):
    make_lab("lyon", city="Lyon", latitude=45.76, longitude=4.83)
    make_lab("atelier")
    make_machine(
        make_lab("berlin", city="Berlin", country="DE", latitude=52.5, longitude=13.4), process="laser-cutting"
    )

    def slugs(query):
        return [one["slug"] for one in client.get(f"{V1}/labs?{query}").json()["items"]]

    assert slugs("country=de") == ["berlin"]
    assert slugs("q=lyon") == ["lyon"]
    assert slugs("process=laser-cutting") == ["berlin"]
    assert slugs("near=48.85,2.35&km=500") == ["atelier", "lyon"]
    near = client.get(f"{V1}/labs?near=48.85,2.35&limit=1").json()
    assert near["items"][0]["km"] == pytest.approx(0.75, abs=0.2)
    after = client.get(near["next"]).json()
    assert [one["slug"] for one in after["items"]] == ["lyon"]
    assert client.get(f"{V1}/labs?near=nowhere-at-all").status_code == 422
    assert client.get(f"{V1}/labs?process=magic").status_code == 422


def test_a_lab_is_read_with_its_hours_and_machines(client, machine):
    found = client.get(AT).json()
    assert found["hours"][0] == {"weekday": 0, "opens": "09:00:00", "closes": "18:00:00", "for_members": False}
    assert found["machines"] == [{"slug": "mini", "name": "Mini", "process": "material-extrusion", "state": "ready"}]
    assert client.get(f"{V1}/labs/nothing").status_code == 404


def test_a_lab_is_proposed_changed_and_said_open_by_its_manager_alone(client, bob, ada):
    made = bob("post", f"{V1}/labs", {"name": "Makery", "city": "Lyon", "country": "fr", "is_mine": True})
    assert (made.status_code, made.json()["slug"], made.json()["timezone"]) == (201, "makery", "Europe/Paris")
    at = f"{V1}/labs/makery"
    assert ada("patch", at, {"summary": "Mine"}).status_code == 403
    assert client.patch(at, {"summary": "Mine"}, content_type="application/json").status_code == 401
    assert bob("patch", at, {"summary": "We make"}).json()["summary"] == "We make"
    assert bob("patch", at, {"standing": "verified"}).status_code == 422
    assert bob("put", f"{at}/open", {"open": True}).json()["is_open"] is True
    assert bob("put", f"{at}/open", {"open": None}).json()["is_open"] is None


def test_a_token_that_only_reads_changes_nothing(client, lab):
    reader = Caller(client, User.objects.get(username="ada"), "read")
    assert reader("patch", AT, {"summary": "x"}).status_code == 403
    assert reader("get", f"{AT}/stock").status_code == 200


def test_machines_are_listed_from_the_catalogue_changed_and_taken_down(client, ada, bob, lab):
    made = ada("post", f"{AT}/machines", {"name": "Blue", "catalogue": "prusa-mk4", "hour_cents": 150})
    assert made.status_code == 201, made.content
    assert made.json()["process"] == "material-extrusion"
    assert made.json()["x_mm"] > 200
    at = f"{AT}/machines/blue"
    assert bob("post", f"{AT}/machines", {"name": "x", "process": "other"}).status_code == 403
    assert ada("post", f"{AT}/machines", {"name": "x"}).status_code == 422
    assert ada("patch", at, {"nozzle_mm": 0.6}).json()["nozzle_mm"] == 0.6
    assert ada("patch", at, {"most_minutes": 10, "least_minutes": 30}).status_code == 422
    down = ada("post", f"{at}/state", {"state": "broken", "text": "It smokes"})
    assert down.json()["state"] == "broken"
    log = ada("get", f"{at}/log").json()["items"]
    assert (log[0]["kind"], log[0]["text"], log[0]["by"]) == ("fault", "It smokes", "ada")
    assert ada("post", f"{at}/log", {"kind": "state", "text": "no"}).status_code == 422
    assert ada("post", f"{at}/log", {"kind": "repair", "text": "New fan"}).status_code == 201
    assert bob("get", f"{at}/log").status_code == 403
    assert [one["slug"] for one in client.get(f"{AT}/machines").json()["items"]] == ["blue"]


def test_a_training_of_another_lab_is_not_there(ada, machine):
    own = Training.objects.create(lab=machine.lab, name="Fire")
    other = Training.objects.create(lab=make_lab("other"), name="Water")
    at = f"{AT}/machines/mini"
    assert ada("patch", at, {"training": own.pk}).json()["training"] == {"id": own.pk, "name": "Fire"}
    assert ada("patch", at, {"training": other.pk}).status_code == 404
    assert ada("patch", at, {"training": None}).json()["training"] is None


def test_what_is_left_of_a_material_changes_with_a_line_for_each(ada, bob, machine):
    made = ada("post", f"{AT}/stock", {"material": "PETG", "colour": "red", "amount": 750})
    assert (made.status_code, made.json()["remaining_g"]) == (201, 750)
    at = f"{AT}/stock/{made.json()['id']}"
    assert ada("post", f"{at}/changes", {"what": "use", "amount": 50}).json()["remaining_g"] == 700
    assert ada("post", f"{at}/changes", {"what": "correct", "amount": 690, "note": "weighed"}).status_code == 201
    lines = ada("get", f"{at}/changes").json()["items"]
    assert [(one["reason"], one["grams"]) for one in lines] == [("correction", -10), ("use", -50), ("delivery", 750)]
    assert ada("patch", at, {"place": "Shelf 3"}).json()["place"] == "Shelf 3"
    assert ada("put", f"{at}/machine", {"machine": "mini"}).json()["machine"] == "mini"
    assert ada("post", f"{at}/used-up").json()["is_used_up"] is True
    assert ada("get", f"{AT}/stock").json()["items"] == []
    assert len(ada("get", f"{AT}/stock?used_up=true").json()["items"]) == 1
    assert bob("get", f"{AT}/stock").status_code == 403
    other = make_stock(make_lab("other"))
    assert ada("get", f"{AT}/stock/{other.pk}").status_code == 404


def test_a_free_time_is_found_booked_moved_and_given_back(client, ada, bob, machine):
    at = f"{AT}/machines/mini"
    free = client.get(f"{at}/free", {"minutes": 60, "days": 14}).json()["free"]
    assert free
    assert all(
        datetime.fromisoformat(one["ends"]) - datetime.fromisoformat(one["starts"]) >= timedelta(hours=1)
        for one in free
    )
    made = bob("post", f"{at}/bookings", {**span(10, 12), "purpose": "Gears"})
    assert made.status_code == 201, made.content
    booked = made.json()["booked"][0]
    assert (booked["person"], booked["state"]) == ("bob", "confirmed")
    taken = ada("post", f"{at}/bookings", span(11, 13))
    assert (taken.status_code, taken.json()["code"]) == (409, "taken")
    mine = f"{V1}/bookings/{booked['id']}"
    moved = bob("patch", mine, span(14, 15))
    assert datetime.fromisoformat(moved.json()["starts"]) == monday(14)
    assert [one["id"] for one in bob("get", f"{V1}/bookings").json()["items"]] == [booked["id"]]
    assert ada("get", mine).status_code == 200
    assert ada("post", f"{mine}/cancel", {}).status_code == 422
    assert ada("post", f"{mine}/cancel", {"reason": "Fire drill"}).json()["state"] == "cancelled"
    assert len(ada("get", f"{AT}/bookings").json()["items"]) == 1
    assert bob("get", f"{AT}/bookings").status_code == 403
    assert bob("post", f"{mine}/check-in").status_code == 422


def test_a_repeated_booking_says_what_could_not_be(bob, ada, machine):
    at = f"{AT}/machines/mini"
    assert bob("post", f"{at}/bookings", span(10, 11)).status_code == 201
    wanted = {**span(10, 11), "times": 3}
    assert ada("post", f"{at}/bookings", wanted).status_code == 422
    made = ada("post", f"{at}/bookings", {**wanted, "only_free": True}).json()
    assert (len(made["booked"]), len(made["refused"])) == (2, 1)


def test_staff_alone_books_for_somebody_else(ada, bob, machine):
    at = f"{AT}/machines/mini/bookings"
    assert bob("post", at, {**span(10, 11), "person": "ada"}).status_code == 403
    assert ada("post", at, {**span(10, 11), "person": "bob"}).json()["booked"][0]["person"] == "bob"


def test_strangers_do_not_see_a_booking(client, ada, machine):
    bob, eve = make_user("bob"), make_user("eve")
    made = Booking.objects.create(machine=machine, person=bob, starts=monday(10), ends=monday(11))
    assert Caller(client, eve)("get", f"{V1}/bookings/{made.pk}").status_code == 404
    assert client.get(f"{V1}/bookings/{made.pk}").status_code == 401


def test_who_waits_is_offered_what_becomes_free(ada, bob, machine):
    at = f"{AT}/machines/mini"
    booked = ada("post", f"{at}/bookings", span(10, 11)).json()["booked"][0]
    waits = bob("post", f"{at}/waiting", span(10, 11))
    assert (waits.status_code, waits.json()["state"]) == (201, "waiting")
    ada("post", f"{V1}/bookings/{booked['id']}/cancel", {})
    offered = bob("get", f"{V1}/waiting").json()["items"][0]
    assert offered["state"] == "offered"
    taken = bob("post", f"{V1}/bookings/{offered['booking']}/accept")
    assert taken.json()["state"] == "confirmed"
    other = bob("post", f"{at}/waiting", span(10, 11))
    assert other.status_code in {201, 422}
    assert Waiting.objects.filter(state="taken").count() == 1


def test_a_closure_over_bookings_must_be_meant(ada, bob, machine):
    bob("post", f"{AT}/machines/mini/bookings", span(10, 11))
    closure = {**span(9, 12), "reason": "Paint"}
    assert ada("post", f"{AT}/closures", closure).status_code == 409
    made = ada("post", f"{AT}/closures", {**closure, "sure": True})
    assert made.status_code == 201
    assert Booking.objects.get().state == "cancelled"
    assert ada("delete", f"{AT}/closures/{made.json()['id']}").status_code == 204
    assert not Closure.objects.exists()


def test_numbers_of_a_lab_are_for_its_people(client, ada, bob, machine):
    told = ada("get", f"{AT}/statistics?from=2026-01-01&to=2026-03-31").json()
    assert [one["month"] for one in told["months"]] == ["2026-01-01", "2026-02-01", "2026-03-01"]
    assert told["total"]["requests"] == 0
    assert ada("get", f"{AT}/statistics?from=2026-03-01&to=2026-01-01").status_code == 422
    assert bob("get", f"{AT}/statistics").status_code == 403
    assert client.get(f"{AT}/statistics").status_code == 401


def test_a_hidden_lab_is_there_for_staff_of_the_site_alone(client, lab):
    Lab.objects.filter(pk=lab.pk).update(hidden_at=datetime.now(UTC))
    assert client.get(AT).status_code == 404
    assert Caller(client, make_user("boss", is_staff=True))("get", AT).status_code == 200


def test_an_operator_works_but_does_not_manage(client, lab, machine):
    olga = make_user("olga")
    Staff.objects.create(lab=lab, user=olga, role=Staff.Role.OPERATOR)
    call = Caller(client, olga)
    assert call("get", f"{AT}/stock").status_code == 200
    assert call("patch", AT, {"name": "Mine"}).status_code == 403
    assert call("post", f"{AT}/machines/mini/state", {"state": "maintenance"}).status_code == 200
    assert Machine.objects.get().state == "maintenance"
