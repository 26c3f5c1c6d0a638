"""Rows of labs as programs read them. Money in cents, times with their zone, lengths in mm."""

from typing import Any

from django.utils import timezone

from fablab.models import (
    Attempt,
    Booking,
    Closure,
    Lab,
    Machine,
    MaintenanceEntry,
    PrintRequest,
    Quote,
    RequestEvent,
    RequestMessage,
    Run,
    Stock,
    StockMove,
    Waiting,
)
from fablab.opening import opening

Shown = dict[str, Any]
_LAB = (
    "slug", "name", "summary", "kind", "street", "postcode", "city", "region", "country", "latitude", "longitude",
    "timezone", "access", "standing", "website", "languages", "accepts_requests", "currency",
)  # fmt: skip
_MACHINE = (
    "slug", "name", "make", "model", "process", "state", "x_mm", "y_mm", "z_mm", "nozzle_mm", "spot_mm", "layer_mm",
    "tolerance", "power_w", "description", "manual_url", "takes_requests", "setup_cents", "hour_cents",
    "staff_hour_cents", "staff_minutes", "minimum_cents", "who", "least_minutes", "most_minutes", "notice_hours",
    "horizon_days", "week_minutes", "buffer_minutes", "runs_overnight", "needs_check_in", "hours_run", "jobs_run",
)  # fmt: skip
_STOCK = (
    "kind", "material", "brand", "colour", "colour_hex", "density_g_cm3", "diameter_mm", "width_mm", "height_mm",
    "thickness_mm", "price_cents", "remaining_g", "remaining_sheets", "held_g", "held_sheets", "low_g", "low_sheets",
    "place", "is_low", "is_used_up",
)  # fmt: skip
_REQUEST = (
    "ref", "number", "state", "project_title", "licence", "tag", "commit", "process", "material", "colour", "quality",
    "mode", "purpose", "note", "due_on", "phone", "may_forward", "due_cents", "paid_note", "paid_at",
    "receipt_number", "created_at", "submitted_at", "updated_at", "ended_at",
)  # fmt: skip
_QUOTE = (
    "version", "state", "source", "grams", "seconds", "sheets", "lines", "tariff_name", "tariff_percent",
    "total_cents", "currency", "note", "created_at", "sent_at", "expires_at", "answered_at",
)  # fmt: skip
_ATTEMPT = (
    "number", "starts", "ends", "outcome", "fault", "reason", "started_at", "ended_at", "estimated_seconds",
    "estimated_g", "actual_seconds", "actual_g",
)  # fmt: skip
_RUN = ("name", "state", "progress", "seconds_left", "seconds_run", "error", "started_at", "seen_at", "ended_at")


def _facts(row: object, names: tuple[str, ...]) -> Shown:
    return {name: getattr(row, name) for name in names}


def _handle(person: Any) -> str | None:
    return person.username if person else None


def lab(one: Lab, km: float | None = None) -> Shown:
    """A lab in a list; `km` is how far it is from the place that was asked for."""
    now = opening(one, timezone.now())
    state = {"is_open": now.is_open if now.is_known else None, "until": now.until}
    far = {} if km is None else {"km": round(km, 3)}
    return {**_facts(one, _LAB), **state, **far, "url": one.get_absolute_url()}


def whole_lab(one: Lab) -> Shown:
    """A lab with its story, hours, tariffs and machines."""
    today = timezone.localdate()
    return {
        **lab(one),
        **_facts(one, ("story", "phone", "founded", "is_accessible", "quote_days", "terms", "created_at")),
        "hours": [_facts(row, ("weekday", "opens", "closes", "for_members")) for row in one.hours.all()],
        "special_days": [
            _facts(row, ("day", "opens", "closes", "reason")) for row in one.special_days.filter(day__gte=today)
        ],
        "tariffs": [_facts(row, ("name", "percent", "is_default")) for row in one.tariffs.all()],
        "trainings": [{"id": row.pk, **_facts(row, ("name", "valid_months"))} for row in one.trainings.all()],
        "machines": [
            _facts(row, ("slug", "name", "process", "state"))
            for row in one.machines.exclude(state=Machine.State.RETIRED)
        ],
    }


