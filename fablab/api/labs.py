"""Labs: list, propose, read, change, say open; closures; numbers."""

from datetime import timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Router, Status
from ninja.errors import HttpError

from designs.api import auth, pagination
from designs.api.schemas import Cursor, Limit, Page
from designs.limits import within_limits
from fablab import lab_list
from fablab.actions import change_lab as change
from fablab.actions.close import close, in_the_way, reopen
from fablab.actions.propose_lab import propose_lab
from fablab.api import shown
from fablab.api.find import lab_at, machine_at, me
from fablab.api.schemas import Day, LabChange, LabFilters, NewClosure, NewLab, SaidOpen
from fablab.models import Closure
from fablab.statistics import numbers

router = Router(tags=["labs"])
AT = "/labs/{slug:lab}"
YEAR = timedelta(days=364)
LONGEST = timedelta(days=3660)


@router.get("/labs", auth=auth.READ, response=Page)
def list_labs(
    request: HttpRequest, filters: Query[LabFilters], cursor: Cursor = "", limit: Limit = 30
) -> dict[str, Any]:
    """Labs that meet the filters: nearest first from a place, else verified ones first."""
    asked = lab_list.asked_for(**filters.dict())
    if asked.near and asked.place is None:
        raise HttpError(422, _("We do not know this place."))

    def read(skip: int, most: int) -> list[dict[str, Any]]:
        return [shown.lab(lab, km) for lab, km in lab_list.find(asked, offset=skip, limit=most).labs]

    return pagination.steps(request, read, cursor, limit)


@router.post("/labs", auth=auth.WRITE, response={201: dict[str, Any]})
def add_lab(request: HttpRequest, body: NewLab) -> Status[dict[str, Any]]:
    """Put a lab on the map."""
    within_limits(request, "propose_lab")
    lab = propose_lab(by=me(request), is_mine=body.is_mine, **_facts(body, {"is_mine"}))
    return Status(201, shown.whole_lab(lab))


@router.get(AT, auth=auth.READ, response=dict[str, Any])
def get_lab(request: HttpRequest, lab: str) -> dict[str, Any]:
    """One lab, with its hours, tariffs and machines."""
    return shown.whole_lab(lab_at(request, lab))


@router.patch(AT, auth=auth.WRITE, response=dict[str, Any])
def change_lab(request: HttpRequest, lab: str, body: LabChange) -> dict[str, Any]:
    """Change what a lab says of itself: its managers."""
    found = lab_at(request, lab, "manage")
    return shown.whole_lab(change.change_lab(found, **_facts(body)))


@router.put(AT + "/open", auth=auth.WRITE, response=dict[str, Any])
def say_open(request: HttpRequest, lab: str, body: SaidOpen) -> dict[str, Any]:
    """Say that it is open or closed just now: its managers."""
    found = lab_at(request, lab, "manage")
    change.say_open(found, is_open=body.open)
    return shown.lab(found)


@router.get(AT + "/closures", auth=auth.READ, response=Page)
def list_closures(request: HttpRequest, lab: str, cursor: Cursor = "", limit: Limit = 30) -> dict[str, Any]:
    """What is closed, and will be: for the lab's managers and operators."""
    rows = lab_at(request, lab, "operate").closures.filter(ends__gt=timezone.now()).select_related("machine", "by")
    return pagination.rows(request, rows, cursor, limit, shown.closure)


@router.post(AT + "/closures", auth=auth.WRITE, response={201: dict[str, Any]})
def add_closure(request: HttpRequest, lab: str, body: NewClosure) -> Status[dict[str, Any]]:
    """Close the lab or a machine. What is booked then gives way, which must be meant: `sure`."""
    found = lab_at(request, lab, "operate")
    machine = machine_at(found, body.machine) if body.machine else None
    displaced = in_the_way(found, machine, (body.starts, body.ends)) if body.starts < body.ends else []
    if displaced and not body.sure:
        raise HttpError(409, _("%(n)d bookings and jobs would give way: send it with `sure`.") % {"n": len(displaced)})
    made = close(found, machine, by=me(request), kind=body.kind, starts=body.starts, ends=body.ends, reason=body.reason)
    return Status(201, shown.closure(made))


@router.delete(AT + "/closures/{int:closure_id}", auth=auth.WRITE, response={204: None})
def delete_closure(request: HttpRequest, lab: str, closure_id: int) -> HttpResponse:
    """Open again."""
    found = lab_at(request, lab, "operate")
    rows = Closure.objects.select_related("lab", "machine__lab").filter(lab=found)
    closure = rows.filter(pk=closure_id).first() if closure_id < 1 << 63 else None
    if closure is None:
        raise Http404("no such closure")
    reopen(closure)
    return HttpResponse(status=204)


@router.get(AT + "/statistics", auth=auth.READ, response=dict[str, Any])
def statistics(
    request: HttpRequest,
    lab: str,
    first: Annotated[Day | None, Query(alias="from")] = None,
    last: Annotated[Day | None, Query(alias="to")] = None,
) -> dict[str, Any]:
    """Numbers month by month, for the lab's managers and operators; the last year where nothing is said."""
    found = lab_at(request, lab, "operate")
    end = last or timezone.now().astimezone(ZoneInfo(found.timezone)).date()
    begin = first or end - YEAR
    if not timedelta() <= end - begin <= LONGEST:
        raise HttpError(422, _("From a day to a later one, ten years at the most."))
    told = numbers(found, begin, end)
    names = ("requests", "collected", "worked", "failed", "machine_hours", "booked_hours", "grams", "earned_cents")
    return {
        "from": begin,
        "to": end,
        "currency": found.currency,
        "months": [{"month": one.first, **{name: getattr(one, name) for name in names}} for one in told.months],
        "total": {name: getattr(told.total, name) for name in names},
        "people": told.people,
        "answer_hours": told.answer_hours,
        "done_days": told.done_days,
        "no_shows": told.no_shows,
        "machines": [
            {"name": name, "hours": hours, "worked": worked, "failed": failed}
            for name, hours, worked, failed in told.machines
        ],
    }


def _facts(body: LabChange, exclude: set[str] | None = None) -> dict[str, Any]:
    said = body.dict(exclude_unset=True, exclude=exclude)
    facts = {name: value for name, value in said.items() if value is not None}
    if "country" in facts:
        facts["country"] = facts["country"].upper()
    return facts
