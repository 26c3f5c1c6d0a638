"""What the page of a request shows, gathered from rows: its parts, its history, what may be done with it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import User
from designs.models import Project
from fablab import slots
from fablab.actions.advance import actors_of
from fablab.actions.make_request import may_dispute
from fablab.actions.occupy import free_by_machine
from fablab.due import due_cents
from fablab.models import Attempt, Machine, PrintRequest, Quote, RequestEvent, RequestMessage
from fablab.parts import Known, known
from fablab.states import NEXT, REPRINTS, REQUOTES, Actor, RequestState, verbs
from fablab.words_requests import OUTCOMES, REJECTIONS

S = RequestState
USUAL_SECONDS = 3600
MOST_MACHINES = 4
TIMES_EACH = 2
STEPS = (S.SUBMITTED, S.QUOTED, S.ACCEPTED, S.SCHEDULED, S.IN_PROGRESS, S.READY, S.COLLECTED)


@dataclass(frozen=True)
class Reader:
    """As what somebody looks at a request, and what they may do with it."""

    actors: frozenset[Actor]
    verbs: frozenset[str]

    @property
    def is_requester(self) -> bool:
        """Whether they asked for it."""
        return Actor.REQUESTER in self.actors

    @property
    def is_staff(self) -> bool:
        """Whether they work on it in the lab."""
        return bool(self.actors & {Actor.OPERATOR, Actor.MANAGER})


def reader(user: User, order: PrintRequest) -> Reader:
    """The roles of a person here; what the table lets them do, less what the moment does not."""
    actors = actors_of(user, order)
    can = set(verbs(order.state, actors))
    if order.state == S.FAILED:
        fault = order.last_fault
        can -= ({"schedule"} if fault not in REPRINTS else set()) | ({"quote"} if fault not in REQUOTES else set())
    if "quote" in can:
        can.add("prepare")
    if "reprint" in can:
        can.add("resolve")
    if not order.may_forward:
        can.discard("forward")
    if not may_dispute(order):
        can.discard("dispute")
    return Reader(frozenset(actors), frozenset(can))


@dataclass(frozen=True)
class Said:
    """One entry of the history: a step, or a message."""

    at: datetime
    who: User | None
    event: RequestEvent | None = None
    message: RequestMessage | None = None
    reason: str = ""

    @property
    def is_machine(self) -> bool:
        """Whether a machine made the step."""
        return bool(self.event and self.event.payload.get("as") == Actor.MACHINE)


def history(order: PrintRequest, who: Reader) -> list[Said]:
    """Steps and messages in their order; internal ones for the lab alone."""
    told = [Said(one.at, one.actor, event=one, reason=_reason(one)) for one in order.events.select_related("actor")]
    rows = order.messages.select_related("author")
    if not who.is_staff:
        rows = rows.filter(is_internal=False)
    told += [Said(one.at, one.author, message=one) for one in rows]
    return sorted(told, key=lambda one: one.at)


def _reason(event: RequestEvent) -> str:
    """Why, in words; a question is the message beside it, and a quote has a card of its own."""
    if event.after in {S.NEEDS_INFO, S.QUOTED}:
        return ""
    known_codes: dict[str, Any] = {**REJECTIONS, **OUTCOMES, **dict(Attempt.Fault.choices)}
    code = str(known_codes.get(event.code, event.code))
    return ". ".join(word for word in (code, event.text) if word)


@dataclass(frozen=True)
class Part:
    """A part with what the kernel knows of it."""

    known: Known
    has_picture: bool
    grade: str


def parts(order: PrintRequest) -> list[Part]:
    """The parts in their order, judged for the machine that is to make them, or could."""
    machine = order.machine or order.lab.machines.filter(process=order.process, takes_requests=True).first()
    profile = machine.profile() if machine else None
    found = []
    for one in known(order.parts.all()):
        judged = one.verdict(profile) if profile else None
        found.append(Part(one, bool(one.analysis and one.analysis.preview_256), str(judged.grade) if judged else ""))
    return found


@dataclass(frozen=True)
class Newer:
    """A later version of the project in which parts of the request are otherwise."""

    ref: str
    paths: list[str]


def newer(user: User, order: PrintRequest) -> Newer | None:
    """What changed in the newest release, or on the main branch, for who may see the project."""
    project = Project.objects.visible_to(user).filter(pk=order.project_id or 0).first()
    if project is None:
        return None
    release = project.releases.order_by("is_prerelease", "-created_at", "-pk").first() if order.tag else None
    ref, commit = (release.tag, release.commit) if release else (project.default_branch, project.head)
    if not commit or commit == order.commit:
        return None
    now = {entry.path: entry.oid for entry in project.repo.tree(commit, recursive=True)}
    changed = [one.path for one in order.parts.all() if one.oid and now.get(one.path, one.oid) != one.oid]
    return Newer(ref, changed) if changed else None


@dataclass(frozen=True)
class Time:
    """A time at which a machine could make it."""

    machine: Machine
    starts: datetime
    ends: datetime
    minutes: int


def times(order: PrintRequest) -> list[Time]:
    """The first free times, of the quote's machine before others of the same process."""
    quote = order.quote
    minutes = -(-(quote.seconds if quote and quote.seconds else USUAL_SECONDS) // 60)
    lasts = timedelta(minutes=minutes)
    machines = Machine.objects.working().filter(lab=order.lab, process=order.process).select_related("lab")
    first = quote.machine_id if quote else order.machine_id
    ranked = sorted(machines, key=lambda one: (one.pk != first, not one.takes_requests, one.name))[:MOST_MACHINES]
    if not ranked:
        return []
    free = free_by_machine(ranked, lasts.total_seconds(), after=timezone.now())
    found = []
    for machine in ranked:
        begins = [slots.ceil(starts) for starts, ends in free[machine.pk] if slots.ceil(starts) + lasts <= ends]
        found += [Time(machine, at, at + lasts, minutes) for at in begins[:TIMES_EACH]]
    return found


def steps(order: PrintRequest) -> list[tuple[str, str]]:
    """(state, done | here | nothing) of the way of a request that goes well; empty where it left that way."""
    if order.state not in STEPS:
        return []
    here = STEPS.index(S(order.state))
    return [(step, "done" if at < here else "here" if at == here else "") for at, step in enumerate(STEPS)]


def quotes_for(order: PrintRequest, who: Reader) -> tuple[list[Quote], Quote | None]:
    """Quotes that were sent, the latest first, and the draft for the lab alone."""
    rows = list(order.quotes.select_related("machine", "stock", "by").order_by("-version"))
    draft = next((one for one in rows if one.state == Quote.State.DRAFT), None)
    return [one for one in rows if one.state != Quote.State.DRAFT], draft if who.is_staff else None


def paid(order: PrintRequest) -> tuple[int, str] | None:
    """What is to be paid, or was, with its currency; None before there is something to collect."""
    if order.quote is None or order.state not in {S.READY, S.COLLECTED, S.DISPUTED, S.RESOLVED}:
        return None
    cents = due_cents(order) if order.due_cents is None else order.due_cents
    return cents, order.quote.currency


def may_have_files(order: PrintRequest) -> bool:
    """Whether the lab has still, or could have again, something to do with the files."""
    return bool(NEXT[S(order.state)]) and order.state != S.DRAFT


def others(labs: Iterable[Any], order: PrintRequest) -> list[tuple[str, str]]:
    """(address, name) of labs to which it could be passed on."""
    return [(lab.slug, lab.name) for lab in labs if lab.pk != order.lab_id]
