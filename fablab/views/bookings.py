"""A person's bookings: the list, and each with what can be done to it."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from designs.actions.errors import RefusedError
from designs.limits import within_limits
from designs.views.lookup import person as me
from designs.views.page import answers
from designs.views.sign_in import signed_in
from fablab import calendars, policy, slots
from fablab.actions.alternatives import instead_of
from fablab.actions.change_booking import accept, cancel, check_in, finish, move
from fablab.actions.strikes import appeal
from fablab.actions.wait import leave, wait
from fablab.forms.booking import MoveForm, TimesForm
from fablab.models import Booking, CalendarFeed, Machine, Strike, Waiting
from fablab.moments import span_words
from fablab.slots import BookingState
from fablab.views.page import lab_page

PAST = 20


@answers
def bookings(request: HttpRequest) -> HttpResponse:
    """What I have booked, wait for and missed."""
    signed_in(request)
    now = timezone.now()
    mine = Booking.objects.filter(person=me(request)).select_related("machine__lab")
    strikes = Strike.objects.filter(person=me(request), is_lifted=False, expires_at__gt=now)
    context = {
        "now": now,
        "offers": mine.filter(state=BookingState.HELD, ends__gt=now),
        "coming": mine.filter(state__in=[BookingState.CONFIRMED, BookingState.CHECKED_IN], ends__gt=now),
        "past": mine.exclude(state__in=slots.STANDING, ends__gt=now).order_by("-starts")[:PAST],
        "waiting": Waiting.objects.filter(person=me(request), state=Waiting.State.WAITING, ends__gt=now).select_related(
            "machine__lab"
        ),
        "strikes": strikes.select_related("booking__machine__lab", "lab"),
        "feed": CalendarFeed.objects.filter(owner=me(request), lab=None, machine=None).first(),
        "check_in_from": now + slots.CHECK_IN_BEFORE,
        "most_strikes": slots.MOST_STRIKES,
    }
    return render(request, "fablab/bookings.html", context)


@answers
def booking(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One booking: its facts, and what can be done."""
    return _page(request, _found(request, pk))


@answers
@require_POST
def booking_move(request: HttpRequest, pk: int) -> HttpResponseBase:
    """To another time or machine; answers scripts in JSON."""
    found = _found(request, pk)
    form = MoveForm(found.machine.lab, request.POST)
    wants_json = "application/json" in request.headers.get("Accept", "")
    try:
        within_limits(request, "book")
        if not form.is_valid():
            raise RefusedError("; ".join(str(one) for errors in form.errors.values() for one in errors), "invalid")
        said = form.cleaned_data
        move(found, said["starts"], said["ends"], by=me(request), machine=said["machine"])
    except RefusedError as refused:
        if wants_json:
            return JsonResponse({"detail": str(refused), "code": refused.code}, status=409)
        form.add_error(None, str(refused))
        return _page(request, _found(request, pk), move_form=form, status=409)
    words = _("Moved: %(machine)s, %(when)s.") % {
        "machine": found.machine,
        "when": span_words(found.starts, found.ends, found.machine.lab),
    }
    if wants_json:
        return JsonResponse({"detail": words})
    messages.success(request, words)
    return redirect("fablab:booking", pk)


@answers
@require_POST
def booking_act(request: HttpRequest, pk: int, act: str) -> HttpResponseBase:
    """Cancel, accept or decline, check in, finish."""
    found = _found(request, pk)
    try:
        if act == "cancel":
            cancel(found, by=me(request), reason=request.POST.get("reason", ""))
            said = _("Cancelled. The time is free for others.")
        elif act == "accept":
            if found.person != request.user:
                raise PermissionDenied
            accept(found)
            said = _("It is yours.")
        elif act == "check-in":
            check_in(found)
            said = _("You are checked in.")
        else:
            finish(found)
            said = _("Finished. The rest of the time is free for others.")
        messages.success(request, said)
    except RefusedError as refused:
        messages.error(request, str(refused))
    back = request.POST.get("next", "")
    return redirect("fablab:bookings" if back == "list" else reverse("fablab:booking", args=[pk]))


@answers
def booking_ics(request: HttpRequest, pk: int) -> HttpResponse:
    """One booking for a calendar."""
    found = _found(request, pk)
    headers = {"Content-Disposition": f'attachment; filename="booking-{pk}.ics"'}
    return HttpResponse(calendars.of_booking(found), content_type="text/calendar; charset=utf-8", headers=headers)


