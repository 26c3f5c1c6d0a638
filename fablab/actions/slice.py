"""Have parts sliced for a machine: the row is the queue, and the same question is asked once."""

import hashlib
import json
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from designs import pipeline
from designs.actions.errors import RefusedError
from designs.mesh import sandbox
from designs.mesh.profiles import Profile
from fablab.models import Attempt, Machine, PrintRequest, Slice, Stock
from fablab.slicers import prusa
from jobs.models import State
from storage import blobs

Plate = Sequence[tuple[str, str, str, int]]
"""(SHA-256, format, unit that its owner said or nothing, how many), each content once."""
ABSENT = "slicer-absent"
SLICED = frozenset({"fdm"})
"""Processes of the kernel for which the slicer is asked."""


def can_slice(machine: Machine) -> bool:
    """Whether PrusaSlicer is here and makes programs for this kind of machine."""
    return machine.kernel_process in SLICED and bool(prusa.program())


def profile_for(machine: Machine, stock: Stock | None) -> Profile | None:
    """The machine with what is loaded or chosen; None where the kernel knows nothing of its process."""
    if stock is None:
        return machine.profile()
    return machine.profile(material=stock.material, density_g_cm3=stock.density_g_cm3)


def ask_slice(
    machine: Machine,
    plate: Plate,
    *,
    quality: str = "normal",
    stock: Stock | None = None,
    turns: Sequence[Sequence[Sequence[float]]] = (),
) -> Slice | None:
    """The row of this question, made now or known already; None where no slicer is asked for such a machine.

    `turns` are 3 x 3 matrices, one for each part of the plate, by which it is turned first; none: as it was drawn.
    Raises ValueError for settings of the machine that may not be chosen.
    """
    profile = profile_for(machine, stock)
    if profile is None or profile.process not in SLICED:
        return None
    diameter = stock.diameter_mm if stock else 1.75
    told = prusa.settings_for(profile, quality=quality, diameter_mm=diameter, own=machine.slicer)
    asked = {
        "plate": [list(one) for one in sorted(plate)],
        "settings": told,
        "turns": [[[float(value) for value in row] for row in turn] for turn in turns],
        "slicer": prusa.version(),
    }
    digest = hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
    with transaction.atomic():
        row, _ = Slice.objects.get_or_create(
            digest=digest,
            defaults={
                "machine": machine,
                "plate": asked["plate"],
                "settings": {"told": told, "turns": asked["turns"]},
            },
        )
    return row


def state_of(row: Slice) -> str:
    """waiting, ready, refused or failed."""
    if row.state == State.FAILED:
        return "failed"
    if row.state != State.DONE:
        return "waiting"
    return "refused" if row.refusal_code else "ready"


def run_slice(job: Slice) -> Callable[[], None]:
    """Slice one plate. For jobs.worker: returns what to write, together with the finish of the lease."""
    row = Slice.objects.get(pk=job.pk)
    found: dict[str, Any]
    try:
        found = _sliced(row)
    except prusa.SlicerAbsentError as absent:
        found = _refused(ABSENT, str(absent))
    except prusa.SlicerRefusedError as refused:
        found = _refused(refused.code, str(refused))

    def effects() -> None:
        Slice.objects.filter(pk=row.pk).update(**found)

    return effects


def _refused(code: str, sentence: str) -> dict[str, Any]:
    return {"result": None, "gcode": "", "refusal_code": code, "refusal": {"sentence": sentence}}


def _sliced(row: Slice) -> dict[str, Any]:
    turns = row.settings["turns"] or [()] * len(row.plate)
    with tempfile.TemporaryDirectory(dir=settings.UPLOADS_DIR, prefix="slice-") as name:
        room = Path(name)
        parts = []
        for number, ((sha256, kind, units, count), turn) in enumerate(zip(row.plate, turns, strict=True)):
            out = room / f"plain-{number}"
            out.mkdir()
            content = pipeline.fetch(sha256, kind, room / f"content-{number}")
            outcome = sandbox.plain(content, kind, out, units=units, turn=turn)
            if outcome.refusal:
                return _refused(outcome.refusal.code, outcome.refusal.sentence)
            parts.append((outcome.pictures["plain"], count))
        work = room / "work"
        work.mkdir()
        sliced = prusa.slice(parts, row.settings["told"], work)
        gcode = blobs.put(sliced.gcode)
    result = {
        "seconds": sliced.seconds,
        "grams": round(sliced.grams, 3),
        "filament_mm": round(sliced.filament_mm, 2),
        "filament_mm3": round(sliced.filament_mm3, 2),
        "layers": sliced.layers,
        "supports": sliced.supports,
        "slicer": prusa.version(),
        "at": timezone.now().isoformat(),
    }
    return {"result": result, "gcode": gcode, "refusal_code": "", "refusal": {}}


def plate_of(request: PrintRequest) -> list[tuple[str, str, str, int]]:
    """All parts of a request, each content once, with their numbers."""
    counts: dict[tuple[str, str, str], int] = {}
    for part in request.parts.all():
        key = (part.sha256, part.format, part.units)
        counts[key] = counts.get(key, 0) + part.quantity
    return [(*key, count) for key, count in counts.items()]


def slice_attempt(attempt: Attempt) -> Slice:
    """Have all parts of an attempt's request sliced as one plate for its machine. Raises RefusedError."""
    machine = attempt.machine
    if machine is None or not can_slice(machine):
        raise RefusedError(_("PrusaSlicer makes no program for this machine here."), "no-slicer")
    try:
        row = ask_slice(machine, plate_of(attempt.request), quality=attempt.request.quality, stock=attempt.stock)
    except ValueError as wrong:
        said = _("The machine’s settings for the slicer are wrong: %(why)s.") % {"why": wrong}
        raise RefusedError(said, "settings") from wrong
    if row is None:
        raise RefusedError(_("PrusaSlicer makes no program for this machine here."), "no-slicer")
    if row.state == State.FAILED or row.refusal_code == ABSENT:
        Slice.objects.filter(pk=row.pk).update(
            state=State.READY, attempts=0, run_after=timezone.now(), refusal_code="", refusal={}, error=""
        )
        row.refresh_from_db()
    if attempt.slice_id != row.pk:
        attempt.slice = row
        attempt.save(update_fields=["slice"])
    return row
