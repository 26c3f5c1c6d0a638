"""When a machine is free, what is booked, and who waits."""

from datetime import timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Router, Status
from ninja.errors import HttpError
from pydantic import Field

from designs.api import auth, pagination
from designs.api.schemas import Cursor, Limit, Page
from designs.limits import within_limits
from fablab import policy, slots
from fablab.actions import change_booking as change
from fablab.actions.book import book, book_series
from fablab.actions.occupy import free_slots
from fablab.actions.staff import person_named
from fablab.actions.wait import leave, wait
from fablab.api import shown
from fablab.api.find import lab_at, machine_at, me
from fablab.api.schemas import BookingMove, NewBooking, Times, When, Why
from fablab.models import Booking, Machine, Waiting

router = Router(tags=["bookings"])
MACHINE = "/labs/{slug:lab}/machines/{slug:machine}"
MINE = "/bookings/{int:booking_id}"


@router.get(MACHINE + "/free", auth=auth.READ, response=dict[str, Any])
def free(
    request: HttpRequest,
    lab: str,
    machine: str,
    minutes: Annotated[int, Query(), Field(ge=15, le=20_160)] = 60,
    after: Annotated[When | None, Query()] = None,
    days: Annotated[int, Query(), Field(ge=1, le=60)] = 14,
) -> dict[str, Any]:
    """Where something of so many minutes could go; each span is as long as it can be."""
    found = machine_at(lab_at(request, lab), machine)
    if found.state not in Machine.WORKING:
        return {"machine": found.slug, "state": found.state, "free": []}
    begin = max(after or timezone.now(), timezone.now())
    members = policy.is_member(request.user, found.lab)
    spans = free_slots(found, minutes * 60, after=begin, horizon=timedelta(days=days), members=members)
    return {
        "machine": found.slug,
        "state": found.state,
        "free": [{"starts": starts, "ends": ends} for starts, ends in spans],
    }


@router.post(MACHINE + "/bookings", auth=auth.WRITE, response={201: dict[str, Any]})
def add_booking(request: HttpRequest, lab: str, machine: str, body: NewBooking) -> Status[dict[str, Any]]:
    """Book the machine, once or many times; staff also for somebody else."""
    found = machine_at(lab_at(request, lab), machine)
    person = me(request)
    if body.person:
        if not policy.can_operate(request.user, found.lab):
            raise HttpError(403, _("You may not do this here."))
        person = person_named(body.person)
    within_limits(request, "book")
    if body.times == 1:
        made = book(found, person, body.starts, body.ends, by=me(request), purpose=body.purpose)
        return Status(201, {"booked": [shown.booking(made)], "refused": []})
    zone = ZoneInfo(found.lab.timezone)
    spans = slots.repeats(body.starts, body.ends, zone, days=body.every_days, times=body.times)
    done = book_series(found, person, spans, by=me(request), purpose=body.purpose, only_free=body.only_free)
    refused = [{"starts": span[0], "ends": span[1], "detail": why} for span, why in done.refused]
    return Status(201, {"booked": [shown.booking(one) for one in done.booked], "refused": refused})


@router.get("/labs/{slug:lab}/bookings", auth=auth.READ, response=Page)
def list_lab_bookings(
    request: HttpRequest,
    lab: str,
    after: Annotated[When | None, Query()] = None,
    before: Annotated[When | None, Query()] = None,
    cursor: Cursor = "",
    limit: Limit = 30,
) -> dict[str, Any]:
    """Everybody's, for the lab's managers and operators; those that end after and start before a time."""
    found = lab_at(request, lab, "operate")
    rows = Booking.objects.filter(machine__lab=found).select_related("machine__lab", "person")
    if after:
        rows = rows.filter(ends__gt=after)
    if before:
        rows = rows.filter(starts__lt=before)
    return pagination.rows(request, rows, cursor, limit, shown.booking)


@router.get("/bookings", auth=auth.SIGNED_IN, response=Page)
def list_bookings(request: HttpRequest, cursor: Cursor = "", limit: Limit = 30) -> dict[str, Any]:
    """Yours."""
    rows = Booking.objects.filter(person=me(request)).select_related("machine__lab", "person")
    return pagination.rows(request, rows, cursor, limit, shown.booking)


@router.get(MINE, auth=auth.SIGNED_IN, response=dict[str, Any])
def get_booking(request: HttpRequest, booking_id: int) -> dict[str, Any]:
    """One of yours, or of a lab where you work."""
    return shown.booking(_booking(request, booking_id))


@router.patch(MINE, auth=auth.WRITE, response=dict[str, Any])
def move_booking(request: HttpRequest, booking_id: int, body: BookingMove) -> dict[str, Any]:
    """To another time, or another machine of the lab."""
    found = _booking(request, booking_id)
    machine = machine_at(found.machine.lab, body.machine) if body.machine else None
    within_limits(request, "book")
    return shown.booking(change.move(found, body.starts, body.ends, by=me(request), machine=machine))


@router.post(MINE + "/cancel", auth=auth.WRITE, response=dict[str, Any])
def cancel_booking(request: HttpRequest, booking_id: int, body: Why) -> dict[str, Any]:
    """Give the time back; who cancels somebody else's says why."""
    found = _booking(request, booking_id)
    change.cancel(found, by=me(request), reason=body.reason)
    return shown.booking(found)


@router.post(MINE + "/{verb}", auth=auth.WRITE, response=dict[str, Any])
def act_on_booking(
    request: HttpRequest, booking_id: int, verb: Literal["accept", "check-in", "finish"]
) -> dict[str, Any]:
    """Take the time that is held for you; say that you are there; be done early."""
    found = _booking(request, booking_id)
    if verb == "accept":
        if found.person != request.user:
            raise HttpError(403, _("You may not do this here."))
        change.accept(found)
    elif verb == "check-in":
        change.check_in(found)
    else:
        change.finish(found)
    return shown.booking(found)


@router.post(MACHINE + "/waiting", auth=auth.WRITE, response={201: dict[str, Any]})
def add_waiting(request: HttpRequest, lab: str, machine: str, body: Times) -> Status[dict[str, Any]]:
    """Wait for a time that is taken; it is held for you for a while when it becomes free."""
    found = machine_at(lab_at(request, lab), machine)
    within_limits(request, "book")
    return Status(201, shown.waiting(wait(found, me(request), body.starts, body.ends)))


@router.get("/waiting", auth=auth.SIGNED_IN, response=Page)
def list_waiting(request: HttpRequest, cursor: Cursor = "", limit: Limit = 30) -> dict[str, Any]:
    """What you wait for."""
    rows = Waiting.objects.filter(person=me(request)).select_related("machine__lab")
    return pagination.rows(request, rows, cursor, limit, shown.waiting)


@router.delete("/waiting/{int:waiting_id}", auth=auth.WRITE, response={204: None})
def delete_waiting(request: HttpRequest, waiting_id: int) -> HttpResponse:
    """Wait no longer."""
    rows = Waiting.objects.filter(person=me(request))
    found = rows.filter(pk=waiting_id).first() if waiting_id < 1 << 63 else None
    if found is None:
        raise Http404("nothing waited for")
    leave(found)
    return HttpResponse(status=204)


def _booking(request: HttpRequest, pk: int) -> Booking:
    """One's own, or one in a lab where one works. Raises Http404 for others."""
    rows = Booking.objects.select_related("machine__lab", "machine__training", "person", "occupation")
    found = rows.filter(pk=pk).first() if pk < 1 << 63 else None
    if found is None or (found.person != request.user and not policy.can_operate(request.user, found.machine.lab)):
        raise Http404("no such booking")
    return found
