"""What requester and lab say to one another about a request."""

from typing import IO

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from designs.actions.errors import RefusedError
from fablab import policy
from fablab.actions.advance import tell_lab, tell_requester
from fablab.actions.pictures import picture_from
from fablab.actions.webhooks import tell_of_request
from fablab.models import PrintRequest, RequestMessage

MOST = 500


def say(
    request: PrintRequest,
    *,
    by: User,
    text: str,
    photo: tuple[IO[bytes], int] | None = None,
    is_internal: bool = False,
) -> RequestMessage:
    """Write to the other side, with a picture (file, bytes) if any; `is_internal` is for the lab alone.

    Raises RefusedError: nothing said, no picture, somebody who has no part in the request, too many messages.
    """
    works_there = policy.can_operate(by, request.lab)
    if not policy.can_see_request(by, request) or (is_internal and not works_there):
        raise RefusedError(_("You may not do this here."), "forbidden")
    if not text.strip() and photo is None:
        raise RefusedError(_("Write something."), "empty")
    if request.messages.count() >= MOST:
        raise RefusedError(_("That is a lot of messages for one request."), "too-many")
    picture = picture_from(*photo) if photo else ""
    with transaction.atomic():
        said = RequestMessage.objects.create(
            request=request, author=by, text=text.strip()[:5000], photo=picture, is_internal=is_internal
        )
        reason = said.text[:300]
        if not is_internal:
            tell_of_request(request, "message", by=by, text=said.text)
            tell_requester(request, "request_message", by=by, reason=reason)
        if request.state != "draft" and (is_internal or request.requester_id == by.pk):
            tell_lab(request, "request_message", by=by, reason=reason)
    return said
