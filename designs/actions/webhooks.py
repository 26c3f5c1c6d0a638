"""Tell the webhooks of a project what happened: signed, retried for a day, to public addresses alone."""

import hashlib
import hmac
import json
from collections.abc import Callable, Collection
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from designs import words_events, words_transfers
from designs.actions.errors import RefusedError
from designs.models import Delivery, Event, Project, Webhook
from designs.models.webhook import KEPT, WAITS
from designs.sealed import UnsealError
from jobs.models import State
from storage.wire.client import WireError
from storage.wire.guard import AddressRefusedError, check_url
from storage.wire.post import post

MOST = 20
PING = "ping"


def save_webhook(
    project: Project,
    *,
    url: str,
    secret: str = "",
    kinds: Collection[str] = (),
    active: bool = True,
    row: Webhook | None = None,
) -> Webhook:
    """Make a webhook or change `row`; an empty secret leaves the one that is there. Raises RefusedError."""
    if row is None and Webhook.objects.filter(project=project).count() >= MOST:
        raise RefusedError(_("A project has %(n)d webhooks at the most.") % {"n": MOST}, "too-many")
    try:
        target = check_url(url.strip(), allowed=settings.IMPORT_ALLOWED_HOSTS, query=True, plain=True)
    except AddressRefusedError as error:
        raise RefusedError(_refused(error), error.code) from error
    row = row or Webhook(project=project)
    row.url, row.kinds, row.active = target.url, list(kinds), active
    if secret:
        row.secret = secret
    row.save()
    return row


def queue_deliveries(event: Event) -> list[Delivery]:
    """A row for each webhook that wants to know. Called by record_event, in the transaction of what happened."""
    hooks = [hook for hook in Webhook.objects.filter(project=event.project, active=True) if hook.takes(event)]
    if not hooks:
        return []
    body = json.dumps(message(event), ensure_ascii=False)
    return Delivery.objects.bulk_create([Delivery(webhook=hook, event=event.kind, body=body) for hook in hooks])


def ping(webhook: Webhook) -> Delivery:
    """Send a message that says nothing but hello."""
    said = {"event": PING, "at": timezone.now().isoformat(), "project": _project(webhook.project)}
    return Delivery.objects.create(webhook=webhook, event=PING, body=json.dumps(said, ensure_ascii=False))


def redeliver(delivery: Delivery) -> None:
    """Send the same message again now, with all its attempts."""
    rows = Delivery.objects.filter(pk=delivery.pk).exclude(state=State.RUNNING)
    rows.update(state=State.READY, run_after=timezone.now(), attempts=0, tries=0)


def signature(secret: str, body: bytes) -> str:
    """The value of X-Partage-Signature-256."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def deliver(job: Delivery) -> Callable[[], None]:
    """One attempt, for jobs.worker. A bad answer is not an error of ours: the row waits for the next attempt."""
    row = Delivery.objects.select_related("webhook__project").get(pk=job.pk)
    hook = row.webhook
    if not hook.active or hook.project.deleted_at:
        return lambda: _write(row, 0, _("The webhook is switched off."), over=True)
    body = row.body.encode()
    headers = {
        "Content-Type": "application/json",
        "X-Partage-Event": row.event,
        "X-Partage-Delivery": str(row.token),
    }
    try:
        if secret := hook.secret:
            headers["X-Partage-Signature-256"] = signature(secret, body)
        reply = post(hook.url, body, headers, allowed=settings.IMPORT_ALLOWED_HOSTS, ca_file=settings.IMPORT_CA_FILE)
    except AddressRefusedError as error:
        said, over = _refused(error), error.code != "unknown-host"
        return lambda: _write(row, 0, said, over=over)
    except (WireError, UnsealError) as error:
        said = str(error)
        return lambda: _write(row, 0, said)
    answer = reply.body.decode(errors="replace").replace("\0", "")
    return lambda: _write(row, reply.status, answer)


def sweep_deliveries() -> int:
    """Forget what is older than a month; once a day. Returns how many."""
    return Delivery.objects.filter(created_at__lt=timezone.now() - KEPT).exclude(state=State.RUNNING).delete()[0]


def message(event: Event) -> dict[str, Any]:
    """What is sent of an event, see docs/webhooks.md."""
    actor, issue = event.actor, event.issue
    return {
        "event": event.kind,
        "id": event.pk,
        "at": event.at.isoformat(),
        "url": settings.SITE_URL + words_events.place(event),
        "project": _project(event.project),
        "actor": {"handle": actor.username, "name": actor.title, "url": settings.SITE_URL + actor.get_absolute_url()}
        if actor
        else None,
        "issue": {"number": issue.number, "kind": issue.kind, "title": issue.title, "state": issue.state}
        if issue
        else None,
        "details": event.payload,
    }


def _project(project: Project) -> dict[str, str]:
    return {
        "owner": project.namespace.handle,
        "slug": project.slug,
        "name": project.name,
        "url": project.url,
        "clone_url": project.clone_url,
        "visibility": project.visibility,
        "default_branch": project.default_branch,
    }


def _refused(error: AddressRefusedError) -> str:
    if error.code == "bad-url":
        return _("This is not an address.")
    if error.code == "credentials":
        return _("An address with a name or password in it is not taken.")
    return words_transfers.address_refused(error)


def _write(row: Delivery, status: int, answer: str, *, over: bool = False) -> None:
    """Keep the answer. Called after the lease has set the row done: it is made ready again where it has to wait."""
    tries = row.tries + 1
    values: dict[str, Any] = {"status": status, "answer": answer[:1024], "tries": tries, "tried_at": timezone.now()}
    if not 200 <= status < 300:
        if over or tries > len(WAITS):
            values["state"] = State.FAILED
        else:
            wait = WAITS[tries - 1]
            values |= {"state": State.READY, "run_after": timezone.now() + wait, "attempts": 0}
    Delivery.objects.filter(pk=row.pk).update(**values)
