"""Quotes: drafted from an estimate, edited, sent, answered, expired. Nobody pays more than was quoted."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from designs.actions.errors import RefusedError
from fablab import policy, pricing
from fablab.actions import stock as stocks
from fablab.actions.advance import advance, tell_lab, tell_requester
from fablab.actions.answer_request import free_material
from fablab.actions.estimate_request import Estimate
from fablab.models import Machine, Member, PrintRequest, Quote, Stock, Tariff
from fablab.pricing import Line, Rates
from fablab.states import REQUOTES, Actor, RequestState

S = RequestState
MOST_LINES = 40


def rates_of(machine: Machine, stock: Stock | None) -> Rates:
    """What a machine and a material cost."""
    counted = bool(stock and stock.is_counted)
    price = stock.price_cents if stock else 0
    return Rates(
        setup_cents=machine.setup_cents,
        hour_cents=machine.hour_cents,
        staff_hour_cents=machine.staff_hour_cents,
        minimum_cents=machine.minimum_cents,
        kilogram_cents=0 if counted else price,
        sheet_cents=price if counted else 0,
    )


def tariff_for(request: PrintRequest) -> Tariff | None:
    """The requester's as a member today, or the lab's for everybody else; None: the plain price."""
    today = timezone.localdate()
    mine = Member.objects.filter(lab=request.lab, user=request.requester, is_asked=False, tariff__isnull=False)
    for row in mine.select_related("tariff"):
        if (row.since is None or row.since <= today) and (row.until is None or row.until >= today):
            return row.tariff
    return request.lab.tariffs.filter(is_default=True).first()


def draft_quote(request: PrintRequest, *, by: User, machine: Machine, stock: Stock | None, estimate: Estimate) -> Quote:
    """A draft in the next version, or the draft that is there made anew. Raises RefusedError."""
    _may_quote(request, by, machine, stock)
    minutes = machine.staff_minutes
    found = pricing.lines(
        rates_of(machine, stock), seconds=estimate.seconds, grams=estimate.grams, sheets=estimate.sheets,
        staff_minutes=minutes,
    )  # fmt: skip
    tariff = tariff_for(request)
    facts = {
        "machine": machine,
        "stock": stock,
        "source": estimate.source,
        "grams": round(estimate.grams, 2),
        "seconds": round(estimate.seconds),
        "sheets": round(estimate.sheets, 3),
        "by": by,
        "currency": request.lab.currency,
        "tariff_name": tariff.name if tariff else "",
        "tariff_percent": tariff.percent if tariff else 100,
        **_priced(found, machine, tariff),
    }
    with transaction.atomic():
        draft = Quote.objects.filter(request=request, state=Quote.State.DRAFT).first()
        if draft:
            Quote.objects.filter(pk=draft.pk).update(**facts)
            return Quote.objects.get(pk=draft.pk)
        last = Quote.objects.filter(request=request).aggregate(most=Max("version"))["most"] or 0
        return Quote.objects.create(request=request, version=last + 1, **facts)


def edit_quote(
    quote: Quote, *, by: User, lines: Sequence[Line], seconds: int, grams: float, sheets: float = 0.0, note: str = ""
) -> Quote:
    """Change the lines of a draft: setup, material, machine, staff and extra; the rest follows from them.

    Raises RefusedError: a quote that was sent, too many lines.
    """
    request = quote.request
    if not policy.can_operate(by, request.lab):
        raise RefusedError(_("You may not do this here."), "forbidden")
    if len(lines) > MOST_LINES:
        raise RefusedError(_("A quote has at most %(n)d lines.") % {"n": MOST_LINES}, "too-many")
    tariff = Tariff(name=quote.tariff_name, percent=quote.tariff_percent)
    facts = {
        **_priced(lines, quote.machine, tariff),
        "seconds": max(seconds, 0),
        "grams": max(grams, 0.0),
        "sheets": max(sheets, 0.0),
        "note": note[:2000],
        "by": by,
    }
    if not Quote.objects.filter(pk=quote.pk, state=Quote.State.DRAFT).update(**facts):
        raise RefusedError(_("This quote was sent: its lines are frozen. Make a new version."), "frozen")
    quote.refresh_from_db()
    return quote


def _priced(found: Sequence[Line], machine: Machine | None, tariff: Tariff | None) -> dict[str, Any]:
    least = machine.minimum_cents if machine else 0
    percent, name = (tariff.percent, tariff.name) if tariff else (100, "")
    lines = pricing.priced(found, minimum_cents=least, tariff_percent=percent, tariff=name)
    return {"lines": [one.as_json() for one in lines], "total_cents": pricing.total(lines)}


def _may_quote(request: PrintRequest, by: User, machine: Machine, stock: Stock | None) -> None:
    if not policy.can_operate(by, request.lab):
        raise RefusedError(_("You may not do this here."), "forbidden")
    if machine.lab_id != request.lab_id or (stock is not None and stock.lab_id != request.lab_id):
        raise RefusedError(_("This machine or material is another lab’s."), "invalid")


def send_quote(quote: Quote, *, by: User) -> None:
    """Freeze the draft and offer it; earlier offers end, material is promised. Raises RefusedError, WrongStateError."""
    request = quote.request
    failed = request.state == S.FAILED
    now = timezone.now()
    until = now + timedelta(days=max(request.lab.quote_days, 1))
    with transaction.atomic():
        Quote.objects.filter(request=request, state=Quote.State.SENT).update(state=Quote.State.REPLACED)
        sent = Quote.objects.filter(pk=quote.pk, state=Quote.State.DRAFT).update(
            state=Quote.State.SENT, sent_at=now, expires_at=until, by=by
        )
        if not sent:
            raise RefusedError(_("This quote was sent already."), "frozen")
        free_material(request)
        advance(
            request, S.QUOTED, by=by, text=f"v{quote.version}", machine=quote.machine, stock=quote.stock, quote=quote
        )
        if failed and request.last_fault not in REQUOTES:
            raise RefusedError(_("The lab was at fault: it is made again free of charge."), "lab-fault")
        _promise(request, quote)
        quote.refresh_from_db()
        tell_requester(
            request,
            "request_quoted",
            by=by,
            total_cents=quote.total_cents,
            currency=quote.currency,
            until_at=until.isoformat(),
        )


def _promise(request: PrintRequest, quote: Quote) -> None:
    """Hold the material softly: where there is too little, the lab buys more before it begins."""
    amount = quote.sheets if quote.stock and quote.stock.is_counted else quote.grams
    if quote.stock is None or amount <= 0:
        return
    try:
        stocks.hold(quote.stock, amount)
    except stocks.ShortError:
        return
    PrintRequest.objects.filter(pk=request.pk).update(held=amount)
    request.held = amount


def accept_quote(request: PrintRequest, *, by: User, version: int) -> None:
    """The requester alone accepts the version that they saw, in time. Raises RefusedError, WrongStateError."""
    now = timezone.now()
    with transaction.atomic():
        advance(request, S.ACCEPTED, by=by, actor=Actor.REQUESTER if request.requester_id == by.pk else None)
        taken = Quote.objects.filter(
            pk=request.quote_id or 0, version=version, state=Quote.State.SENT, expires_at__gt=now
        ).update(state=Quote.State.ACCEPTED, answered_at=now)
        if not taken:
            raise RefusedError(_("This quote has expired, or there is a newer one."), "expired")
        tell_lab(request, "request_accepted", by=by)


def decline_quote(request: PrintRequest, *, by: User, text: str = "") -> None:
    """The requester says no; the lab may quote anew. Raises WrongStateError."""
    with transaction.atomic():
        advance(request, S.DECLINED, by=by, actor=Actor.REQUESTER if request.requester_id == by.pk else None, text=text)
        Quote.objects.filter(pk=request.quote_id or 0, state=Quote.State.SENT).update(
            state=Quote.State.DECLINED, answered_at=timezone.now()
        )
        free_material(request)
        tell_lab(request, "request_declined", by=by)


def expire_quotes() -> int:
    """Let quotes that nobody answered end. Returns how many. For the worker, every few minutes."""
    count = 0
    late = Quote.objects.filter(state=Quote.State.SENT, expires_at__lte=timezone.now())
    for quote in late.select_related("request__lab", "request__stock", "request__requester").order_by("expires_at"):
        request = quote.request
        if request.state != S.QUOTED or request.quote_id != quote.pk:
            continue
        with transaction.atomic():
            advance(request, S.EXPIRED, by=None)
            Quote.objects.filter(pk=quote.pk, state=Quote.State.SENT).update(state=Quote.State.EXPIRED)
            free_material(request)
            tell_requester(request, "request_expired")
            count += 1
    return count
