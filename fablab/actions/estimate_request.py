"""What a request takes on a machine: by the slicer where it is here, else by the shape; of a drawing by its lines."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from fablab.actions.slice import ABSENT, ask_slice, can_slice, profile_for, state_of
from fablab.models import Machine, PrintRequest, Quote, Slice, Stock
from fablab.parts import Known, known

CUT_MM_S = 15.0
"""A laser's speed through its material where the machine says none (`cut_mm_s` of its settings)."""
NESTED = 0.7
"""The share of a sheet that is used where drawings lie side by side in their boxes."""


@dataclass
class Estimate:
    """For the whole request: seconds of the machine, grams or sheets of material, and where that is from."""

    source: str = Quote.Source.MANUAL
    seconds: float = 0.0
    grams: float = 0.0
    sheets: float = 0.0
    is_waiting: bool = False
    supports: bool = False
    problems: list[str] = field(default_factory=list)


def estimate(request: PrintRequest, machine: Machine, stock: Stock | None) -> Estimate:
    """Ask the slicer for each part by itself, times its number, and read what is known already.

    `is_waiting` until every part is sliced; call it again. What cannot be estimated is a sentence in `problems`.
    """
    found = known(request.parts.all())
    if machine.kernel_process != "laser" and can_slice(machine):
        sliced = _sliced(request, found, machine, stock)
        if sliced is not None:
            return sliced
    return reckon(found, machine, stock)


def reckon(found: Sequence[Known], machine: Machine, stock: Stock | None) -> Estimate:
    """By the shapes and drawings alone, with no slicer: what can be said before anything is asked for."""
    return _cut(found, machine, stock) if machine.kernel_process == "laser" else _by_shape(found, machine, stock)


def _sliced(request: PrintRequest, found: Sequence[Known], machine: Machine, stock: Stock | None) -> Estimate | None:
    """None where the slicer turned out not to be there."""
    total = Estimate(Quote.Source.SLICER)
    for one in found:
        part = one.part
        try:
            row = ask_slice(machine, [(part.sha256, part.format, part.units, 1)], quality=request.quality, stock=stock)
        except ValueError as wrong:
            total.problems.append(_("The machine’s settings for the slicer are wrong: %(why)s.") % {"why": wrong})
            return total
        if row is None or row.refusal_code == ABSENT:
            return None
        _add(total, row, part.path, part.quantity)
    return total


def _add(total: Estimate, row: Slice, path: str, count: int) -> None:
    state = state_of(row)
    if state == "waiting":
        total.is_waiting = True
    elif state == "ready" and row.result:
        total.seconds += row.result["seconds"] * count
        total.grams += row.result["grams"] * count
        total.supports |= bool(row.result["supports"])
    else:
        why = row.refusal.get("sentence") or _("the slicer stopped")
        total.problems.append(f"{path}: {why}")


def _by_shape(found: Sequence[Known], machine: Machine, stock: Stock | None) -> Estimate:
    total = Estimate(Quote.Source.KERNEL)
    profile = profile_for(machine, stock)
    for one in found:
        each = one.estimate(profile) if profile else None
        if each is None:
            total.problems.append(_("%(path)s: no estimate, say time and material yourself.") % {"path": one.part.path})
            continue
        total.seconds += each[0] * one.part.quantity
        total.grams += each[1] * one.part.quantity
    if len(total.problems) == len(found):
        total.source = Quote.Source.MANUAL
    return total


def _cut(found: Sequence[Known], machine: Machine, stock: Stock | None) -> Estimate:
    """Cut length over the machine's speed; sheets by the boxes of the drawings."""
    total = Estimate(Quote.Source.CUT)
    speed = machine.slicer.get("cut_mm_s", CUT_MM_S)
    speed = float(speed) if isinstance(speed, int | float) and speed > 0 else CUT_MM_S
    width, height = (stock.width_mm, stock.height_mm) if stock and stock.width_mm else (machine.x_mm, machine.y_mm)
    area = 0.0
    for one in found:
        facts = one.facts or {}
        size, length = facts.get("size_mm"), facts.get("cut_length_mm")
        if not size or length is None:
            total.problems.append(_("%(path)s: not a drawing that was measured.") % {"path": one.part.path})
            continue
        total.seconds += length / speed * one.part.quantity
        area += size[0] * size[1] * one.part.quantity
    if width and height:
        total.sheets = area / (width * height * NESTED)
    return total
