"""What of labs is a person's own, for the export of everything of theirs. Secrets stay here."""

from collections.abc import Iterator

from django.db.models import Model, Q

from accounts.models import User
from designs.personal import Row, rows
from fablab.models import (
    Attempt,
    Booking,
    CalendarFeed,
    Claim,
    MaintenanceEntry,
    Member,
    Notice,
    PrintRequest,
    Quote,
    RequestEvent,
    RequestMessage,
    RequestPart,
    Staff,
    StockMove,
    Strike,
    Trained,
    Waiting,
)


def rows_of(person: User) -> Iterator[tuple[str, Iterator[Row]]]:
    """(name of the table, its rows): requests with all that came of them, bookings, memberships, trainings, notices.

    What a lab writes for itself, drafts of quotes and internal messages, is not the requester's.
    """
    mine = Q(request__requester=person)
    owned: dict[str, tuple[type[Model], Q]] = {
        "requests": (PrintRequest, Q(requester=person)),
        "request_parts": (RequestPart, mine),
        "request_events": (RequestEvent, mine | Q(actor=person)),
        "request_messages": (RequestMessage, (mine & Q(is_internal=False)) | Q(author=person)),
        "quotes": (Quote, (mine & ~Q(state=Quote.State.DRAFT)) | Q(by=person)),
        "attempts": (Attempt, mine),
        "bookings": (Booking, Q(person=person)),
        "waiting": (Waiting, Q(person=person)),
        "missed": (Strike, Q(person=person)),
        "calendars": (CalendarFeed, Q(owner=person)),
        "memberships": (Member, Q(user=person)),
        "roles": (Staff, Q(user=person)),
        "trainings": (Trained, Q(user=person)),
        "claims": (Claim, Q(user=person)),
        "notices": (Notice, Q(user=person)),
        "machine_log": (MaintenanceEntry, Q(by=person)),
        "stock_changes": (StockMove, Q(by=person)),
    }
    for name, (model, condition) in owned.items():
        yield f"labs/{name}", rows(model, condition)
