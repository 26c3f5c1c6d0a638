"""Webhooks: signed with the project's secret, sent again for a day, kept for a month, never into private networks."""

import hashlib
import hmac
import http.server
import json
import threading
from datetime import timedelta

import pytest
from django.utils import timezone

from designs.actions.deliveries import redeliver
from designs.actions.errors import RefusedError
from designs.actions.webhooks import ping, queue_deliveries, save_webhook, sweep_deliveries
from designs.models import Delivery, Event
from jobs.models import State
from jobs.worker import Worker
from tests.factories import commit, make_project, make_user

pytestmark = pytest.mark.django_db(transaction=True)


class Receiver(http.server.BaseHTTPRequestHandler):
    """Keeps what it is sent and answers what it is told to."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((dict(self.headers), body))
        self.send_response(self.server.status)
        self.end_headers()
        self.wfile.write(b"thanks" + b"." * 5000)

    def log_message(self, *_args):
        pass


@pytest.fixture
def receiver(settings):
    settings.IMPORT_ALLOWED_HOSTS = ["127.0.0.1"]
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    server.got, server.status = [], 200
    server.url = f"http://127.0.0.1:{server.server_port}/hook?to=me"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def project():
    return make_project(make_user("ada"))


def test_a_push_arrives_signed_as_an_independent_hmac_says(project, receiver):
    save_webhook(project, url=receiver.url, secret="geheim")
    revision = commit(project, {"a.txt": "hello"})
    while Worker().step():
        pass
    headers, body = receiver.got[-1]
    assert headers["X-Partage-Signature-256"] == "sha256=" + hmac.digest(b"geheim", body, hashlib.sha256).hex()
    assert headers["X-Partage-Event"] == "push"
    said = json.loads(body)
    assert said["details"]["new"] == revision.commit
    assert (said["project"]["owner"], said["actor"]["handle"]) == ("ada", "ada")
    sent = Delivery.objects.first()
    assert (sent.state, sent.status, len(sent.answer)) == (State.DONE, 200, 1024)
    assert headers["X-Partage-Delivery"] == str(sent.token)


def test_a_failing_receiver_is_tried_for_most_of_a_day_with_the_same_id(project, receiver):
    receiver.status = 500
    sent = ping(save_webhook(project, url=receiver.url))
    waits = []
    for _ in range(7):
        before = timezone.now()
        assert Worker().step()
        sent.refresh_from_db()
        waits.append(round((sent.run_after - before) / timedelta(minutes=1)) if sent.state == State.READY else None)
        Delivery.objects.update(run_after=timezone.now())
    assert waits == [1, 5, 30, 120, 300, 600, None]
    assert (sent.state, sent.status, sent.tries) == (State.FAILED, 500, 7)
    assert {headers["X-Partage-Delivery"] for headers, _body in receiver.got} == {str(sent.token)}
    receiver.status = 204
    redeliver(sent)
    assert Worker().step()
    sent.refresh_from_db()
    assert (sent.state, sent.status, sent.tries) == (State.DONE, 204, 1)


def test_private_addresses_are_refused_when_set_up_and_again_when_sent(project, receiver, settings):
    row = save_webhook(project, url=receiver.url)
    settings.IMPORT_ALLOWED_HOSTS = []
    for url in (receiver.url, "https://127.0.0.1/", "https://169.254.169.254/latest/", "https://[::1]/", "ftp://a/"):
        with pytest.raises(RefusedError):
            save_webhook(project, url=url)
    ping(row)
    assert Worker().step()
    assert receiver.got == []
    assert Delivery.objects.get().state == State.FAILED


def test_only_the_chosen_kinds_are_sent_and_none_when_switched_off(project, receiver):
    row = save_webhook(project, url=receiver.url, kinds=["release"])

    def queued(kind):
        return len(queue_deliveries(Event.objects.create(project=project, kind=kind)))

    assert [queued(kind) for kind in ("push", "release", "comment")] == [0, 1, 0]
    save_webhook(project, url=receiver.url, kinds=["push", "issue"], row=row)
    assert [queued(kind) for kind in ("push", "branch_deleted", "issue_closed", "release")] == [1, 1, 1, 0]
    save_webhook(project, url=receiver.url, active=False, row=row)
    assert queued("push") == 0


def test_deliveries_are_forgotten_after_a_month(project, receiver):
    row = save_webhook(project, url=receiver.url)
    old, new = ping(row), ping(row)
    Delivery.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=31))
    assert sweep_deliveries() == 1
    assert Delivery.objects.get().pk == new.pk


def test_the_page_sets_up_tries_and_removes_and_shows_no_secret(project, receiver, client):
    client.force_login(project.created_by)
    at = "/@ada/widget/settings/webhooks/"
    sent = client.post(at, {"url": "https://10.0.0.1/", "active": "on"})
    assert sent.status_code == 422
    client.post(at, {"url": receiver.url, "secret": "geheim!", "active": "on"})
    row = project.webhooks.get()
    assert row.secret == "geheim!"
    assert "geheim!" not in row.sealed_secret
    client.post(f"{at}{row.pk}/act/", {"action": "ping"})
    assert Worker().step()
    shown = client.get(f"{at}{row.pk}/").content.decode()
    assert "thanks" in shown
    assert "geheim!" not in shown
    client.post(f"{at}{row.pk}/", {"url": receiver.url, "secret": "", "active": "on"})
    row.refresh_from_db()
    assert row.secret == "geheim!"
    client.post(f"{at}{row.pk}/act/", {"action": "remove"})
    assert not project.webhooks.exists()
