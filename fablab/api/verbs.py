"""Each step of a request, from a draft to a part in somebody's hands: who may is in fablab.states."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import HttpRequest
from ninja import Router

from designs.api import auth
from designs.limits import within_limits
from fablab.actions import answer_request as answers
from fablab.actions import dispute_request as disputes
from fablab.actions import make_request as making
from fablab.actions import quote_request as quotes
from fablab.actions.open_request import submit as submit_request
from fablab.api.find import lab_at, machine_at, me, stock_at
from fablab.api.request_schemas import (
    Accept,
    Begin,
    Collected,
    Failed,
    Finished,
    Forward,
    MaybeSaid,
    Rejected,
    Resolved,
    Said,
    Schedule,
    Terms,
)
from fablab.api.requests import ONE, request_at, show
from fablab.api.schemas import Why
from fablab.models import PrintRequest

router = Router(tags=["requests"])


def _step(request: HttpRequest, ref: str, act: Callable[..., object], **facts: Any) -> dict[str, Any]:
    found = request_at(request, ref)
    within_limits(request, "request_step")
    act(found, by=me(request), **facts)
    return show(request, request_at(request, ref))


post = partial(router.post, auth=auth.WRITE, response=dict[str, Any])


@post(ONE + "/submit")
def submit(request: HttpRequest, ref: str, body: Terms) -> dict[str, Any]:
    """Send a draft to the lab: its contents are pinned."""
    return _step(request, ref, submit_request, accepts_terms=body.accepts_terms)


@post(ONE + "/ask")
def ask(request: HttpRequest, ref: str, body: Said) -> dict[str, Any]:
    """The lab asks the requester something."""
    return _step(request, ref, answers.ask_info, text=body.text)


@post(ONE + "/answer")
def answer(request: HttpRequest, ref: str, body: Said) -> dict[str, Any]:
    """The requester answers."""
    return _step(request, ref, answers.answer_info, text=body.text)


@post(ONE + "/reject")
def reject(request: HttpRequest, ref: str, body: Rejected) -> dict[str, Any]:
    """The lab says no."""
    return _step(request, ref, answers.reject, code=body.code, text=body.text)


@post(ONE + "/forward")
def forward(request: HttpRequest, ref: str, body: Forward) -> dict[str, Any]:
    """The lab passes it on to another, where the requester agreed to that."""
    return _step(request, ref, partial(_forward, lab_at(request, body.lab)))


def _forward(lab: Any, found: PrintRequest, *, by: Any) -> PrintRequest:
    return answers.forward(found, lab, by=by)


@post(ONE + "/accept")
def accept(request: HttpRequest, ref: str, body: Accept) -> dict[str, Any]:
    """The requester takes the quote that they saw."""
    return _step(request, ref, quotes.accept_quote, version=body.version)


@post(ONE + "/decline")
def decline(request: HttpRequest, ref: str, body: MaybeSaid) -> dict[str, Any]:
    """The requester does not take the quote."""
    return _step(request, ref, quotes.decline_quote, text=body.text)


@post(ONE + "/schedule")
def schedule(request: HttpRequest, ref: str, body: Schedule) -> dict[str, Any]:
    """The lab takes a machine's time for it."""
    found = request_at(request, ref)
    quoted = found.quote.seconds if found.quote else 0
    facts = {
        "machine": machine_at(found.lab, body.machine),
        "starts": body.starts,
        "seconds": body.seconds or quoted,
        "stock_used": stock_at(found.lab, body.stock) if body.stock else None,
    }
    return _step(request, ref, making.schedule, **facts)


@post(ONE + "/unschedule")
def unschedule(request: HttpRequest, ref: str, body: Said) -> dict[str, Any]:
    """The lab gives the time back."""
    return _step(request, ref, making.unschedule, reason=body.text)


@post(ONE + "/start")
def start(request: HttpRequest, ref: str, body: Begin) -> dict[str, Any]:
    """The lab begins by hand, once the bed is clear."""
    return _step(request, ref, making.begin, bed_is_clear=body.bed_is_clear)


@post(ONE + "/fail")
def fail(request: HttpRequest, ref: str, body: Failed) -> dict[str, Any]:
    """It did not work."""
    return _step(request, ref, making.fail, fault=body.fault, reason=body.reason, grams=body.grams)


@post(ONE + "/finish")
def finish(request: HttpRequest, ref: str, body: Finished) -> dict[str, Any]:
    """It worked, and is ready."""
    return _step(request, ref, making.finish, seconds=body.seconds, grams=body.grams)


@post(ONE + "/collect")
def collect(request: HttpRequest, ref: str, body: Collected) -> dict[str, Any]:
    """It is handed over; payment is noted."""
    return _step(request, ref, making.collect, paid_note=body.paid_note)


@post(ONE + "/abandon")
def abandon(request: HttpRequest, ref: str) -> dict[str, Any]:
    """Nobody came for it."""
    return _step(request, ref, making.abandon)


@post(ONE + "/dispute")
def dispute(request: HttpRequest, ref: str, body: Said) -> dict[str, Any]:
    """The requester says what is wrong with it."""
    return _step(request, ref, disputes.dispute, text=body.text)


@post(ONE + "/resolve")
def resolve(request: HttpRequest, ref: str, body: Resolved) -> dict[str, Any]:
    """A manager settles a dispute; `reprint` makes it again."""
    return _step(request, ref, disputes.resolve, resolution=body.resolution, text=body.text)


@post(ONE + "/cancel")
def cancel(request: HttpRequest, ref: str, body: Why) -> dict[str, Any]:
    """Either side ends it."""
    return _step(request, ref, answers.cancel, text=body.reason)