@answers
@require_POST
def series_cancel(request: HttpRequest, series: UUID) -> HttpResponse:
    """Every booking of a series that has not begun."""
    signed_in(request)
    rows = Booking.objects.filter(series=series, state=BookingState.CONFIRMED, starts__gt=timezone.now())
    done = 0
    for one in rows.filter(person=me(request)).select_related("machine__lab", "person"):
        try:
            cancel(one, by=me(request))
            done += 1
        except RefusedError as refused:
            messages.error(request, str(refused))
    messages.success(request, _("Cancelled: %(number)s.") % {"number": done})
    return redirect("fablab:bookings")


@lab_page("sign-in")
@require_POST
def wait_for(request: HttpRequest, lab: Any, machine: str) -> HttpResponse:
    """Wait for a time that somebody has."""
    found = get_object_or_404(lab.machines.select_related("lab", "training"), slug=machine)
    form = TimesForm(lab, request.POST)
    try:
        within_limits(request, "book")
        if not form.is_valid():
            raise RefusedError(_("Say from when to when."), "invalid")
        waiting = wait(found, me(request), form.cleaned_data["starts"], form.cleaned_data["ends"])
        if waiting.state == Waiting.State.OFFERED:
            messages.success(request, _("It just became free, and is held for you: say whether you take it."))
        else:
            messages.success(request, _("You wait for it. We write to you as soon as it is free."))
    except RefusedError as refused:
        messages.error(request, str(refused))
        return redirect("fablab:machine_calendar", lab.slug, machine)
    return redirect("fablab:bookings")


@answers
@require_POST
def wait_leave(request: HttpRequest, pk: int) -> HttpResponse:
    """Wait no longer."""
    signed_in(request)
    waiting = get_object_or_404(Waiting, pk=pk, person=me(request))
    try:
        leave(waiting)
        messages.success(request, _("You wait for it no longer."))
    except RefusedError as refused:
        messages.error(request, str(refused))
    return redirect("fablab:bookings")


@answers
@require_POST
def strike_appeal(request: HttpRequest, pk: int) -> HttpResponse:
    """Say why a booking was not missed."""
    signed_in(request)
    strike = get_object_or_404(Strike.objects.select_related("lab", "booking__machine__lab"), pk=pk, person=me(request))
    try:
        appeal(strike, request.POST.get("text", ""))
        messages.success(request, _("Your appeal went to the lab’s managers."))
    except RefusedError as refused:
        messages.error(request, str(refused))
    return redirect("fablab:bookings")


def _found(request: HttpRequest, pk: int) -> Booking:
    """One's own, or one in a lab where one works. Raises Http404 for others."""
    signed_in(request)
    rows = Booking.objects.select_related("machine__lab", "machine__training", "person", "cancelled_by", "occupation")
    found = get_object_or_404(rows, pk=pk)
    if found.person != request.user and not policy.can_operate(request.user, found.machine.lab):
        raise Http404
    return found


def _page(
    request: HttpRequest, found: Booking, *, move_form: MoveForm | None = None, status: int = 200
) -> HttpResponse:
    now, lab = timezone.now(), found.machine.lab
    stands = found.state in slots.STANDING and found.ends > now
    initial = {"machine": found.machine.slug, "starts": found.starts, "ends": found.ends}
    others = Machine.objects.working().filter(lab=lab).count() > 1
    is_lost = found.state in {BookingState.CANCELLED, BookingState.NO_SHOW} and found.person == request.user
    zone = ZoneInfo(lab.timezone)
    context = {
        "booking": found,
        "lab": lab,
        "stands": stands,
        "is_own": found.person == request.user,
        "many_machines": others,
        "move_form": move_form or MoveForm(lab, initial=initial),
        "can_check_in": found.state == BookingState.CONFIRMED and found.starts - slots.CHECK_IN_BEFORE <= now,
        "can_finish": stands
        and (found.state == BookingState.CHECKED_IN or (found.state == BookingState.CONFIRMED and found.starts <= now)),
        "instead": [(one, one.starts.astimezone(zone), one.ends.astimezone(zone)) for one in instead_of(found, now=now)]
        if is_lost
        else [],
        "now": now,
    }
    return render(request, "fablab/booking.html", context, status=status)
