"""What a lab takes away as CSV: rows as they are, money in cents, times in UTC. No cell ever starts a formula."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime

from fablab.models import Attempt, Booking, Lab, StockMove

Row = Sequence[object]
_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def _requests(lab: Lab) -> Iterator[Row]:
    yield (
        "ref", "number", "state", "requester", "project", "release", "commit", "process", "material", "colour",
        "submitted_at", "due_on", "ended_at", "machine", "grams", "seconds", "total_cents", "currency", "paid_at",
    )  # fmt: skip
    rows = lab.requests.exclude(state="draft").select_related("requester", "machine", "quote").order_by("pk")
    for one in rows.iterator():
        quote = one.quote
        yield (
            one.ref, one.number, one.state, one.requester.username if one.requester else "", one.project_title,
            one.tag, one.commit, one.process, one.material, one.colour, one.submitted_at, one.due_on, one.ended_at,
            one.machine.slug if one.machine else "", quote.grams if quote else "", quote.seconds if quote else "",
            quote.total_cents if quote else "", quote.currency if quote else "", one.paid_at,
        )  # fmt: skip


def _attempts(lab: Lab) -> Iterator[Row]:
    yield (
        "request", "number", "machine", "outcome", "fault", "reason", "started_at", "ended_at", "estimated_seconds",
        "actual_seconds", "estimated_g", "actual_g",
    )  # fmt: skip
    rows = Attempt.objects.filter(request__lab=lab).select_related("request", "machine").order_by("pk")
    for one in rows.iterator():
        yield (
            one.request.ref, one.number, one.machine.slug if one.machine else "", one.outcome, one.fault, one.reason,
            one.started_at, one.ended_at, one.estimated_seconds, one.actual_seconds, one.estimated_g, one.actual_g,
        )  # fmt: skip


def _bookings(lab: Lab) -> Iterator[Row]:
    yield "machine", "person", "starts", "ends", "state", "purpose", "checked_in_at"
    rows = Booking.objects.filter(machine__lab=lab).select_related("machine", "person").order_by("starts", "pk")
    for one in rows.iterator():
        yield (
            one.machine.slug, one.person.username, one.starts, one.ends, one.state, one.purpose, one.checked_in_at,
        )  # fmt: skip


def _stock(lab: Lab) -> Iterator[Row]:
    yield "stock", "material", "colour", "grams", "sheets", "reason", "note", "by", "at"
    rows = StockMove.objects.filter(stock__lab=lab).select_related("stock", "by").order_by("pk")
    for one in rows.iterator():
        yield (
            one.stock_id, one.stock.material, one.stock.colour, one.grams, one.sheets, one.reason, one.note,
            one.by.username if one.by else "", one.at,
        )  # fmt: skip


def _machines(lab: Lab) -> Iterator[Row]:
    yield (
        "machine",
        "name",
        "make",
        "model",
        "process",
        "state",
        "x_mm",
        "y_mm",
        "z_mm",
        "nozzle_mm",
        "hours_run",
        "jobs_run",
    )
    for one in lab.machines.order_by("pk"):
        yield (
            one.slug, one.name, one.make, one.model, one.process, one.state, one.x_mm, one.y_mm, one.z_mm,
            one.nozzle_mm, round(one.hours_run, 2), one.jobs_run,
        )  # fmt: skip


EXPORTS: dict[str, Callable[[Lab], Iterator[Row]]] = {
    "requests": _requests,
    "attempts": _attempts,
    "bookings": _bookings,
    "stock": _stock,
    "machines": _machines,
}


def lines(rows: Iterable[Row]) -> Iterator[str]:
    """Rows as CSV, one line at a time. Text that a spreadsheet would take for a formula begins with an apostrophe."""
    for row in rows:
        out = io.StringIO()
        csv.writer(out).writerow([_cell(value) for value in row])
        yield out.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, str) and value.startswith(_STARTS_FORMULA):
        return f"'{value}"
    return "" if value is None else value
