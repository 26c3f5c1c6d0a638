"""The states of a print request, and who may move them. Pure: `MOVES` is the whole table."""

from collections.abc import Set
from dataclasses import dataclass
from enum import StrEnum


class RequestState(StrEnum):
    """From a draft to a part in somebody's hands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    NEEDS_INFO = "needs_info"
    REJECTED = "rejected"
    FORWARDED = "forwarded"
    QUOTED = "quoted"
    DECLINED = "declined"
    EXPIRED = "expired"
    ACCEPTED = "accepted"
    SCHEDULED = "scheduled"
    IN_PROGRESS = "in_progress"
    FAILED = "failed"
    READY = "ready"
    COLLECTED = "collected"
    ABANDONED = "abandoned"
    DISPUTED = "disputed"
    RESOLVED = "resolved"
    CANCELLED = "cancelled"


class Actor(StrEnum):
    """As what somebody moves a request. A person may be several; each step is made as one."""

    REQUESTER = "requester"
    OPERATOR = "operator"
    MANAGER = "manager"
    MACHINE = "machine"
    CLOCK = "clock"


S = RequestState
_REQUESTER = frozenset({Actor.REQUESTER})
_LAB = frozenset({Actor.OPERATOR, Actor.MANAGER})
_WORK, _EITHER = _LAB | {Actor.MACHINE}, _LAB | _REQUESTER
_CLOCK = frozenset({Actor.CLOCK})


@dataclass(frozen=True)
class Move:
    """One step: the verb that makes it, who may, and whether they must say why."""

    before: RequestState
    after: RequestState
    verb: str
    who: frozenset[Actor]
    needs_reason: bool = False


MOVES: tuple[Move, ...] = (
    Move(S.DRAFT, S.SUBMITTED, "submit", _REQUESTER),
    Move(S.SUBMITTED, S.NEEDS_INFO, "ask", _LAB, needs_reason=True),
    Move(S.NEEDS_INFO, S.SUBMITTED, "answer", _REQUESTER),
    Move(S.SUBMITTED, S.REJECTED, "reject", _LAB, needs_reason=True),
    Move(S.SUBMITTED, S.FORWARDED, "forward", _LAB),
    Move(S.NEEDS_INFO, S.REJECTED, "reject", _LAB, needs_reason=True),
    Move(S.NEEDS_INFO, S.FORWARDED, "forward", _LAB),
    Move(S.SUBMITTED, S.QUOTED, "quote", _LAB),
    Move(S.QUOTED, S.QUOTED, "quote", _LAB),
    Move(S.DECLINED, S.QUOTED, "quote", _LAB),
    Move(S.EXPIRED, S.QUOTED, "quote", _LAB),
    Move(S.FAILED, S.QUOTED, "quote", _LAB),
    Move(S.QUOTED, S.ACCEPTED, "accept", _REQUESTER),
    Move(S.QUOTED, S.DECLINED, "decline", _REQUESTER),
    Move(S.QUOTED, S.EXPIRED, "expire", _CLOCK),
    Move(S.ACCEPTED, S.SCHEDULED, "schedule", _LAB),
    Move(S.FAILED, S.SCHEDULED, "schedule", _LAB),
    Move(S.SCHEDULED, S.ACCEPTED, "unschedule", _WORK | _CLOCK, needs_reason=True),
    Move(S.SCHEDULED, S.IN_PROGRESS, "start", _WORK),
    Move(S.IN_PROGRESS, S.FAILED, "fail", _WORK, needs_reason=True),
    Move(S.IN_PROGRESS, S.READY, "finish", _WORK),
    Move(S.READY, S.COLLECTED, "collect", _LAB),
    Move(S.READY, S.ABANDONED, "abandon", _LAB | _CLOCK),
    Move(S.COLLECTED, S.DISPUTED, "dispute", _REQUESTER, needs_reason=True),
    Move(S.DISPUTED, S.RESOLVED, "resolve", frozenset({Actor.MANAGER}), needs_reason=True),
    Move(S.DISPUTED, S.ACCEPTED, "reprint", frozenset({Actor.MANAGER}), needs_reason=True),
    Move(S.DRAFT, S.CANCELLED, "cancel", _REQUESTER),
    *(
        Move(before, S.CANCELLED, "cancel", _EITHER)
        for before in (S.SUBMITTED, S.NEEDS_INFO, S.QUOTED, S.ACCEPTED, S.SCHEDULED, S.IN_PROGRESS, S.FAILED)
    ),
)
"""Every step that there is; what is not here is impossible."""

NEXT: dict[RequestState, dict[RequestState, Move]] = {
    state: {move.after: move for move in MOVES if move.before == state} for state in RequestState
}
ENDED = frozenset(state for state in RequestState if not NEXT[state]) | {S.COLLECTED, S.DECLINED, S.EXPIRED}
"""Nothing needs to be done any more, though some may be taken up again."""
OPEN = frozenset(RequestState) - ENDED - {S.DRAFT}
WITH_REQUESTER = frozenset({S.NEEDS_INFO, S.QUOTED})
"""The lab waits for the requester."""
REJECTIONS = ("too-large", "not-printable", "no-material", "no-time", "licence", "unsafe", "other")
"""Why a lab says no."""
REPRINTS = frozenset({"lab", "material"})
"""Faults after which the lab makes it again for nothing."""
REQUOTES = frozenset({"material", "file"})
"""Faults after which there may be a new quote."""


def may(before: RequestState | str, after: RequestState | str, actor: Actor) -> Move | None:
    """The step from one state to another, if there is one that this actor may make."""
    step = NEXT[RequestState(before)].get(RequestState(after))
    return step if step and actor in step.who else None


def verbs(state: str, actors: Set[Actor]) -> frozenset[str]:
    """What somebody who is all of these may do with a request in that state."""
    return frozenset(step.verb for step in NEXT[RequestState(state)].values() if step.who & actors)
