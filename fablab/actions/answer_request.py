"""What a lab says to a request before a price, and how either side ends it."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from designs.actions.errors import RefusedError
from fablab.actions import occupy, stock
from fablab.actions.advance import actor_of, advance, tell_lab, tell_requester
from fablab.actions.open_request import next_number
from fablab.actions.webhooks import tell_of_request
from fablab.due import material_cents
from fablab.models import Attempt, Lab, PrintRequest, Quote, RequestMessage, RequestPart
from fablab.states import REJECTIONS, Actor, RequestState
from fablab.words_requests import REJECTIONS as REASONS

S = RequestState


def ask_info(request: PrintRequest, *, by: User, text: str) -> None:
    """Ask the requester something; the lab's clock stands still. Raises RefusedError, WrongStateError."""
    with transaction.atomic():
        advance(request, S.NEEDS_INFO, by=by, text=text)
        RequestMessage.objects.create(request=request, author=by, text=text.strip()[:5000])
        tell_requester(request, "request_needs_info", by=by, reason=text.strip()[:300])


def answer_info(request: PrintRequest, *, by: User, text: str) -> None:
    """The requester answers; it is with the lab again. Raises RefusedError, WrongStateError."""
    if not text.strip():
        raise RefusedError(_("Write an answer."), "empty")
    with transaction.atomic():
        advance(request, S.SUBMITTED, by=by)
        RequestMessage.objects.create(request=request, author=by, text=text.strip()[:5000])
        tell_lab(request, "request_answered", by=by)


def reject(request: PrintRequest, *, by: User, code: str, text: str = "") -> None:
    """Say no, with a reason of the list. Raises RefusedError, WrongStateError."""
    if code not in REJECTIONS:
        raise RefusedError(_("Choose a reason."), "no-reason")
    with transaction.atomic():
        advance(request, S.REJECTED, by=by, code=code, text=text)
        reason = f"{REASONS[code]}. {text.strip()}".strip()
        tell_requester(request, "request_rejected", by=by, reason=reason[:300])


def forward(request: PrintRequest, lab: Lab, *, by: User) -> PrintRequest:
    """Pass it on to another lab, where the requester has agreed to that. Returns the new request there.

    Raises RefusedError: no consent, the same lab, one that takes no requests; WrongStateError.
    """
    if not request.may_forward:
        raise RefusedError(_("The requester has not agreed that it is passed on."), "no-consent")
    if lab.pk == request.lab_id or not lab.accepts_requests or lab.standing not in {"claimed", "verified"}:
        raise RefusedError(_("It cannot be passed on to this lab."), "invalid")
    with transaction.atomic():
        advance(request, S.FORWARDED, by=by, text=lab.name)
        copy = PrintRequest.objects.create(
            lab=lab, requester=request.requester, project=request.project, project_title=request.project_title,
            licence=request.licence, tag=request.tag, commit=request.commit, process=request.process,
            material=request.material, colour=request.colour, quality=request.quality, mode=request.mode,
            purpose=request.purpose, note=request.note, due_on=request.due_on, phone=request.phone,
            may_forward=request.may_forward, forwarded_from=request, state=S.SUBMITTED, number=next_number(lab),
            submitted_at=timezone.now(),
        )  # fmt: skip
        RequestPart.objects.bulk_create(
            RequestPart(
                request=copy, file=one.file, path=one.path, sha256=one.sha256, oid=one.oid, format=one.format,
                units=one.units, quantity=one.quantity,
            )
            for one in request.parts.all()
        )  # fmt: skip
        tell_requester(request, "request_forwarded", by=by, other=lab.name)
        tell_lab(copy, "request_submitted", by=request.requester)
        tell_of_request(copy, S.SUBMITTED, by=by, before=S.DRAFT, code="", text="")
    return copy


def cancel(request: PrintRequest, *, by: User, text: str = "") -> None:
    """End it. The requester pays nothing before it is begun, and then the material used; the lab nothing, ever.

    Everything that was held is free again. Raises RefusedError, WrongStateError.
    """
    actor = actor_of(by, request, wants=S.CANCELLED)
    begun = request.state == S.IN_PROGRESS
    with transaction.atomic():
        owed: dict[str, Any] = {"due_cents": material_cents(request)} if begun and actor == Actor.REQUESTER else {}
        advance(request, S.CANCELLED, by=by, actor=actor, text=text, **owed)
        let_go(request)
        Attempt.objects.filter(request=request, outcome__in=["planned", "running"]).update(
            outcome=Attempt.Outcome.CANCELLED, ended_at=timezone.now()
        )
        Quote.objects.filter(request=request, state__in=["draft", "sent"]).update(state=Quote.State.DECLINED)
        said = text.strip()[:300]
        if actor == Actor.REQUESTER:
            if begun:
                said = f"{said} {_('It had been begun: the material used is to be paid.')}".strip()
            tell_lab(request, "request_cancelled", by=by, reason=said)
        else:
            tell_requester(request, "request_cancelled", by=by, reason=said)


def let_go(request: PrintRequest, *, keep_material: bool = False) -> None:
    """Free the machine's time and, unless it is kept, the material. Inside the transaction of the step."""
    for attempt in Attempt.objects.filter(request=request, outcome="planned").select_related("occupation"):
        if attempt.occupation:
            occupy.release(attempt.occupation)
    for attempt in Attempt.objects.filter(request=request, outcome="running").select_related("occupation"):
        if attempt.occupation:
            occupy.shorten(attempt.occupation, timezone.now())
    if not keep_material:
        free_material(request)


def free_material(request: PrintRequest) -> None:
    """End what it was promised of the stock."""
    if request.stock and request.held > 0:
        stock.release(request.stock, request.held)
    PrintRequest.objects.filter(pk=request.pk).update(held=0)
    request.held = 0
