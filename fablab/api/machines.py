"""Machines of a lab, their log, and its materials."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Status
from ninja.errors import HttpError

from designs.api import auth, pagination
from designs.api.schemas import Cursor, Limit, Page
from fablab import policy
from fablab.actions import machines as acts
from fablab.actions import stock as stocks
from fablab.api import shown
from fablab.api.find import lab_at, machine_at, me, stock_at
from fablab.api.schemas import (
    Loaded,
    MachineChange,
    NewLogLine,
    NewMachine,
    NewStock,
    NewStockMove,
    SaidState,
    StockChange,
)
from fablab.catalogue import catalogue
from fablab.models import Lab, Machine, Stock

router = Router(tags=["machines"])
AT = "/labs/{slug:lab}/machines"
ONE = AT + "/{slug:machine}"
STOCK = "/labs/{slug:lab}/stock"
ITEM = STOCK + "/{int:stock_id}"
MOVES = {"use": stocks.use, "deliver": stocks.deliver, "waste": stocks.waste, "correct": stocks.correct}


@router.get(AT, auth=auth.READ, response=Page)
def list_machines(request: HttpRequest, lab: str, cursor: Cursor = "", limit: Limit = 30) -> dict[str, Any]:
    """All that the lab has, retired ones left out."""
    found = lab_at(request, lab)
    loaded = Prefetch("loaded", Stock.objects.filter(is_used_up=False))
    rows = (
        found.machines.exclude(state=Machine.State.RETIRED).select_related("lab", "training").prefetch_related(loaded)
    )
    return pagination.rows(request, rows, cursor, limit, shown.machine)


@router.post(AT, auth=auth.WRITE, response={201: dict[str, Any]})
def add_machine(request: HttpRequest, lab: str, body: NewMachine) -> Status[dict[str, Any]]:
    """List a machine, from the catalogue or by hand: the lab's managers and operators."""
    found = lab_at(request, lab, "operate")
    facts = _facts(found, body)
    if body.catalogue:
        known = catalogue().get(body.catalogue)
        if known is None:
            raise HttpError(422, _("The catalogue has no such machine."))
        facts = {**known.facts, **facts}
    if not facts.get("process"):
        raise HttpError(422, _("Say the process, or a machine of the catalogue."))
    return Status(201, shown.machine(acts.add_machine(found, by=me(request), **facts)))


@router.get(ONE, auth=auth.READ, response=dict[str, Any])
def get_machine(request: HttpRequest, lab: str, machine: str) -> dict[str, Any]:
    """One machine; its serial number is for the lab's own people."""
    found = lab_at(request, lab)
    one = machine_at(found, machine)
    own = {"serial": one.serial} if policy.can_operate(request.user, found) else {}
    return {**shown.machine(one), **own}


@router.patch(ONE, auth=auth.WRITE, response=dict[str, Any])
def change_machine(request: HttpRequest, lab: str, machine: str, body: MachineChange) -> dict[str, Any]:
    """Change what is said of it."""
    found = lab_at(request, lab, "operate")
    one = machine_at(found, machine)
    facts = _facts(found, body)
    if facts.get("most_minutes", one.most_minutes) < facts.get("least_minutes", one.least_minutes):
        raise HttpError(422, _("The longest booking is shorter than the shortest."))
    return shown.machine(acts.change_machine(one, **facts))


@router.post(ONE + "/state", auth=auth.WRITE, response=dict[str, Any])
def set_state(request: HttpRequest, lab: str, machine: str, body: SaidState) -> dict[str, Any]:
    """Say how it is. While it cannot be used, what was booked gives way."""
    one = machine_at(lab_at(request, lab, "operate"), machine)
    acts.set_state(one, body.state, by=me(request), text=body.text)
    return shown.machine(one)


@router.get(ONE + "/log", auth=auth.READ, response=Page)
def list_log(request: HttpRequest, lab: str, machine: str, cursor: Cursor = "", limit: Limit = 30) -> dict[str, Any]:
    """What was done to it, newest first: for the lab's managers and operators."""
    one = machine_at(lab_at(request, lab, "operate"), machine)
    return pagination.rows(request, one.log.select_related("by"), cursor, limit, shown.log_line)


