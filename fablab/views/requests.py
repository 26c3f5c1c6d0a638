"""A request's page, for who asked and who works on it; the list of one's own; its messages."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from designs.actions.errors import RefusedError
from designs.limits import within_limits
from designs.models import Project
from designs.views.lookup import person
from designs.views.page import answers
from designs.views.sign_in import signed_in
from fablab import finding, order_page
from fablab.actions.open_request import licence_note
from fablab.actions.say_request import say
from fablab.finding import Near
from fablab.forms.request_moves import FORMS, LineSet, MessageForm, StepForm, typed_lines
from fablab.models import PrintRequest, Quote
from fablab.order_page import Time
from fablab.processes import PROCESSES
from fablab.proposals import taking

PER_PAGE = 30
OFFERED_LABS = 30


def order_for(request: HttpRequest, ref: str) -> PrintRequest:
    """The request of that number, for who may see it. Raises Http404; MovedError to the sign-in page."""
    signed_in(request)
    rows = PrintRequest.objects.visible_to(person(request)).select_related(
        "lab", "requester", "project__namespace", "machine__lab", "stock", "quote__machine", "forwarded_from__lab"
    )
    return get_object_or_404(rows, ref=ref)


@require_safe
@answers
def requests(request: HttpRequest) -> HttpResponse:
    """What the person asked for, the newest first; and the labs whose requests they work on."""
    signed_in(request)
    me = person(request)
    rows = PrintRequest.objects.filter(requester=me).select_related("lab", "quote").prefetch_related("parts")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    roles = ["manager", "operator"]
    labs = taking().filter(staff__user=me, staff__role__in=roles).distinct()
    return render(request, "fablab/requests.html", {"page": page, "labs": labs})


@require_safe
@answers
def request_page(request: HttpRequest, ref: str) -> HttpResponse:
    """One request."""
    return show_order(request, order_for(request, ref))


def show_order(
    request: HttpRequest,
    order: PrintRequest,
    *,
    bound: Mapping[str, Any] | None = None,
    lines: Any = None,
    sentence: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page, with the forms that were filled in wrongly as they were; `sentence` says what went wrong."""
    me = person(request)
    who = order_page.reader(me, order)
    bound = dict(bound or {})
    sent, draft = order_page.quotes_for(order, who)
    free = order_page.times(order) if "schedule" in who.verbs else []
    forms = {verb: bound.get(verb) or _form(verb, order, draft, free) for verb in FORMS if verb in who.verbs}
    lost = [pair for verb, form in bound.items() if verb not in forms for pair in getattr(form, "typed", [])]
    if lines is not None and "quote" not in forms:
        lost += typed_lines(lines)
    attempts = list(order.attempts.select_related("machine", "stock", "operator", "run").order_by("-number"))
    context = {
        "order": order,
        "who": who,
        "forms": forms,
        "open_form": next(iter(bound), ""),
        "sentence": sentence,
        "lost": lost,
        "parts": order_page.parts(order),
        "may_have_files": order_page.may_have_files(order),
        "steps": order_page.steps(order),
        "history": order_page.history(order, who),
        "quotes": sent,
        "draft": draft,
        "lines": lines if lines is not None else lines_form(draft),
        "times": free,
        "attempts": attempts,
        "newer": order_page.newer(me, order) if order.state not in {"rejected", "cancelled", "forwarded"} else None,
        "project": Project.objects.visible_to(me).filter(pk=order.project_id or 0).first(),
        "paid": order_page.paid(order),
        "licence": licence_note(order.licence),
        "other_labs": _other_labs(order) if "forward" in who.verbs else [],
        "forwarded_to": order.forwarded_to.select_related("lab").first(),
        "message_form": bound.get("message") or MessageForm(is_staff=who.is_staff, auto_id="message_%s"),
        "estimate": request.GET if "prepare" in who.verbs and request.GET.get("machine") else None,
    }
    return render(request, "fablab/request.html", context, status=status)


def _form(verb: str, order: PrintRequest, draft: Quote | None, free: list[Time]) -> StepForm:
    """An empty form of a verb, with what is known already."""
    quote, attempt = order.quote, order.attempts.last()
    known: dict[str, Any] = {}
    if verb == "accept" and quote:
        known = {"version": quote.version}
    elif verb == "prepare":
        machine = order.machine or order.lab.machines.filter(process=order.process, takes_requests=True).first()
        known = {"machine": machine, "stock": order.stock or _shelf(order)}
    elif verb == "quote" and draft:
        known = {
            "version": draft.version, "minutes": -(-draft.seconds // 60), "grams": draft.grams, "note": draft.note
        }  # fmt: skip
    elif verb == "schedule":
        known = {"machine": quote.machine if quote else order.machine, "stock": order.stock}
        known |= {"starts": free[0].starts, "minutes": free[0].minutes} if free else {}
    elif verb in {"finish", "fail"} and attempt:
        known = {"minutes": -(-attempt.estimated_seconds // 60), "grams": round(attempt.estimated_g, 1)}
        if verb == "fail":
            known = {}
    return FORMS[verb](order, initial=known, auto_id=f"{verb}_%s")


def _shelf(order: PrintRequest) -> Any:
    """What the lab has of the material that was asked for."""
    rows = order.lab.stock.filter(is_used_up=False, material__iexact=order.material) if order.material else []
    return next(iter(sorted(rows, key=lambda one: (one.colour.casefold() != order.colour.casefold(), -one.free))), None)


def lines_form(draft: Quote | None, typed: QueryDict | None = None) -> Any:
    """The lines of a draft that a lab writes itself, with room for two more; as they were `typed`, if they were."""
    own = [one for one in draft.lines if one["kind"] not in {"minimum", "tariff"}] if draft else []
    return LineSet(typed, initial=own, prefix="line")


def _other_labs(order: PrintRequest) -> list[tuple[str, str]]:
    """Labs that could make it, the nearest to this one first."""
    facts = [one.known.facts for one in order_page.parts(order) if one.known.facts]
    lab, kernel = order.lab, PROCESSES[order.process].kernel
    if not facts or kernel not in finding.ALL:
        return order_page.others(taking().order_by("name")[:OFFERED_LABS], order)
    near = Near(lab.latitude, lab.longitude) if lab.latitude is not None and lab.longitude is not None else None
    found = finding.labs_for(finding.needs_of(facts), near=near, kernels={kernel})
    able = [one.lab for one in found if one.lab.accepts_requests and one.lab.standing in {"claimed", "verified"}]
    return order_page.others(able[:OFFERED_LABS], order)


@require_POST
@answers
def request_message(request: HttpRequest, ref: str) -> HttpResponse:
    """Write to the other side, or a note for the lab alone."""
    order = order_for(request, ref)
    is_staff = order_page.reader(person(request), order).is_staff
    form = MessageForm(request.POST, request.FILES, is_staff=is_staff, auto_id="message_%s")
    if form.is_valid():
        said = form.cleaned_data
        photo = said["photo"]
        try:
            within_limits(request, "comment")
            if photo:
                within_limits(request, "photo")
            say(
                order, by=person(request), text=said["text"], photo=(photo, photo.size) if photo else None,
                is_internal=said.get("is_internal", False),
            )  # fmt: skip
        except RefusedError as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Sent.") if not said.get("is_internal") else _("Noted for the lab."))
            return redirect(f"{order.get_absolute_url()}#history")
    return show_order(request, order, bound={"message": form}, status=422)
