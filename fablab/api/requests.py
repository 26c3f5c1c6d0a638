"""Print requests: ask, list, read, talk; and their quotes."""

from typing import Annotated, Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router, Status
from ninja.errors import HttpError

from designs import results
from designs.api import auth, pagination
from designs.api.projects import find
from designs.api.schemas import Cursor, Limit, Page, Slug
from designs.limits import within_limits
from designs.models import File, Project
from fablab import policy, pricing
from fablab.actions import quote_request as quotes
from fablab.actions.estimate_request import estimate
from fablab.actions.open_request import licence_note, open_request, submit
from fablab.actions.say_request import say
from fablab.api import shown
from fablab.api.find import lab_at, machine_at, me, stock_at
from fablab.api.request_schemas import NewMessage, NewQuote, NewRequest, Part, QuoteChange
from fablab.models import PrintRequest, Quote, RequestMessage
from fablab.states import RequestState

router = Router(tags=["requests"])
ONE = "/requests/{slug:ref}"
_ROWS = ("lab", "requester", "machine__lab", "stock", "quote", "project__namespace")


def request_at(request: HttpRequest, ref: str) -> PrintRequest:
    """One's own, or one of a lab where one works. Raises Http404 for others."""
    found = PrintRequest.objects.select_related(*_ROWS).filter(ref=ref).first()
    if found is None or not policy.can_see_request(request.user, found):
        raise Http404("no such request")
    return found


def worked_at(request: HttpRequest, ref: str) -> PrintRequest:
    """One of a lab where one works. Raises Http404, HttpError 403 for its requester."""
    found = request_at(request, ref)
    if not policy.can_operate(request.user, found.lab):
        raise HttpError(403, _("You may not do this here."))
    return found


def show(request: HttpRequest, found: PrintRequest) -> dict[str, Any]:
    """The whole of it, as far as who asks may see it."""
    return shown.whole_request(found, is_staff=policy.can_operate(request.user, found.lab))


@router.post("/labs/{slug:lab}/requests", auth=auth.WRITE, response={201: dict[str, Any]})
def add_request(request: HttpRequest, lab: str, body: NewRequest) -> Status[dict[str, Any]]:
    """Ask a lab to make parts of a version of a project; `ref` is a branch, tag or commit."""
    found = lab_at(request, lab)
    project = find(request, body.owner, body.project)
    commit = project.repo.resolve(body.ref or project.default_branch)
    parts = _files(project, commit, body.parts)
    tag = body.ref if project.releases.filter(tag=body.ref, commit=commit).exists() else ""
    names = {"owner", "project", "ref", "parts", "submit", "accepts_terms"}
    within_limits(request, "request")
    made = open_request(found, project, by=me(request), commit=commit, tag=tag, parts=parts, **body.dict(exclude=names))
    if body.submit:
        submit(made, by=me(request), accepts_terms=body.accepts_terms)
    return Status(201, {**show(request, request_at(request, made.ref)), "licence_note": licence_note(made.licence)})


def _files(project: Project, commit: str, parts: list[Part]) -> list[tuple[File, int]]:
    entries = [(project.repo.entry(commit, part.path), part.quantity) for part in parts]
    found = results.at(project, [(entry.path, entry.oid) for entry, _count in entries])
    missing = [entry.path for entry, _count in entries if entry.path not in found]
    if missing:
        raise HttpError(422, _("%(path)s is no part that can be made.") % {"path": missing[0]})
    return [(found[entry.path].file, count) for entry, count in entries]


@router.get("/requests", auth=auth.SIGNED_IN, response=Page)
def list_requests(
    request: HttpRequest, state: Annotated[RequestState | None, Query()] = None, cursor: Cursor = "", limit: Limit = 30
) -> dict[str, Any]:
    """Yours, newest first."""
    rows = PrintRequest.objects.filter(requester=me(request)).select_related("lab", "requester", "machine")
    if state:
        rows = rows.filter(state=state)
    return pagination.rows(request, rows, cursor, limit, shown.request)


