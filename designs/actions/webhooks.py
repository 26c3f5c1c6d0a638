"""Tell the webhooks of a project what happened."""

import json
from collections.abc import Collection
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from designs import words_events
from designs.actions.deliveries import PING, save_hook, sweep
from designs.actions.errors import RefusedError
from designs.models import Delivery, Event, Project, Webhook

MOST = 20


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
    return save_hook(row or Webhook(project=project), url=url, secret=secret, kinds=kinds, active=active)


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


def sweep_deliveries() -> int:
    """Forget what is older than a month; once a day. Returns how many."""
    return sweep(Delivery)


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
