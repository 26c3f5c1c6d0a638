"""Steps of a request from its page and the board: one address a verb, each a POST."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from designs.actions.errors import RefusedError
from designs.limits import within_limits
from designs.views.lookup import person
from designs.views.page import answers
from fablab.actions import answer_request, dispute_request, make_request, open_request, quote_request
from fablab.actions.advance import WrongStateError
from fablab.actions.estimate_request import estimate
from fablab.actions.say_request import say
from fablab.forms.request_moves import FORMS, StepForm, lines_of
from fablab.models import PrintRequest, Quote
from fablab.order_page import reader
from fablab.states import NEXT, RequestState
from fablab.views.requests import lines_form, order_for, show_order
from fablab.words_requests import state_name

TWICE = timedelta(seconds=30)
"""Within this time the same step by the same person is the same click."""
Said = dict[str, Any]


@require_POST
@answers
def request_act(request: HttpRequest, ref: str, verb: str) -> HttpResponseBase:
    """Make a step. Refusals keep what was typed: 422 for what is wrong with it, 409 where the request has moved on.

    The board asks for JSON: {"state", "error"}.
    """
    order = order_for(request, ref)
    if verb not in FORMS:
        raise Http404("no such step")
    me = person(request)
    form = FORMS[verb](order, request.POST, request.FILES, auto_id=f"{verb}_%s")
    if _is_second_click(order, verb, form, me):
        return _done(request, order)
    draft = order.quotes.filter(state=Quote.State.DRAFT).first() if verb == "quote" else None
    lines = lines_form(draft, request.POST) if verb == "quote" else None
    if not _stands(order, verb, form, me):
        return _refused(request, ref, verb, form, lines, _moved_on(order), 409)
    if not form.is_valid() or (lines is not None and not lines.is_valid()):
        return _refused(request, ref, verb, form, lines, _first_error(form), 422)
    try:
        within_limits(request, "request_step")
        return _STEPS[verb](request, order, form, me, lines) or _done(request, order)
    except WrongStateError as wrong:
        return _refused(request, ref, verb, form, lines, str(wrong), 409)
    except RefusedError as refused:
        form.add_error(None, str(refused))
        return _refused(request, ref, verb, form, lines, str(refused), 422)


def _stands(order: PrintRequest, verb: str, form: StepForm, me: User) -> bool:
    """Whether the request is still as the page showed it, and the step one that it has for this person."""
    seen = form["seen"].value()
    return (not seen or seen == order.state) and verb in reader(me, order).verbs


def _is_second_click(order: PrintRequest, verb: str, form: StepForm, me: User) -> bool:
    """Whether this person made that very step a moment ago, from what the page showed."""
    seen, last = form["seen"].value(), order.events.last()
    if not seen or seen == order.state or last is None or last.actor_id != me.pk or last.before != seen:
        return False
    step = NEXT[RequestState(last.before)].get(RequestState(last.after))
    said = {"resolve"} | ({step.verb} if step else set())
    return bool(step and verb in said and last.after == order.state and timezone.now() - last.at < TWICE)


def _moved_on(order: PrintRequest) -> str:
    last = order.events.select_related("actor").last()
    if last and last.actor:
        return _("This page was old: %(who)s moved the request to “%(state)s” meanwhile.") % {
            "who": last.actor.title,
            "state": state_name(order.state),
        }
    return _("%(ref)s is “%(state)s”: this is not possible, or not for you.") % {
        "ref": order.ref,
        "state": state_name(order.state),
    }


def _first_error(form: StepForm) -> str:
    found = [error for errors in form.errors.values() for error in errors]
    return str(found[0]) if found else _("Look at the lines that are marked.")


def _wants_json(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")


def _done(request: HttpRequest, order: PrintRequest) -> HttpResponse:
    if _wants_json(request):
        return JsonResponse({"state": PrintRequest.objects.values_list("state", flat=True).get(pk=order.pk)})
    return redirect(order)


def _refused(
    request: HttpRequest, ref: str, verb: str, form: StepForm, lines: Any, sentence: str, status: int
) -> HttpResponse:
    order = order_for(request, ref)
    if _wants_json(request):
        return JsonResponse({"state": order.state, "error": sentence}, status=status)
    return show_order(request, order, bound={verb: form}, lines=lines, sentence=sentence, status=status)


def _submit(request: HttpRequest, order: PrintRequest, form: StepForm, me: User, _lines: Any) -> None:
    open_request.submit(order, by=me, accepts_terms=form.cleaned_data.get("terms", False))
    messages.success(request, _("Sent to %(lab)s. You are told when it answers.") % {"lab": order.lab})


def _ask(_request: HttpRequest, order: PrintRequest, form: StepForm, me: User, _lines: Any) -> None:
    answer_request.ask_info(order, by=me, text=form.cleaned_data["text"])


def _answer(_request: HttpRequest, order: PrintRequest, form: StepForm, me: User, _lines: Any) -> None:
    answer_request.answer_info(order, by=me, text=form.cleaned_data["text"])


def _reject(_request: HttpRequest, order: PrintRequest, form: StepForm, me: User, _lines: Any) -> None:
    answer_request.reject(order, by=me, code=form.cleaned_data["code"], text=form.cleaned_data["text"])


def _forward(request: HttpRequest, order: PrintRequest, form: StepForm, me: User, _lines: Any) -> None:
    lab = form.cleaned_data["lab"]
    answer_request.forward(order, lab, by=me)
    messages.success(request, _("%(lab)s has it now.") % {"lab": lab})


def _cancel(_request: HttpRequest, order: PrintRequest, form: StepForm, me: User, _lines: Any) -> None:
    answer_request.cancel(order, by=me, text=form.cleaned_data["text"])


def _prepare(request: HttpRequest, order: PrintRequest, form: StepForm, me: User, _lines: Any) -> HttpResponse | None:
    """Draft a quote; where the slicer is still at work, back to the page, which asks again."""
    machine, stock = form.cleaned_data["machine"], form.cleaned_data["stock"]
    found = estimate(order, machine, stock)
    if found.is_waiting:
        asked = urlencode({"machine": machine.pk, "stock": stock.pk if stock else ""})
        return redirect(f"{order.get_absolute_url()}?{asked}#quote")
    quote_request.draft_quote(order, by=me, machine=machine, stock=stock, estimate=found)
    for problem in found.problems:
        messages.warning(request, problem)
    return None if _wants_json(request) else redirect(f"{order.get_absolute_url()}#quote")


def _quote(request: HttpRequest, order: PrintRequest, form: StepForm, me: User, lines: Any) -> HttpResponse | None:
    """Keep the draft's lines, or keep and send them."""
    said = form.cleaned_data
    draft = Quote.objects.filter(request=order, version=said["version"]).select_related("machine", "request").first()
    if draft is None:
        raise RefusedError(_("There is no such draft any more."), "gone")
    draft.request = order
    quote_request.edit_quote(
        draft, by=me, lines=lines_of(lines), seconds=said["minutes"] * 60, grams=said["grams"], sheets=draft.sheets,
        note=said["note"],
    )  # fmt: skip
    if request.POST.get("action") != "send":
        messages.success(request, _("Kept. It is not sent yet."))
        return redirect(f"{order.get_absolute_url()}#quote")
    quote_request.send_quote(draft, by=me)
    messages.success(request, _("The quote is sent."))
    return None


