"""Tell the webhooks of a lab what happened there."""

import json
from collections.abc import Collection
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from designs.actions.deliveries import PING, save_hook, sweep
from designs.actions.errors import RefusedError
from fablab.models import Booking, Lab, LabDelivery, LabWebhook, Machine, PrintRequest

MOST = 20


def save_lab_webhook(
    lab: Lab,
    *,
    url: str,
    secret: str = "",
    kinds: Collection[str] = (),
    active: bool = True,
    row: LabWebhook | None = None,
) -> LabWebhook:
    """Make a webhook or change `row`; an empty secret leaves the one that is there. Raises RefusedError."""
    if row is None and lab.webhooks.count() >= MOST:
        raise RefusedError(_("A lab has %(n)d webhooks at the most.") % {"n": MOST}, "too-many")
    return save_hook(row or LabWebhook(lab=lab), url=url, secret=secret, kinds=kinds, active=active)


def ping_lab_webhook(webhook: LabWebhook) -> LabDelivery:
    """Send a message that says nothing but hello."""
    return LabDelivery.objects.create(webhook=webhook, event=PING, body=_body(webhook.lab, PING, None, {}))


def tell_of_request(request: PrintRequest, what: str, *, by: User | None, **details: Any) -> None:
    """A step of a request, by the state that it came to, or a message. Called in the transaction of what happened.

    Drafts are their authors' alone: nothing is sent of what never was submitted.
    """
    if request.submitted_at is None:
        return
    facts = {
        "ref": request.ref,
        "number": request.number,
        "state": request.state,
        "project": request.project_title,
        "url": settings.SITE_URL + request.get_absolute_url(),
    }
    _queue(request.lab, f"request.{what}", by, {"request": facts, **details})


def tell_of_booking(booking: Booking, what: str, *, by: User | None = None, **details: Any) -> None:
    """A booking was made, moved, or came to a state. Called in the transaction of what happened."""
    facts = {
        "id": booking.pk,
        "machine": booking.machine.slug,
        "person": booking.person.username,
        "starts": booking.starts,
        "ends": booking.ends,
        "state": booking.state,
    }
    _queue(booking.machine.lab, f"booking.{what}", by, {"booking": facts, **details})


def tell_of_machine(machine: Machine, *, before: str, by: User | None, text: str) -> None:
    """A machine is in another state. Called in the transaction of what happened."""
    facts = {"slug": machine.slug, "name": machine.name, "state": machine.state, "before": before, "text": text}
    _queue(machine.lab, "machine.state", by, {"machine": facts})


def sweep_lab_deliveries() -> int:
    """Forget what is older than a month; once a day. Returns how many."""
    return sweep(LabDelivery)


def _queue(lab: Lab, event: str, by: User | None, details: dict[str, Any]) -> None:
    hooks = [hook for hook in LabWebhook.objects.filter(lab=lab, active=True) if hook.takes(event)]
    if hooks:
        body = _body(lab, event, by, details)
        LabDelivery.objects.bulk_create([LabDelivery(webhook=hook, event=event, body=body) for hook in hooks])


def _body(lab: Lab, event: str, by: User | None, details: dict[str, Any]) -> str:
    said = {
        "event": event,
        "at": timezone.now(),
        "lab": {"slug": lab.slug, "name": lab.name, "url": settings.SITE_URL + lab.get_absolute_url()},
        "actor": {"handle": by.username, "name": by.title, "url": settings.SITE_URL + by.get_absolute_url()}
        if by
        else None,
        **details,
    }
    return json.dumps(said, cls=DjangoJSONEncoder, ensure_ascii=False)
