"""Move a request: once, by who may, with a line of its history and word to the other side, in one transaction."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from designs.actions.errors import RefusedError
from fablab import policy
from fablab.actions.notify import tell
from fablab.actions.webhooks import tell_of_request
from fablab.models import PrintRequest, RequestEvent, Staff
from fablab.states import ENDED, WITH_REQUESTER, Actor, RequestState, may
from fablab.words_requests import STATES


class WrongStateError(RefusedError):
    """The request is not, or no longer, where this step begins, or this person may not make it."""


def actors_of(user: User, request: PrintRequest) -> set[Actor]:
    """As what a person may move the request: who asked for it, and what they are in the lab."""
    found = {Actor.REQUESTER} if request.requester_id == user.pk else set()
    if policy.has_role(user, request.lab, Staff.Role.MANAGER):
        found.add(Actor.MANAGER)
    elif policy.can_operate(user, request.lab):
        found.add(Actor.OPERATOR)
    return found


def actor_of(user: User | None, request: PrintRequest, *, wants: RequestState | None = None) -> Actor | None:
    """As what this person moves the request; of several, the one that may make the step. None for everybody else."""
    if user is None:
        return Actor.CLOCK
    mine = actors_of(user, request)
    found = [actor for actor in Actor if actor in mine]
    here = RequestState(request.state)
    able = [actor for actor in found if wants is None or may(here, wants, actor)]
    return able[0] if able else (found[0] if found else None)


def advance(
    request: PrintRequest,
    to: RequestState,
    *,
    by: User | None,
    actor: Actor | None = None,
    code: str = "",
    text: str = "",
    **facts: Any,
) -> RequestEvent:
    """Move the row where it still is where we saw it, write what happened. `facts` are columns that change with it.

    Raises WrongStateError: somebody moved it first, or this person may not. Call inside the transaction of the effects.
    """
    here = RequestState(request.state)
    actor = actor or actor_of(by, request, wants=to)
    move = may(here, to, actor) if actor else None
    if move is None:
        raise WrongStateError(
            _("%(ref)s is “%(state)s”: this is not possible, or not for you.")
            % {"ref": request.ref, "state": STATES[here]},
            "wrong-state",
        )
    if move.needs_reason and not (code or text.strip()):
        raise RefusedError(_("Say why."), "no-reason")
    now = timezone.now()
    changed = {"state": to, "updated_at": now, **facts, **_clock(request, here, to)}
    if to in ENDED:
        changed["ended_at"] = now
    with transaction.atomic():
        if not PrintRequest.objects.filter(pk=request.pk, state=here).update(**changed):
            raise WrongStateError(_("Somebody was faster: look at the request again."), "wrong-state")
        event = RequestEvent.objects.create(
            request=request,
            actor=by,
            before=here,
            after=to,
            code=code,
            text=text.strip()[:5000],
            payload={"as": actor},
        )
        for name, value in changed.items():
            setattr(request, name, value)
        tell_of_request(request, to, by=by, before=here, code=code, text=event.text)
    return event


def _clock(request: PrintRequest, here: RequestState, to: RequestState) -> dict[str, Any]:
    """The lab's clock stands still while the requester is to answer."""
    now = timezone.now()
    if to in WITH_REQUESTER and here not in WITH_REQUESTER:
        return {"waiting_since": now}
    if here in WITH_REQUESTER and to not in WITH_REQUESTER and request.waiting_since:
        waited = int((now - request.waiting_since).total_seconds())
        return {"waiting_since": None, "waited_seconds": request.waited_seconds + waited}
    return {}


def tell_requester(request: PrintRequest, kind: str, *, by: User | None = None, **words: Any) -> None:
    """Word to who asked, unless they did it themselves."""
    if request.requester_id and (by is None or by.pk != request.requester_id):
        tell(request.requester, kind, url=request.get_absolute_url(), request=request, **_words(request, by, words))


def tell_lab(request: PrintRequest, kind: str, *, by: User | None = None, **words: Any) -> None:
    """Word to who works on requests in the lab, but for who did it."""
    roles = [Staff.Role.MANAGER, Staff.Role.OPERATOR]
    people = User.objects.filter(lab_roles__lab=request.lab, lab_roles__role__in=roles).distinct()
    for person in people.exclude(pk=by.pk if by else 0):
        tell(person, kind, url=request.get_absolute_url(), request=request, **_words(request, by, words))


def _words(request: PrintRequest, by: User | None, words: dict[str, Any]) -> dict[str, Any]:
    return {
        "lab": request.lab,
        "ref": request.ref,
        "project": request.project_title or request.ref,
        "lab_name": request.lab.name,
        "by": by.title if by else "",
        **words,
    }