@router.get("/labs/{slug:lab}/requests", auth=auth.READ, response=Page)
def list_lab_requests(
    request: HttpRequest,
    lab: str,
    state: Annotated[RequestState | None, Query()] = None,
    machine: Annotated[Slug | None, Query()] = None,
    cursor: Cursor = "",
    limit: Limit = 30,
) -> dict[str, Any]:
    """The lab's, for its managers and operators; drafts are their authors' alone."""
    found = lab_at(request, lab, "operate")
    rows = found.requests.exclude(state=RequestState.DRAFT).select_related("lab", "requester", "machine")
    if state:
        rows = rows.filter(state=state)
    if machine:
        rows = rows.filter(machine=machine_at(found, machine))
    return pagination.rows(request, rows, cursor, limit, shown.request)


@router.get(ONE, auth=auth.SIGNED_IN, response=dict[str, Any])
def get_request(request: HttpRequest, ref: str) -> dict[str, Any]:
    """One, with its parts, quotes, attempts and history."""
    return show(request, request_at(request, ref))


@router.get(ONE + "/messages", auth=auth.SIGNED_IN, response=Page)
def list_messages(request: HttpRequest, ref: str, cursor: Cursor = "", limit: Limit = 30) -> dict[str, Any]:
    """What was said, newest first; what is internal, to the lab's own people alone."""
    found = request_at(request, ref)
    rows = RequestMessage.objects.filter(request=found).select_related("author")
    if not policy.can_operate(request.user, found.lab):
        rows = rows.filter(is_internal=False)
    return pagination.rows(request, rows, cursor, limit, shown.message)


@router.post(ONE + "/messages", auth=auth.WRITE, response={201: dict[str, Any]})
def add_message(request: HttpRequest, ref: str, body: NewMessage) -> Status[dict[str, Any]]:
    """Say something."""
    found = request_at(request, ref)
    within_limits(request, "comment")
    return Status(201, shown.message(say(found, by=me(request), text=body.text, is_internal=body.is_internal)))


@router.post(ONE + "/quotes", auth=auth.WRITE, response={201: dict[str, Any], 202: dict[str, Any]}, tags=["quotes"])
def draft(request: HttpRequest, ref: str, body: NewQuote) -> Status[dict[str, Any]]:
    """Draft a quote for a machine; 202 while the slicer is at work: send it again."""
    found = worked_at(request, ref)
    within_limits(request, "request_step")
    machine = machine_at(found.lab, body.machine)
    stock = stock_at(found.lab, body.stock) if body.stock else None
    known = estimate(found, machine, stock)
    if known.is_waiting:
        return Status(202, {"state": "waiting", "problems": known.problems})
    made = quotes.draft_quote(found, by=me(request), machine=machine, stock=stock, estimate=known)
    return Status(201, {**shown.quote(made), "problems": known.problems, "supports": known.supports})


@router.patch(ONE + "/quotes/{int:version}", auth=auth.WRITE, response=dict[str, Any], tags=["quotes"])
def edit(request: HttpRequest, ref: str, version: int, body: QuoteChange) -> dict[str, Any]:
    """Change the lines of a draft; minimum and tariff follow from them."""
    found = _quote(worked_at(request, ref), version)
    try:
        lines = [pricing.line(one.kind, one.label, one.quantity, one.unit, one.unit_cents) for one in body.lines]
    except ValueError as wrong:
        raise HttpError(422, str(wrong)) from wrong
    facts = body.dict(exclude={"lines"})
    return shown.quote(quotes.edit_quote(found, by=me(request), lines=lines, **facts))


@router.post(ONE + "/quotes/{int:version}/send", auth=auth.WRITE, response=dict[str, Any], tags=["quotes"])
def send(request: HttpRequest, ref: str, version: int) -> dict[str, Any]:
    """Freeze it, and offer it to who asked."""
    found = worked_at(request, ref)
    quote = _quote(found, version)
    quote.request = found
    quotes.send_quote(quote, by=me(request))
    return show(request, request_at(request, ref))


def _quote(found: PrintRequest, version: int) -> Quote:
    quote = (
        found.quotes.select_related("machine", "stock").filter(version=version).first() if version < 1 << 15 else None
    )
    if quote is None:
        raise Http404("no such quote")
    return quote
