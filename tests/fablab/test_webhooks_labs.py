"""Webhooks of labs: each step of requests, bookings and machines, signed, to those that want it, for managers alone."""

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta

import pytest

from fablab.actions.advance import advance
from fablab.actions.book import book
from fablab.actions.change_booking import cancel, move
from fablab.actions.machines import set_state
from fablab.actions.say_request import say
from fablab.actions.webhooks import ping_lab_webhook, save_lab_webhook, sweep_lab_deliveries
from fablab.models import LabDelivery, LabWebhook, PrintRequest, Staff
from fablab.states import RequestState
from jobs.models import State
from jobs.worker import Worker
from tests.designs.test_webhooks import receiver  # noqa: F401 the same receiver
from tests.fablab.factories import make_lab, make_machine
from tests.factories import make_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ada():
    return make_user("ada")


@pytest.fixture
def bob():
    return make_user("bob")


@pytest.fixture
def lab(ada):
    return make_lab(manager=ada)


@pytest.fixture
def asked(lab, bob):
    return PrintRequest.objects.create(
        lab=lab, requester=bob, state="submitted", number=7, submitted_at=datetime.now(UTC), project_title="Gear"
    )


def hook(lab, *kinds):
    return LabWebhook.objects.create(lab=lab, url="https://example.org/hook", kinds=list(kinds))


def told():
    return [(row.event, json.loads(row.body)) for row in LabDelivery.objects.order_by("pk")]


def noon():
    now = datetime.now(UTC)
    return (now + timedelta(days=7 - now.weekday())).replace(hour=12, minute=0, second=0, microsecond=0)


def test_a_step_of_a_request_arrives_signed(lab, ada, asked, receiver):  # noqa: F811
    save_lab_webhook(lab, url=receiver.url, secret="geheim")
    advance(asked, RequestState.REJECTED, by=ada, code="no-time", text="August")
    while Worker().step():
        pass
    headers, body = receiver.got[-1]
    assert headers["X-Partage-Signature-256"] == "sha256=" + hmac.digest(b"geheim", body, hashlib.sha256).hex()
    assert headers["X-Partage-Event"] == "request.rejected"
    said = json.loads(body)
    assert said["lab"]["slug"] == "atelier"
    assert said["actor"]["handle"] == "ada"
    assert said["request"]["ref"] == asked.ref
    assert (said["before"], said["request"]["state"], said["code"]) == ("submitted", "rejected", "no-time")
    sent = LabDelivery.objects.get()
    assert (sent.state, sent.status) == (State.DONE, 200)


def test_a_failing_receiver_is_tried_again_and_a_hidden_lab_says_nothing(lab, receiver):  # noqa: F811
    receiver.status = 500
    sent = ping_lab_webhook(save_lab_webhook(lab, url=receiver.url))
    assert Worker().step()
    sent.refresh_from_db()
    assert (sent.state, sent.status, sent.tries) == (State.READY, 500, 1)
    lab.hidden_at = datetime.now(UTC)
    lab.save()
    LabDelivery.objects.update(run_after=datetime.now(UTC))
    assert Worker().step()
    sent.refresh_from_db()
    assert sent.state == State.FAILED
    assert len(receiver.got) == 1


def test_each_thing_that_happens_to_a_booking_and_a_machine_is_told_in_order(lab, ada, bob):
    hook(lab)
    machine = make_machine(lab)
    made = book(machine, bob, noon(), noon() + timedelta(hours=1), by=bob)
    move(made, noon() + timedelta(hours=1), noon() + timedelta(hours=2), by=bob)
    cancel(made, by=ada, reason="Fire drill")
    set_state(machine, "broken", by=ada, text="It smokes")
    set_state(machine, "broken", by=ada, text="It still smokes")
    found = told()
    assert [event for event, _body in found] == [
        "booking.confirmed", "booking.moved", "booking.cancelled", "machine.state",
    ]  # fmt: skip
    assert found[0][1]["booking"]["person"] == "bob"
    assert (found[2][1]["reason"], found[2][1]["actor"]["handle"]) == ("Fire drill", "ada")
    assert (found[3][1]["machine"]["before"], found[3][1]["machine"]["state"]) == ("ready", "broken")


def test_a_hook_gets_the_kinds_that_it_wants_and_no_other_labs(lab, ada, bob, asked):
    hook(lab, "machine")
    hook(make_lab("other"))
    advance(asked, RequestState.REJECTED, by=ada, code="no-time")
    set_state(make_machine(lab), "maintenance", by=ada)
    assert [event for event, _body in told()] == ["machine.state"]


def test_drafts_and_words_inside_the_lab_are_told_to_nobody(lab, ada, bob, asked):
    hook(lab)
    draft = PrintRequest.objects.create(lab=lab, requester=bob)
    advance(draft, RequestState.CANCELLED, by=bob)
    say(asked, by=ada, text="He never pays", is_internal=True)
    assert told() == []
    say(asked, by=bob, text="When?")
    assert [(event, body["text"]) for event, body in told()] == [("request.message", "When?")]


def test_old_deliveries_are_forgotten(lab):
    sent = ping_lab_webhook(hook(lab))
    LabDelivery.objects.update(created_at=datetime.now(UTC) - timedelta(days=31), state=State.DONE)
    assert sweep_lab_deliveries() == 1
    assert not LabDelivery.objects.filter(pk=sent.pk).exists()


def test_a_manager_sets_one_up_tries_it_and_removes_it(client, lab, ada, settings):
    settings.IMPORT_ALLOWED_HOSTS = ["127.0.0.1"]
    client.force_login(ada)
    at = f"/labs/{lab.slug}/webhooks/"
    assert "Print requests" in client.get(at).content.decode()
    private = client.post(at, {"url": "https://10.0.0.1/", "active": "on"})
    assert private.status_code == 422
    made = client.post(at, {"url": "http://127.0.0.1:9/x", "secret": "geheim", "kinds": ["booking"], "active": "on"})
    row = LabWebhook.objects.get()
    assert made["Location"] == f"{at}{row.pk}/"
    assert (row.secret, row.kinds) == ("geheim", ["booking"])
    assert "geheim" not in row.sealed_secret
    client.post(f"{at}{row.pk}/act/", {"action": "ping"})
    page = client.get(f"{at}{row.pk}/").content.decode()
    assert "ping" in page
    assert "geheim" not in page
    sent = LabDelivery.objects.get()
    LabDelivery.objects.update(state=State.FAILED)
    client.post(f"{at}{row.pk}/act/", {"action": "redeliver", "delivery": sent.pk})
    sent.refresh_from_db()
    assert sent.state == State.READY
    client.post(f"{at}{row.pk}/act/", {"action": "remove"})
    assert not LabWebhook.objects.exists()


def test_operators_and_other_labs_do_not_see_a_hook(client, lab, ada):
    row = hook(lab)
    olga, eve = make_user("olga"), make_user("eve")
    Staff.objects.create(lab=lab, user=olga, role=Staff.Role.OPERATOR)
    make_lab("other", manager=eve)
    for person, slug, status in ((olga, lab.slug, 403), (eve, "other", 404)):
        client.force_login(person)
        assert client.get(f"/labs/{slug}/webhooks/{row.pk}/").status_code == status
