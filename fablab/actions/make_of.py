"""A request that was collected becomes a Make of its design; which machine it came from stays here."""

from django.db import transaction

from accounts.models import User
from designs.actions.record_make import record_make
from designs.models import Make
from fablab.models import Attempt, MakeLink, PrintRequest

TOLD = ("layer_height", "fill_density", "support_material", "temperature")
"""What of the slicer's settings others would like to know."""


def make_of(request: PrintRequest, attempt: Attempt, *, by: User | None) -> Make | None:
    """Record it once, in the transaction of the step. None where the design is gone.

    It names the lab and the machine, not who asked: their name is their own to publish.
    """
    project = request.project
    known = MakeLink.objects.filter(request=request).select_related("make").first()
    if known:
        return known.make
    if project is None or project.deleted_at is not None:
        return None
    failed = request.attempts.filter(outcome=Attempt.Outcome.FAILED).exists()
    used = attempt.stock or request.stock
    with transaction.atomic():
        make = record_make(
            project,
            commit=request.commit,
            author=request.requester,
            outcome=Make.Outcome.TROUBLE if failed else Make.Outcome.WORKED,
            parts=[{"path": one.path, "sha256": one.sha256, "quantity": one.quantity} for one in request.parts.all()],
            machine=attempt.machine.snapshot() if attempt.machine else {"lab": request.lab.name},
            material=used.material if used else request.material,
            colour=used.colour if used else request.colour,
            settings=_settings(request, attempt),
            seconds=attempt.actual_seconds,
            grams=attempt.actual_g,
            photo=(attempt.photo.open("rb"), attempt.photo.size) if attempt.photo else None,
        )
        MakeLink.objects.create(make=make, request=request, machine=attempt.machine)
    return make


def _settings(request: PrintRequest, attempt: Attempt) -> dict[str, str]:
    sliced = attempt.slice
    told = (sliced.settings.get("told") or {}) if sliced else {}
    found = {"quality": request.quality, **{name: told[name] for name in TOLD if name in told}}
    if sliced and sliced.result:
        found["slicer"] = sliced.result.get("slicer", "")
    return found
