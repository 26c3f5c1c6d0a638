"""Send what hooks are told: signed, retried for a day, to public addresses alone. The same for projects and labs."""

import hashlib
import hmac
from collections.abc import Callable, Collection
from typing import Any, TypeVar

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from designs import words_transfers
from designs.actions.errors import RefusedError
from designs.models.hook import KEPT, WAITS, Hook, Parcel
from designs.sealed import UnsealError
from jobs.models import State
from storage.wire.client import WireError
from storage.wire.guard import AddressRefusedError, check_url
from storage.wire.post import post

PING = "ping"
H = TypeVar("H", bound=Hook)


def save_hook(hook: H, *, url: str, secret: str = "", kinds: Collection[str] = (), active: bool = True) -> H:
    """Set up a hook, new or not; an empty secret leaves the one that is there. Raises RefusedError."""
    try:
        target = check_url(url.strip(), allowed=settings.IMPORT_ALLOWED_HOSTS, query=True, plain=True)
    except AddressRefusedError as error:
        raise RefusedError(_refused(error), error.code) from error
    hook.url, hook.kinds, hook.active = target.url, list(kinds), active
    if secret:
        hook.secret = secret
    hook.save()
    return hook


def redeliver(parcel: Parcel) -> None:
    """Send the same message again now, with all its attempts."""
    rows = type(parcel)._default_manager.filter(pk=parcel.pk).exclude(state=State.RUNNING)
    rows.update(state=State.READY, run_after=timezone.now(), attempts=0, tries=0)


def signature(secret: str, body: bytes) -> str:
    """The value of X-Partage-Signature-256."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def deliver(job: Parcel) -> Callable[[], None]:
    """One attempt, for jobs.worker. A bad answer is not an error of ours: the row waits for the next attempt."""
    row = type(job)._default_manager.get(pk=job.pk)
    hook = row.webhook
    if not hook.is_on:
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


def sweep(model: type[Parcel]) -> int:
    """Forget what is older than a month; once a day. Returns how many."""
    old = model._default_manager.filter(created_at__lt=timezone.now() - KEPT)
    return old.exclude(state=State.RUNNING).delete()[0]


def _refused(error: AddressRefusedError) -> str:
    if error.code == "bad-url":
        return _("This is not an address.")
    if error.code == "credentials":
        return _("An address with a name or password in it is not taken.")
    return words_transfers.address_refused(error)


def _write(row: Parcel, status: int, answer: str, *, over: bool = False) -> None:
    """Keep the answer. Called after the lease has set the row done: it is made ready again where it has to wait."""
    tries = row.tries + 1
    values: dict[str, Any] = {"status": status, "answer": answer[:1024], "tries": tries, "tried_at": timezone.now()}
    if not 200 <= status < 300:
        if over or tries > len(WAITS):
            values["state"] = State.FAILED
        else:
            wait = WAITS[tries - 1]
            values |= {"state": State.READY, "run_after": timezone.now() + wait, "attempts": 0}
    type(row)._default_manager.filter(pk=row.pk).update(**values)