def machine(one: Machine) -> Shown:
    """A machine, and what is loaded in it."""
    loaded = [
        {"id": row.pk, "material": row.material, "colour": row.colour, "brand": row.brand}
        for row in one.loaded.all()
        if not row.is_used_up
    ]
    training = {"id": one.training.pk, "name": one.training.name} if one.training else None
    return {**_facts(one, _MACHINE), "training": training, "loaded": loaded, "url": one.get_absolute_url()}


def log_line(one: MaintenanceEntry) -> Shown:
    """A line of a machine's log."""
    return {**_facts(one, ("kind", "text", "at", "hours_run", "state")), "id": one.pk, "by": _handle(one.by)}


def stock(one: Stock) -> Shown:
    """A material, for the lab's own people."""
    return {"id": one.pk, **_facts(one, _STOCK), "machine": one.machine.slug if one.machine else None}


def stock_move(one: StockMove) -> Shown:
    """One change of what is left."""
    return {"id": one.pk, **_facts(one, ("grams", "sheets", "reason", "note", "at")), "by": _handle(one.by)}


def booking(one: Booking) -> Shown:
    """A booking, for its person and the lab's people."""
    names = ("starts", "ends", "state", "purpose", "held_until", "checked_in_at", "reason")
    return {
        "id": one.pk,
        "lab": one.machine.lab.slug,
        "machine": one.machine.slug,
        "person": one.person.username,
        **_facts(one, names),
        "series": str(one.series) if one.series else None,
    }


def waiting(one: Waiting) -> Shown:
    """Somebody waits for a time."""
    names = ("starts", "ends", "state", "offered_until")
    where = {"lab": one.machine.lab.slug, "machine": one.machine.slug, "booking": one.booking_id}
    return {"id": one.pk, **where, **_facts(one, names)}


def closure(one: Closure) -> Shown:
    """A time in which a lab or a machine is closed."""
    where = one.machine.slug if one.machine else None
    return {"id": one.pk, "machine": where, **_facts(one, ("kind", "starts", "ends", "reason")), "by": _handle(one.by)}


def request(one: PrintRequest) -> Shown:
    """A request in a list."""
    return {
        **_facts(one, _REQUEST),
        "lab": one.lab.slug,
        "requester": _handle(one.requester),
        "machine": one.machine.slug if one.machine else None,
        "url": one.get_absolute_url(),
    }


def whole_request(one: PrintRequest, *, is_staff: bool) -> Shown:
    """A request with its parts, quotes, attempts and history; drafts of quotes are for the lab alone."""
    quotes = one.quotes.select_related("machine").order_by("version")
    seen = quotes if is_staff else quotes.exclude(state=Quote.State.DRAFT)
    attempts = one.attempts.select_related("machine", "run").order_by("number")
    return {
        **request(one),
        "parts": [
            {"path": row.path, "sha256": row.sha256, "quantity": row.quantity, "units": row.units}
            for row in one.parts.all()
        ],
        "quotes": [quote(row) for row in seen],
        "attempts": [attempt(row) for row in attempts],
        "events": [event(row) for row in one.events.select_related("actor").order_by("pk")],
    }


def quote(one: Quote) -> Shown:
    """One version of a quote."""
    return {**_facts(one, _QUOTE), "machine": one.machine.slug if one.machine else None, "stock": one.stock_id}


def attempt(one: Attempt) -> Shown:
    """One attempt, and what the machine's host says of it."""
    found = getattr(one, "run", None)
    where = one.machine.slug if one.machine else None
    return {**_facts(one, _ATTEMPT), "machine": where, "run": run(found) if found else None}


def run(one: Run) -> Shown:
    """What a machine's host does."""
    return _facts(one, _RUN)


def event(one: RequestEvent) -> Shown:
    """A step that was made."""
    return {**_facts(one, ("before", "after", "code", "text", "at")), "actor": _handle(one.actor)}


def message(one: RequestMessage) -> Shown:
    """Something that was said."""
    return {
        "id": one.pk,
        **_facts(one, ("text", "is_internal", "at")),
        "author": _handle(one.author),
        "has_photo": bool(one.photo),
    }