def _accept(request: HttpRequest, order: PrintRequest, form: StepForm, me: User, _lines: Any) -> None:
    quote_request.accept_quote(order, by=me, version=form.cleaned_data["version"])
    messages.success(request, _("Accepted. %(lab)s finds a time for it, and tells you.") % {"lab": order.lab})


def _decline(_request: HttpRequest, order: PrintRequest, form: StepForm, me: User, _lines: Any) -> None:
    quote_request.decline_quote(order, by=me, text=form.cleaned_data["text"])


def _schedule(_request: HttpRequest, order: PrintRequest, form: Any, me: User, _lines: Any) -> None:
    said = form.cleaned_data
    make_request.schedule(
        order, by=me, machine=said["machine"], starts=said["starts"], seconds=form.seconds, stock_used=said["stock"]
    )


def _unschedule(_request: HttpRequest, order: PrintRequest, form: StepForm, me: User, _lines: Any) -> None:
    make_request.unschedule(order, by=me, reason=form.cleaned_data["text"])


def _start(_request: HttpRequest, order: PrintRequest, form: StepForm, me: User, _lines: Any) -> None:
    make_request.begin(order, by=me, bed_is_clear=form.cleaned_data["bed_is_clear"])


def _fail(_request: HttpRequest, order: PrintRequest, form: StepForm, me: User, _lines: Any) -> None:
    said = form.cleaned_data
    make_request.fail(order, by=me, fault=said["fault"], reason=said["text"], grams=said["grams"] or 0.0)


