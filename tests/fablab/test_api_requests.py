"""A print request by the API alone: asked, talked about, quoted, accepted, scheduled, made, collected."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import User
from fablab.models import Staff
from fablab.slicers import prusa
from tests.fablab.factories import make_lab, make_machine, make_stock
from tests.fablab.test_api_labs import V1, Caller
from tests.factories import commit, make_project, make_user
from tests.solids import box

pytestmark = pytest.mark.django_db
AT = f"{V1}/labs/atelier/requests"


@pytest.fixture
def ada(client):
    return Caller(client, make_user("ada"))


@pytest.fixture
def bob(client):
    return Caller(client, make_user("bob"))


@pytest.fixture
def eve(client):
    return Caller(client, make_user("eve"))


@pytest.fixture
def lab(ada):
    lab = make_lab(manager=User.objects.get(username="ada"), terms="Wear glasses.")
    make_machine(lab)
    make_stock(lab)
    return lab


@pytest.fixture
def project(bob):
    project = make_project(User.objects.get(username="bob"))
    commit(project, {"gear.stl": box()})
    return project


BODY = {"owner": "bob", "project": "widget", "parts": [{"path": "gear.stl", "quantity": 2}], "material": "PLA"}


@pytest.fixture
def ref(bob, lab, project):
    made = bob("post", AT, {**BODY, "submit": True, "accepts_terms": True, "phone": "+33 6"})
    assert made.status_code == 201, made.content
    return made.json()["ref"]


def step(call, ref, verb, body=None):
    return call("post", f"{V1}/requests/{ref}/{verb}", body if body is not None else {})


def quoted(ada, ref):
    at = f"{V1}/requests/{ref}/quotes"
    draft = ada("post", at, {"machine": "mini"})
    assert draft.status_code == 201, draft.content
    lines = [{"kind": "setup", "quantity": 1, "unit_cents": 200}, {"kind": "extra", "quantity": 3, "unit_cents": 50}]
    edited = ada("patch", f"{at}/1", {"lines": lines, "seconds": 3600, "grams": 12.5})
    assert edited.json()["total_cents"] == 350
    return ada("post", f"{at}/1/send")


@pytest.fixture(autouse=True)
def no_slicer(monkeypatch):
    """The kernel alone, so that no worker is needed."""
    monkeypatch.setattr(prusa, "program", lambda: "")


def test_parts_are_pinned_to_the_commit_and_its_contents(bob, ref, project):
    found = bob("get", f"{V1}/requests/{ref}").json()
    assert (found["state"], found["number"], found["commit"]) == ("submitted", 1, project.head)
    assert [(one["path"], one["quantity"]) for one in found["parts"]] == [("gear.stl", 2)]
    assert len(found["parts"][0]["sha256"]) == 64
    assert [(one["before"], one["after"], one["actor"]) for one in found["events"]] == [("draft", "submitted", "bob")]


def test_what_cannot_be_asked_is_said(bob, eve, lab, project):
    assert bob("post", AT, {**BODY, "submit": True}).json()["code"] == "terms"
    assert bob("post", AT, {**BODY, "parts": [{"path": "nothing.stl"}]}).status_code == 404
    assert bob("post", AT, {**BODY, "parts": []}).status_code == 422
    assert bob("post", AT, {**BODY, "ref": "v9"}).status_code == 404
    project.visibility = "private"
    project.save()
    assert eve("post", AT, BODY).status_code == 404


def test_a_draft_is_its_authors_alone_until_it_is_sent(bob, ada, lab, project):
    ref = bob("post", AT, BODY).json()["ref"]
    assert ada("get", f"{V1}/requests/{ref}").status_code == 404
    assert ada("get", AT).json()["items"] == []
    assert step(bob, ref, "submit", {"accepts_terms": True}).json()["state"] == "submitted"
    assert [one["ref"] for one in ada("get", f"{AT}?state=submitted").json()["items"]] == [ref]
    assert [one["ref"] for one in bob("get", f"{V1}/requests").json()["items"]] == [ref]


def test_strangers_see_nothing_of_a_request(client, eve, ref):
    for path in ("", "/messages"):
        assert eve("get", f"{V1}/requests/{ref}{path}").status_code == 404
        assert client.get(f"{V1}/requests/{ref}{path}").status_code == 401
    assert eve("get", AT).status_code == 403
    assert step(eve, ref, "cancel").status_code == 404


def test_messages_go_both_ways_and_internal_ones_stay_inside(ada, bob, ref):
    at = f"{V1}/requests/{ref}/messages"
    assert bob("post", at, {"text": "When?"}).status_code == 201
    assert ada("post", at, {"text": "Monday"}).status_code == 201
    assert ada("post", at, {"text": "Late again", "is_internal": True}).status_code == 201
    assert bob("post", at, {"text": "psst", "is_internal": True}).status_code == 403
    assert [one["text"] for one in bob("get", at).json()["items"]] == ["Monday", "When?"]
    assert [one["text"] for one in ada("get", at).json()["items"]] == ["Late again", "Monday", "When?"]


def test_a_question_is_answered(ada, bob, ref):
    assert step(ada, ref, "ask", {"text": "Which red?"}).json()["state"] == "needs_info"
    assert step(ada, ref, "answer", {"text": "mine"}).status_code == 422
    assert step(bob, ref, "answer", {"text": "The bright one"}).json()["state"] == "submitted"


def test_a_draft_of_a_quote_is_not_shown_to_who_asked(ada, bob, ref):
    ada("post", f"{V1}/requests/{ref}/quotes", {"machine": "mini"})
    assert len(ada("get", f"{V1}/requests/{ref}").json()["quotes"]) == 1
    assert bob("get", f"{V1}/requests/{ref}").json()["quotes"] == []
    assert bob("post", f"{V1}/requests/{ref}/quotes", {"machine": "mini"}).status_code == 403


def test_a_request_goes_all_the_way_by_the_api(ada, bob, ref):
    sent = quoted(ada, ref)
    assert (sent.status_code, sent.json()["state"]) == (200, "quoted")
    frozen = ada("patch", f"{V1}/requests/{ref}/quotes/1", {"lines": [], "seconds": 1})
    assert frozen.json()["code"] == "frozen"
    assert step(ada, ref, "accept", {"version": 1}).status_code == 422
    assert step(bob, ref, "accept", {"version": 2}).json()["code"] == "expired"
    assert step(bob, ref, "accept", {"version": 1}).json()["state"] == "accepted"
    assert step(bob, ref, "accept", {"version": 1}).json()["code"] == "wrong-state"
    now = datetime.now(UTC)
    starts = (now + timedelta(days=7 - now.weekday())).replace(hour=10, minute=0, second=0, microsecond=0)
    planned = step(ada, ref, "schedule", {"machine": "mini", "starts": starts.isoformat()})
    assert planned.status_code == 200, planned.content
    attempt = planned.json()["attempts"][0]
    assert datetime.fromisoformat(attempt["ends"]) - datetime.fromisoformat(attempt["starts"]) == timedelta(hours=1)
    assert step(ada, ref, "start", {"bed_is_clear": False}).json()["code"] == "bed-not-clear"
    assert step(ada, ref, "start", {"bed_is_clear": True}).json()["state"] == "in_progress"
    done = step(ada, ref, "finish", {"seconds": 3000, "grams": 11}).json()
    assert (done["state"], done["attempts"][0]["actual_seconds"]) == ("ready", 3000)
    assert step(ada, ref, "abandon").json()["code"] == "too-early"
    got = step(ada, ref, "collect", {"paid_note": "cash"}).json()
    assert (got["state"], got["receipt_number"], got["paid_note"]) == ("collected", 1, "cash")
    assert got["due_cents"] <= 350
    assert step(bob, ref, "dispute", {"text": "A tooth is missing"}).json()["state"] == "disputed"
    settled = step(ada, ref, "resolve", {"resolution": "reprint", "text": "Again"}).json()
    assert settled["state"] == "accepted"


def test_a_failure_by_the_lab_is_made_again(ada, bob, ref):
    quoted(ada, ref)
    step(bob, ref, "accept", {"version": 1})
    now = datetime.now(UTC)
    starts = (now + timedelta(days=7 - now.weekday())).replace(hour=10, minute=0, second=0, microsecond=0)
    step(ada, ref, "schedule", {"machine": "mini", "starts": starts.isoformat()})
    step(ada, ref, "start", {"bed_is_clear": True})
    assert step(ada, ref, "fail", {"fault": "nobody", "reason": "x"}).status_code == 422
    failed = step(ada, ref, "fail", {"fault": "lab", "reason": "The nozzle was clogged"}).json()
    assert (failed["state"], failed["attempts"][0]["fault"]) == ("failed", "lab")
    again = step(ada, ref, "schedule", {"machine": "mini", "starts": (starts + timedelta(hours=3)).isoformat()})
    assert [one["number"] for one in again.json()["attempts"]] == [1, 2]


def test_an_operator_of_another_lab_is_a_stranger(client, ref):
    olga = make_user("olga")
    Staff.objects.create(lab=make_lab("other"), user=olga, role=Staff.Role.OPERATOR)
    assert Caller(client, olga)("get", f"{V1}/requests/{ref}").status_code == 404