@router.post(ONE + "/log", auth=auth.WRITE, response={201: dict[str, Any]})
def write_log(request: HttpRequest, lab: str, machine: str, body: NewLogLine) -> Status[dict[str, Any]]:
    """A line of what was done or found."""
    one = machine_at(lab_at(request, lab, "operate"), machine)
    return Status(201, shown.log_line(acts.write_log(one, body.kind, by=me(request), text=body.text)))


@router.get(STOCK, auth=auth.READ, response=Page, tags=["stock"])
def list_stock(
    request: HttpRequest, lab: str, used_up: bool = False, cursor: Cursor = "", limit: Limit = 30
) -> dict[str, Any]:
    """Materials of the lab: for its managers and operators."""
    rows: QuerySet[Stock] = lab_at(request, lab, "operate").stock.filter(is_used_up=used_up).select_related("machine")
    return pagination.rows(request, rows, cursor, limit, shown.stock)


@router.post(STOCK, auth=auth.WRITE, response={201: dict[str, Any]}, tags=["stock"])
def add_stock(request: HttpRequest, lab: str, body: NewStock) -> Status[dict[str, Any]]:
    """Another spool, stack or bottle."""
    found = lab_at(request, lab, "operate")
    return Status(
        201, shown.stock(stocks.add_stock(found, by=me(request), amount=body.amount, **_said(body, "amount")))
    )


@router.get(ITEM, auth=auth.READ, response=dict[str, Any], tags=["stock"])
def get_stock(request: HttpRequest, lab: str, stock_id: int) -> dict[str, Any]:
    """One of them."""
    return shown.stock(stock_at(lab_at(request, lab, "operate"), stock_id))


@router.patch(ITEM, auth=auth.WRITE, response=dict[str, Any], tags=["stock"])
def change_stock(request: HttpRequest, lab: str, stock_id: int, body: StockChange) -> dict[str, Any]:
    """Change what is said of it."""
    return shown.stock(stocks.change_stock(stock_at(lab_at(request, lab, "operate"), stock_id), **_said(body)))


@router.get(ITEM + "/changes", auth=auth.READ, response=Page, tags=["stock"])
def list_moves(request: HttpRequest, lab: str, stock_id: int, cursor: Cursor = "", limit: Limit = 30) -> dict[str, Any]:
    """Each change of what is left, newest first."""
    found = stock_at(lab_at(request, lab, "operate"), stock_id)
    return pagination.rows(request, found.moves.select_related("by"), cursor, limit, shown.stock_move)


@router.post(ITEM + "/changes", auth=auth.WRITE, response={201: dict[str, Any]}, tags=["stock"])
def move_stock(request: HttpRequest, lab: str, stock_id: int, body: NewStockMove) -> Status[dict[str, Any]]:
    """Used, delivered, spoiled, or weighed."""
    found = stock_at(lab_at(request, lab, "operate"), stock_id)
    MOVES[body.what](found, body.amount, by=me(request), note=body.note)
    return Status(201, shown.stock(found))


@router.put(ITEM + "/machine", auth=auth.WRITE, response=dict[str, Any], tags=["stock"])
def load_stock(request: HttpRequest, lab: str, stock_id: int, body: Loaded) -> dict[str, Any]:
    """Put it into a machine, or take it out."""
    found = lab_at(request, lab, "operate")
    stock = stock_at(found, stock_id)
    stocks.load(stock, machine_at(found, body.machine) if body.machine else None)
    return shown.stock(stock_at(found, stock_id))


@router.post(ITEM + "/used-up", auth=auth.WRITE, response=dict[str, Any], tags=["stock"])
def use_up(request: HttpRequest, lab: str, stock_id: int) -> dict[str, Any]:
    """It is empty, or gone."""
    found = stock_at(lab_at(request, lab, "operate"), stock_id)
    stocks.use_up(found, by=me(request))
    return shown.stock(found)


def _said(body: Any, *exclude: str) -> dict[str, Any]:
    said: dict[str, Any] = body.dict(exclude_unset=True, exclude=set(exclude))
    return {name: value for name, value in said.items() if value is not None}


def _facts(lab: Lab, body: MachineChange) -> dict[str, Any]:
    """What was said, with the training's row; an empty process or key of the catalogue is none."""
    facts = _said(body, "training")
    facts = {name: value for name, value in facts.items() if value or name not in {"process", "catalogue"}}
    if "training" in body.model_fields_set:
        facts["training"] = lab.trainings.filter(pk=body.training).first() if body.training else None
        if body.training and facts["training"] is None:
            raise Http404("no such training")
    return facts
