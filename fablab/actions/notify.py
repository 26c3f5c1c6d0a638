"""Tell a person of something in a lab, on the site and by mail."""

from typing import Any

from accounts.models import User
from fablab.models import Booking, Lab, Notice, NoticeMail, PrintRequest


def tell(
    user: User | None,
    kind: str,
    *,
    url: str,
    lab: Lab | None = None,
    request: PrintRequest | None = None,
    booking: Booking | None = None,
    **params: Any,
) -> Notice | None:
    """Make the notice, and its mail where the person wants it. Called in the transaction of what happened.

    `kind` is a key of fablab.words.NOTICES. Nobody is told where there is nobody left to tell.
    """
    if user is None or not user.is_active or user.deleted_at:
        return None
    notice = Notice.objects.create(
        user=user, kind=kind, url=url, lab=lab, request=request, booking=booking, params=params
    )
    if user.email and user.notifications.get("requests", True):
        NoticeMail.objects.create(notice=notice, max_attempts=14)
    return notice
