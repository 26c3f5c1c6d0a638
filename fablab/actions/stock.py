"""What is left of a material: each change under the row's lock, with a line for it. In g, or in sheets of sheets."""

from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from designs.actions.errors import RefusedError
from fablab.actions.notify import tell
from fablab.models import Lab, Machine, Staff, Stock, StockMove
from fablab.words_machines import amount_words
from search import outbox

Reason = StockMove.Reason
DIGITS = 3
"""A thousandth of a gram is kept; what is less is noise of arithmetic."""


class ShortError(RefusedError):
    """There is less than was asked for that nobody else has been promised."""

    def __init__(self, stock: Stock) -> None:
        super().__init__(
            _("There is not that much left of %(stock)s: %(free)s are free.")
            % {"stock": stock, "free": amount_words(stock.free, is_counted=stock.is_counted)},
            "short",
        )


def add_stock(lab: Lab, *, by: User | None, amount: float = 0.0, **facts: Any) -> Stock:
    """A new spool, stack or bottle with `amount` of it. `facts` are the model's fields but for what is left."""
    with transaction.atomic():
        stock = Stock.objects.create(lab=lab, **facts)
        if amount > 0:
            _move(stock, amount, Reason.DELIVERY, by, "")
    return stock


def change_stock(stock: Stock, **facts: Any) -> Stock:
    """Change what is said of it; what is left stays."""
    for name, value in facts.items():
        setattr(stock, name, value)
    stock.save(update_fields=list(facts))
    return stock


def deliver(stock: Stock, amount: float, *, by: User | None, note: str = "") -> StockMove:
    """More of it came. Raises RefusedError for an amount that is not positive."""
    return _move(stock, _positive(amount), Reason.DELIVERY, by, note)


def use(stock: Stock, amount: float, *, by: User | None, note: str = "", held: float = 0.0) -> StockMove:
    """A job used so much of it, and `held` of what it had been promised ends.

    What was used was there: where the books say less, a correction comes before. Raises RefusedError as `deliver` does.
    """
    return _move(stock, -_positive(amount), Reason.USE, by, note, released=held)


def waste(stock: Stock, amount: float, *, by: User | None, note: str = "") -> StockMove:
    """So much of it was spoiled. Raises RefusedError as `deliver` does."""
    return _move(stock, -_positive(amount), Reason.WASTE, by, note)


def correct(stock: Stock, left: float, *, by: User | None, note: str = "") -> StockMove | None:
    """Somebody weighed or counted it: `left` is what there is. None where the books said so already."""
    if left < 0:
        raise RefusedError(_("Nothing can be less than none."), "invalid")
    with transaction.atomic():
        locked = _locked(stock)
        difference = round(left - locked.left, DIGITS)
        move = _moved(locked, difference, Reason.CORRECTION, by, note) if difference else None
    _copied(locked, stock)
    return move


def use_up(stock: Stock, *, by: User | None, note: str = "") -> None:
    """It is empty, or gone: what the books still have is wasted, and no machine has it loaded."""
    with transaction.atomic():
        locked = _locked(stock)
        if locked.left > 0:
            _moved(locked, -locked.left, Reason.WASTE, by, note, warn=False)
        locked.is_used_up, locked.machine = True, None
        locked.save(update_fields=["is_used_up", "machine"])
    _copied(locked, stock)


def hold(stock: Stock, amount: float) -> None:
    """Promise so much of it. Raises ShortError where less is free."""
    with transaction.atomic():
        locked = _locked(stock)
        if locked.is_used_up or locked.free < _positive(amount):
            raise ShortError(locked)
        _keep(locked, held=locked.held + amount)
    _copied(locked, stock)


def release(stock: Stock, amount: float) -> None:
    """End a promise of so much, or of what is left of it."""
    with transaction.atomic():
        locked = _locked(stock)
        _keep(locked, held=max(locked.held - max(amount, 0.0), 0.0))
    _copied(locked, stock)


def load(stock: Stock, machine: Machine | None) -> None:
    """Put it into a machine of the same lab, or take it out with None. Raises RefusedError for another lab's."""
    if machine and machine.lab_id != stock.lab_id:
        raise RefusedError(_("This machine is in another lab."), "invalid")
    with transaction.atomic():
        locked = _locked(stock)
        locked.machine = machine
        locked.save(update_fields=["machine"])
    _copied(locked, stock)


def _positive(amount: float) -> float:
    if not 0 < amount < 1e9:
        raise RefusedError(_("An amount is more than nothing."), "invalid")
    return amount


def _locked(stock: Stock) -> Stock:
    """The row as it is now, which nobody else changes before the transaction ends (SQLite's begin by locking)."""
    return Stock.objects.select_for_update().get(pk=stock.pk)


def _move(
    stock: Stock, amount: float, reason: StockMove.Reason, by: User | None, note: str, *, released: float = 0.0
) -> StockMove:
    with transaction.atomic():
        locked = _locked(stock)
        if released > 0:
            _keep(locked, held=max(locked.held - released, 0.0))
        missing = -amount - locked.left
        if missing > 0:
            _moved(locked, missing, Reason.CORRECTION, by, _("There was more than the books said."), warn=False)
        move = _moved(locked, amount, reason, by, note)
    _copied(locked, stock)
    return move


def _moved(
    locked: Stock, amount: float, reason: StockMove.Reason, by: User | None, note: str, *, warn: bool = True
) -> StockMove:
    was_low, was_there = locked.is_low, locked.left > 0
    _keep(locked, left=locked.left + amount)
    unit = "sheets" if locked.is_counted else "grams"
    move = StockMove.objects.create(
        stock=locked, reason=reason, by=by, note=note[:200], **{unit: round(amount, DIGITS)}
    )
    if was_there != (locked.left > 0):
        outbox.changed(f"lab:{locked.lab_id}")
    if warn and locked.is_low and not was_low:
        _warn(locked)
    return move


def _keep(locked: Stock, **values: float) -> None:
    """Write `left` or `held` into the columns of the stock's unit."""
    unit = "sheets" if locked.is_counted else "g"
    columns = {f"{'remaining' if name == 'left' else name}_{unit}": value for name, value in values.items()}
    for name, value in columns.items():
        setattr(locked, name, round(value, DIGITS))
    Stock.objects.filter(pk=locked.pk).update(**{name: getattr(locked, name) for name in columns})


def _copied(locked: Stock, stock: Stock) -> None:
    for name in ("remaining_g", "remaining_sheets", "held_g", "held_sheets", "is_used_up", "machine_id"):
        setattr(stock, name, getattr(locked, name))


def _warn(stock: Stock) -> None:
    """Tell who buys, once for each time that it falls below its mark."""
    roles = [Staff.Role.MANAGER, Staff.Role.OPERATOR]
    people = User.objects.filter(lab_roles__lab=stock.lab, lab_roles__role__in=roles).distinct()
    url = reverse("fablab:stock_item", args=[stock.lab.slug, stock.pk])
    left = amount_words(stock.left, is_counted=stock.is_counted)
    for person in people:
        tell(person, "stock_low", url=url, lab=stock.lab, lab_name=stock.lab.name, stock=str(stock), left=left)
