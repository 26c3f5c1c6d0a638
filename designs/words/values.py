"""Numbers with their units, in the visitor's way of writing."""

from collections.abc import Iterable
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _


def number(value: float, digits: int = 3) -> str:
    """A number with some significant digits."""
    if value == 0 or value != value:
        return "0"
    magnitude = abs(float(f"{value:.{digits}g}"))
    places = 0 if magnitude >= 10 ** (digits - 1) else 1 if magnitude >= 10 else 2 if magnitude >= 0.1 else 4
    return number_format(round(value, places), decimal_pos=places, use_l10n=True, force_grouping=True)


def plain(value: float) -> str:
    """A number as it is written in a setting: 0.4, 220."""
    return number_format(f"{value:.4g}" if abs(value) < 10_000 else round(value), use_l10n=True)


def quantity(value: Any, unit: str = "") -> str:
    """A value with its unit; areas over 1 cm² and volumes over 1 cm³ in those, shares in per cent."""
    if not isinstance(value, int | float):
        return str(value)
    if unit == "share":
        return f"{number(100 * value)} %"
    if unit == "degrees":
        return f"{number(value)}°"
    if unit in {"mm2", "mm²"}:
        return f"{number(value / 100)} cm²" if abs(value) >= 100 else f"{number(value)} mm²"
    if unit in {"mm3", "mm³"}:
        return f"{number(value / 1000)} cm³" if abs(value) >= 1000 else f"{number(value)} mm³"
    if isinstance(value, int) or (float(value).is_integer() and not unit):
        value = number_format(int(value), use_l10n=True, force_grouping=True)
        return f"{value} {unit}".strip()
    return f"{number(value)} {unit}".strip()


def measured(value: float | None, unit: str) -> str:
    """The number of a finding: counts are whole; nothing for None."""
    if value is None:
        return ""
    return quantity(round(value)) if unit in {"", "edges", "faces"} else quantity(float(value), unit)


def limit(value: float | None, unit: str) -> str:
    """A limit as it was set: 0.8 mm rather than 0.80 mm."""
    if value is None:
        return ""
    if unit == "share":
        return f"{plain(100 * value)} %"
    if unit == "degrees":
        return f"{plain(value)}°"
    if unit in {"mm2", "mm3"}:
        small, large, per = ("mm²", "cm²", 100) if unit == "mm2" else ("mm³", "cm³", 1000)
        return f"{plain(value / per)} {large}" if abs(value) >= per else f"{plain(value)} {small}"
    return f"{plain(value)} mm" if unit == "mm" else measured(value, unit)


def dimensions(size: Iterable[float] | None) -> str:
    """Lengths in mm."""
    sides = [number(float(side)) for side in size or [] if side is not None]
    return " × ".join(sides) + " mm" if sides else ""


def duration(seconds: float) -> str:
    """Seconds under a minute, minutes under an hour, else hours and minutes to five."""
    if seconds < 60:
        return _("%(count)s s") % {"count": round(seconds)}
    minutes = round(seconds / 60)
    if minutes < 60:
        return _("%(count)s min") % {"count": minutes}
    minutes = 5 * round(minutes / 5)
    return _("%(hours)s h %(minutes)s min") % {"hours": minutes // 60, "minutes": f"{minutes % 60:02d}"}


def span(low: str, high: str) -> str:
    """A range, or one value where both ends read alike."""
    return low if low == high else _("%(low)s to %(high)s") % {"low": low, "high": high}