def _finish(_request: HttpRequest, order: PrintRequest, form: StepForm, me: User, _lines: Any) -> None:
    said, photo = form.cleaned_data, form.cleaned_data["photo"]
    make_request.finish(
        order, by=me, seconds=None if said["minutes"] is None else said["minutes"] * 60, grams=said["grams"],
        photo=(photo, photo.size) if photo else None,
    )  # fmt: skip


def _collect(_request: HttpRequest, order: PrintRequest, form: StepForm, me: User, _lines: Any) -> None:
    make_request.collect(order, by=me, paid_note=form.cleaned_data["paid_note"])


def _abandon(_request: HttpRequest, order: PrintRequest, _form: StepForm, me: User, _lines: Any) -> None:
    make_request.abandon(order, by=me)


def _dispute(_request: HttpRequest, order: PrintRequest, form: StepForm, me: User, _lines: Any) -> None:
    photo = form.cleaned_data["photo"]
    dispute_request.dispute(order, by=me, text=form.cleaned_data["text"])
    if photo:
        say(order, by=me, text="", photo=(photo, photo.size))


def _resolve(_request: HttpRequest, order: PrintRequest, form: StepForm, me: User, _lines: Any) -> None:
    said = form.cleaned_data
    dispute_request.resolve(order, by=me, resolution=said["resolution"], text=said["text"])


_STEPS: dict[str, Callable[[HttpRequest, PrintRequest, Any, User, Any], HttpResponse | None]] = {
    "submit": _submit,
    "ask": _ask,
    "answer": _answer,
    "reject": _reject,
    "forward": _forward,
    "prepare": _prepare,
    "quote": _quote,
    "accept": _accept,
    "decline": _decline,
    "schedule": _schedule,
    "unschedule": _unschedule,
    "start": _start,
    "fail": _fail,
    "finish": _finish,
    "collect": _collect,
    "abandon": _abandon,
    "cancel": _cancel,
    "dispute": _dispute,
    "resolve": _resolve,
}


@require_safe
@answers
def request_estimate(request: HttpRequest, ref: str) -> HttpResponse:
    """What the request takes on `?machine=` with `?stock=`: a fragment that asks again while the slicer is at work."""
    order = order_for(request, ref)
    if "prepare" not in reader(person(request), order).verbs:
        raise Http404("nothing to estimate")
    machine = get_object_or_404(order.lab.machines, pk=_number(request.GET, "machine"))
    stock = order.lab.stock.filter(pk=_number(request.GET, "stock")).first()
    context = {"order": order, "machine": machine, "stock": stock, "found": estimate(order, machine, stock)}
    return render(request, "fablab/_request_estimate.html", context)


def _number(said: QueryDict, name: str) -> int:
    typed = said.get(name, "")
    return int(typed) if typed.isdecimal() and len(typed) < 19 else 0
