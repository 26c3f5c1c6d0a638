"""Money as people type it: 12,50 in a form, 1250 cents in a row."""

from decimal import Decimal
from typing import Any

from django import forms


class CentsField(forms.DecimalField):
    """An amount with at most two digits after the point, kept in cents; 0 where nothing is said."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            min_value=0, max_value=1_000_000, decimal_places=2, widget=forms.TextInput(attrs={"inputmode": "decimal"}),
            **kwargs,
        )  # fmt: skip

    def clean(self, value: Any) -> Any:
        """Cents. A point and a comma are understood alike, and spaces between thousands."""
        typed = "".join(str(value or "").split()).replace(",", ".")
        return int((super().clean(typed) or Decimal(0)) * 100)

    def prepare_value(self, value: Any) -> Any:
        """Cents as an amount; what was typed stays as it is."""
        return f"{value / 100:.2f}" if isinstance(value, int) else value
