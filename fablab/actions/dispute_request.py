"""Something is wrong with what was collected: said within seven days, settled by a manager."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from designs.actions.errors import RefusedError
from fablab.actions.advance import advance, tell_lab, tell_requester
from fablab.actions.make_request import may_dispute
from fablab.models import PrintRequest
from fablab.states import Actor, RequestState
from fablab.words_requests import OUTCOMES

S = RequestState


def dispute(request: PrintRequest, *, by: User, text: str) -> None:
    """Say what is wrong. Raises RefusedError after seven days or without a reason; WrongStateError."""
    if request.state == S.COLLECTED and not may_dispute(request):
        raise RefusedError(_("This can be said within seven days of collecting."), "too-late")
    with transaction.atomic():
        actor = Actor.REQUESTER if request.requester_id == by.pk else None
        advance(request, S.DISPUTED, by=by, actor=actor, text=text, ended_at=None)
        tell_lab(request, "request_disputed", by=by, reason=text.strip()[:300])


def resolve(request: PrintRequest, *, by: User, resolution: str, text: str) -> None:
    """Settle it: made again (accepted anew, nothing more to pay), part paid back, or nothing. Managers alone.

    Raises RefusedError, WrongStateError.
    """
    if resolution not in OUTCOMES:
        raise RefusedError(_("Choose how it ends."), "invalid")
    to = S.ACCEPTED if resolution == "reprint" else S.RESOLVED
    with transaction.atomic():
        advance(request, to, by=by, code=resolution, text=text)
        tell_requester(request, "request_resolved", by=by, reason=f"{OUTCOMES[resolution]}. {text.strip()}"[:300])
