"""What a request costs, in whole cents. Pure.

Price = max(minimum, setup + material + machine time + staff time + extras) x tariff. Each line is rounded half up to a
cent by itself, so that the lines that people see add up; the tariff is one line of its own, rounded in their favour.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Any

KINDS = ("setup", "material", "machine", "staff", "extra", "minimum", "tariff")
MOST_CENTS = 100_000_000
HOUR = 3600


@dataclass(frozen=True)
class Rates:
    """Of a machine and a material: cents for setting up, an hour of machine or staff, a kilogram or a sheet."""

    setup_cents: int = 0
    hour_cents: int = 0
    staff_hour_cents: int = 0
    minimum_cents: int = 0
    kilogram_cents: int = 0
    sheet_cents: int = 0


@dataclass(frozen=True)
class Line:
    """One line of a quote: `quantity` in `unit`, at `unit_cents` each, `cents` in all. A tariff may be below zero."""

    kind: str
    label: str
    quantity: float
    unit: str
    unit_cents: int
    cents: int

    def as_json(self) -> dict[str, Any]:
        """As a quote keeps it."""
        return asdict(self)


def line(kind: str, label: str, quantity: float, unit: str, unit_cents: int) -> Line:
    """A line whose sum follows from its quantity. Raises ValueError for what is negative or absurd."""
    if kind not in KINDS or quantity < 0 or unit_cents < 0:
        raise ValueError(f"{kind}: nothing below zero")
    cents = _rounded(Decimal(str(quantity)) * unit_cents)
    if cents > MOST_CENTS:
        raise ValueError(f"{kind}: more than anybody pays")
    return Line(kind, label, round(quantity, 4), unit, unit_cents, cents)


def lines(
    rates: Rates, *, seconds: float, grams: float = 0.0, sheets: float = 0.0, staff_minutes: float = 0.0
) -> list[Line]:
    """What a machine and a material ask for; lines that cost nothing are left out."""
    found = [
        line("setup", "", 1, "", rates.setup_cents),
        line("material", "", grams / 1000, "kg", rates.kilogram_cents),
        line("material", "", sheets, "sheet", rates.sheet_cents),
        line("machine", "", seconds / HOUR, "h", rates.hour_cents),
        line("staff", "", staff_minutes / 60, "h", rates.staff_hour_cents),
    ]
    return [one for one in found if one.cents]


def priced(parts: Iterable[Line], *, minimum_cents: int, tariff_percent: int, tariff: str = "") -> list[Line]:
    """The lines with what lifts them to the minimum, and with what the tariff takes off or adds."""
    found = [one for one in parts if one.kind not in {"minimum", "tariff"}]
    missing = minimum_cents - sum(one.cents for one in found)
    if missing > 0:
        found.append(Line("minimum", "", 1, "", missing, missing))
    whole = sum(one.cents for one in found)
    paid = int((Decimal(whole) * tariff_percent / 100).to_integral_value(ROUND_DOWN))
    if paid != whole:
        found.append(Line("tariff", tariff, tariff_percent, "%", 0, paid - whole))
    return found


def total(found: Sequence[Line]) -> int:
    """What is paid, in cents: never below zero."""
    return max(sum(one.cents for one in found), 0)


def due(quoted_cents: int, actual_cents: int) -> int:
    """What is paid in the end: never more than was quoted; what took less costs less."""
    return max(min(quoted_cents, actual_cents), 0)


def _rounded(value: Decimal) -> int:
    return int(value.to_integral_value(ROUND_HALF_UP))
