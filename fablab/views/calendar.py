"""The calendars of a lab and of a machine: see what is free, and book it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from designs.actions.errors import RefusedError
from designs.limits import within_limits
from designs.views.lookup import person as me
from designs.views.sign_in import signed_in
from fablab import policy
from fablab.actions.book import SeriesError, book, book_series
from fablab.actions.may_book import closed_to
from fablab.actions.occupy import TakenError, hours
from fablab.agenda import Block, Days, blocks, days_of
from fablab.forms.booking import BookForm
from fablab.free_times import hours_shown, rows, strips
from fablab.models import Booking, Lab, Machine
from fablab.moments import span_words
from fablab.views.page import lab_page, show

VIEWS = ("week", "day")


@lab_page()
@require_http_methods(["GET", "HEAD", "POST"])
def lab_calendar(request: HttpRequest, lab: Lab) -> HttpResponse:
    """A week or a day of every machine."""
    return _calendar(request, lab, None)


@lab_page()
@require_http_methods(["GET", "HEAD", "POST"])
def machine_calendar(request: HttpRequest, lab: Lab, machine: str) -> HttpResponse:
    """A week or a day of one machine."""
    found = lab.machines.exclude(state=Machine.State.RETIRED).select_related("lab", "training")
    return _calendar(request, lab, get_object_or_404(found, slug=machine))


def _calendar(request: HttpRequest, lab: Lab, machine: Machine | None) -> HttpResponse:
    now, is_staff = timezone.now(), policy.can_operate(request.user, lab)
    view = request.GET.get("view") if request.GET.get("view") in VIEWS else "week"
    days = days_of(lab, request.GET.get("date"), view or "week", now)
    form, said = _form(request, lab, machine, is_staff=is_staff), dict[str, Any]()
    if request.method == "POST":
        done = _booked(request, lab, form, said)
        if done:
            return done
    machines = [machine] if machine else list(lab.machines.exclude(state=Machine.State.RETIRED).select_related("lab"))
    for one in machines:
        one.lab = lab
    found = blocks(machines, days.frame, viewer=request.user.pk, is_staff=is_staff)
    opens = hours(lab, days.frame, members=policy.is_member(request.user, lab))
    shown = hours_shown(days, opens, found, overnight=any(one.runs_overnight for one in machines))
    context: dict[str, Any] = {
        "machine": machine,
        "days": days,
        "view": view,
        "form": form,
        "why_not": _why_not(request, machine),
        "today": now.astimezone(days.zone).date(),
        "steps": _steps(days, view or "week"),
        "calendar": _for_scripts(lab, machines, days, shown, found, view or "week", many=machine is None),
        **said,
    }
    if machine:
        context["rows"] = rows(machine, days, shown, found, opens, now)
    else:
        mine: dict[int, list[Block]] = {one.pk: [] for one in machines}
        for block in found:
            mine[block.machine].append(block)
        context["machines"] = [(one, strips(days, shown, mine[one.pk], opens, now)) for one in machines]
    refused = request.method == "POST"
    return show(request, lab, "fablab/calendar.html", context, tab="calendar", status=409 if refused else 200)


def _form(request: HttpRequest, lab: Lab, machine: Machine | None, *, is_staff: bool) -> BookForm:
    if request.method == "POST":
        return BookForm(lab, request.POST, machine=machine, is_staff=is_staff)
    initial = {name: request.GET[name] for name in ("starts", "ends", "machine") if request.GET.get(name)}
    return BookForm(lab, initial=initial, machine=machine, is_staff=is_staff)


def _booked(request: HttpRequest, lab: Lab, form: BookForm, said: dict[str, Any]) -> HttpResponse | None:
    """Book what the form says; None, with why in the form and in `said`, where that cannot be."""
    signed_in(request)
    if not form.is_valid():
        return None
    facts = form.cleaned_data
    machine, person, spans = facts["machine"], facts.get("person") or me(request), form.spans()
    try:
        within_limits(request, "book")
        if len(spans) == 1:
            booking = book(machine, person, *spans[0], by=me(request), purpose=facts["purpose"])
            words = span_words(booking.starts, booking.ends, lab)
            messages.success(request, _("Booked: %(machine)s, %(when)s.") % {"machine": machine, "when": words})
        else:
            series = book_series(
                machine, person, spans, by=me(request), purpose=facts["purpose"], only_free=facts["only_free"]
            )
            booking = series.booked[0]
            _tell_of_series(request, lab, machine, series.booked, series.refused)
    except RefusedError as refused:
        form.add_error(None, str(refused))
        said["refused"] = [
            (span_words(*span, lab), why) for span, why in (refused.refused if isinstance(refused, SeriesError) else [])
        ]
        if isinstance(refused, TakenError):
            said["taken"] = {"machine": machine, "next": refused.next_free, "length": spans[0][1] - spans[0][0]}
            if refused.next_free:
                said["next_start"] = refused.next_free[0].astimezone(ZoneInfo(lab.timezone))
                said["next_end"] = said["next_start"] + said["taken"]["length"]
        return None
    day = booking.starts.astimezone(ZoneInfo(lab.timezone)).date().isoformat()
    return redirect(f"{request.path}?{urlencode({'date': day, 'view': request.GET.get('view', 'week')})}")


def _tell_of_series(
    request: HttpRequest,
    lab: Lab,
    machine: Machine,
    booked: list[Booking],
    refused: Iterable[tuple[tuple[datetime, datetime], str]],
) -> None:
    messages.success(request, _("Booked %(times)s times: %(machine)s.") % {"times": len(booked), "machine": machine})
    for span, why in refused:
        messages.warning(request, _("Not booked: %(when)s. %(why)s") % {"when": span_words(*span, lab), "why": why})


def _why_not(request: HttpRequest, machine: Machine | None) -> str:
    """What stands between this person and the machine whatever the time: nothing, or a sentence."""
    if machine is None or not request.user.is_authenticated:
        return ""
    return closed_to(machine, request.user, now=timezone.now())


def _steps(days: Days, view: str) -> dict[str, str]:
    """The dates of the pages before and after."""
    step = timedelta(days=days.number)
    return {"before": (days.first - step).isoformat(), "after": (days.first + step).isoformat()}


def _for_scripts(
    lab: Lab,
    machines: list[Machine],
    days: Days,
    shown: tuple[int, int],
    found: list[Block],
    view: str,
    *,
    many: bool,
) -> dict[str, Any]:
    """What <booking-calendar> draws. Times are those of the lab's clock, without a zone."""
    zone = days.zone

    @cache
    def clock(at: datetime) -> str:
        return at.astimezone(zone).isoformat()[:16]

    return {
        "view": view,
        "date": days.first.isoformat(),
        "zone": lab.timezone,
        "hours": shown,
        "machines": [[one.pk, one.slug, one.name] for one in machines],
        "events": [
            [one.machine, one.kind, clock(one.starts), clock(one.ends), one.title, one.booking if one.can_change else 0]
            for one in found
        ],
        "many": many,
        "move": reverse("fablab:booking_move", args=[0]),
        "lost": _("The connection was lost."),
    }
