"""The board of a lab: open requests in columns, what may be done with each, and beds that several could share."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain

from django.db.models import F, Prefetch, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fablab import plates
from fablab.models import Attempt, Lab, Machine, PrintRequest
from fablab.parts import known
from fablab.plates import Item, Plate
from fablab.states import NEXT, Actor
from fablab.states import RequestState as S

MOST = 400
"""Cards on a board; older ones wait until something is done."""
MOST_PLATES = 8
COLUMNS: tuple[tuple[str, Promise, tuple[S, ...]], ...] = (
    ("new", _("New"), (S.SUBMITTED,)),
    ("asked", _("Waiting for an answer"), (S.NEEDS_INFO, S.QUOTED)),
    ("accepted", _("To schedule"), (S.ACCEPTED, S.FAILED)),
    ("scheduled", _("Scheduled"), (S.SCHEDULED,)),
    ("making", _("Being made"), (S.IN_PROGRESS,)),
    ("ready", _("Ready"), (S.READY,)),
    ("done", _("Handed over"), (S.COLLECTED, S.DISPUTED)),
)
"""Key, name and states of each column, in their order. What was collected leaves the board; disputes stay on it."""
SHOWN = [state for _key, _name, states in COLUMNS for state in states if state != S.COLLECTED]
VERBS: dict[str, Promise] = {
    "quote": _("Quote"),
    "ask": _("Ask something"),
    "reject": _("Reject"),
    "forward": _("Pass on"),
    "schedule": _("Schedule"),
    "unschedule": _("Take off the schedule"),
    "start": _("Start"),
    "fail": _("It failed"),
    "finish": _("It is ready"),
    "collect": _("Hand over"),
    "abandon": _("Nobody came"),
    "resolve": _("Decide"),
    "reprint": _("Make again"),
    "cancel": _("Cancel"),
}
_COLUMN_OF = {state: key for key, _name, states in COLUMNS for state in states}


@dataclass(frozen=True)
class Step:
    """Something that may be done: its verb and name, and the column where it leads, or nothing."""

    verb: str
    name: Promise
    column: str


@dataclass(frozen=True)
class Card:
    """A request on the board."""

    request: PrintRequest
    count: int
    steps: Sequence[Step]
    attempt: Attempt | None
    is_late: bool

    @property
    def columns(self) -> str:
        """Where it may be put, as one attribute."""
        return " ".join(dict.fromkeys(step.column for step in self.steps if step.column))


@dataclass(frozen=True)
class Column:
    """Cards, the most urgent first."""

    key: str
    name: Promise
    cards: list[Card] = field(default_factory=list)


@dataclass(frozen=True)
class Shared:
    """A bed that parts of several requests can share on a machine, all of one material, colour and quality."""

    machine: Machine
    material: str
    colour: str
    quality: str
    plate: Plate
    requests: Sequence[PrintRequest]


def requests_of(lab: Lab, *, machine: str = "", material: str = "") -> list[PrintRequest]:
    """What is open in a lab, the most urgent first; of one machine (its address) or material where these are given."""
    rows = PrintRequest.objects.filter(lab=lab, state__in=SHOWN)
    if machine:
        rows = rows.filter(machine__slug=machine)
    if material:
        rows = rows.filter(Q(material__iexact=material) | Q(stock__material__iexact=material))
    rows = rows.select_related("requester", "machine", "stock", "quote").prefetch_related(
        "parts", Prefetch("attempts", Attempt.objects.select_related("run", "machine"))
    )
    return list(rows.order_by(F("due_on").asc(nulls_last=True), "submitted_at", "pk")[:MOST])


def columns(requests: Iterable[PrintRequest], actors: frozenset[Actor], today: date) -> list[Column]:
    """The board as somebody in these parts sees it. Nobody moves a request as its requester from here."""
    found = {key: Column(key, name) for key, name, _states in COLUMNS}
    for request in requests:
        found[_COLUMN_OF[S(request.state)]].cards.append(_card(request, actors, today))
    return list(found.values())


def _card(request: PrintRequest, actors: frozenset[Actor], today: date) -> Card:
    moves = [move for move in NEXT[S(request.state)].values() if move.who & actors and move.verb in VERBS]
    steps = [Step(move.verb, VERBS[move.verb], _COLUMN_OF.get(move.after, "")) for move in moves]
    attempts = list(request.attempts.all())
    return Card(
        request,
        sum(part.quantity for part in request.parts.all()),
        steps,
        attempts[-1] if attempts and attempts[-1].outcome in {"planned", "running"} else None,
        is_late=bool(request.due_on and request.due_on < today and request.state != S.READY),
    )


def shared_plates(requests: Iterable[PrintRequest]) -> list[Shared]:
    """Beds for accepted requests that go together: same machine, material, colour and quality; two requests or more."""
    groups: dict[tuple[Machine, str, str, str], list[PrintRequest]] = {}
    for one in requests:
        if one.machine and one.state in {S.ACCEPTED, S.FAILED} and _is_bed(one.machine):
            material, colour = _made_of(one)
            groups.setdefault((one.machine, material.casefold(), colour.casefold(), one.quality), []).append(one)
    together = {key: group for key, group in groups.items() if len(group) > 1}
    boxes = _boxes(chain.from_iterable(together.values()))
    found = []
    for (machine, _material, _colour, _quality), group in together.items():
        items = [item for one in group for item in boxes.get(one.pk, [])]
        if len(items) > plates.MOST_ITEMS:
            continue
        beds, _left = plates.pack(items, (machine.x_mm, machine.y_mm, machine.z_mm))
        by_pk = {one.pk: one for one in group}
        found += [
            Shared(
                machine,
                *_made_of(group[0]),
                group[0].get_quality_display(),
                bed,
                [by_pk[owner] for owner in bed.owners if isinstance(owner, int)],
            )
            for bed in beds
            if len(bed.owners) > 1
        ]
    return sorted(found, key=lambda one: -one.plate.share)[:MOST_PLATES]


def _made_of(request: PrintRequest) -> tuple[str, str]:
    used = request.stock
    return (used.material, used.colour) if used else (request.material, request.colour)


def _is_bed(machine: Machine) -> bool:
    return machine.kernel_process in {"fdm", "sla"} and machine.x_mm > 0 and machine.y_mm > 0


def _boxes(requests: Iterable[PrintRequest]) -> dict[int, list[Item]]:
    """Request -> its parts as boxes, each as often as it is asked for. What was not measured is not there."""
    rows = [part for one in requests for part in one.parts.all()]
    found: dict[int, list[Item]] = {}
    for one in known(rows):
        size = (one.facts or {}).get("size_mm")
        if isinstance(size, list) and len(size) == 3 and all(side > 0 for side in size):
            item = Item(one.part.request_id, one.part.path, size[0], size[1], size[2])
            found.setdefault(one.part.request_id, []).extend([item] * min(one.part.quantity, plates.MOST_ITEMS + 1))
    return found
