"""Forms of materials: what one is, and what becomes of it."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.forms import BoundField
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fablab.forms.money import CentsField
from fablab.models import Lab, Machine, Stock

GROUPS: list[tuple[Promise, tuple[str, ...]]] = [
    (_("What it is"), ("kind", "material", "brand", "colour", "colour_hex", "density_g_cm3", "diameter_mm")),
    (_("Of sheets"), ("width_mm", "height_mm", "thickness_mm")),
    (_("What there is"), ("amount", "low_g", "low_sheets", "price_cents", "place", "machine")),
]


class StockForm(forms.ModelForm):  # type: ignore[type-arg]
    """What is said of a material; `amount` of a new one alone."""

    amount = forms.FloatField(label=_("How much there is: g, or sheets"), min_value=0, max_value=1e7, required=False)
    colour_hex = forms.CharField(
        label=_("Colour on the page"), required=False, max_length=7,
        validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$", _("A colour is # and six digits, such as #e8662a."))],
        widget=forms.TextInput(attrs={"placeholder": "#e8662a"}),
    )  # fmt: skip

    class Meta:
        model = Stock
        fields = [name for _title, names in GROUPS for name in names if name != "amount"]
        widgets = {"material": forms.TextInput(attrs={"list": "materials", "autocomplete": "off"})}

    def __init__(self, *args: Any, lab: Lab, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["price_cents"] = CentsField(
            label=_("Price of a kilogram, or of a sheet, %(currency)s") % {"currency": lab.currency}, required=False
        )
        self.fields["machine"] = forms.ModelChoiceField(
            lab.machines.exclude(state=Machine.State.RETIRED),
            label=_("Loaded in"),
            required=False,
            empty_label=_("none"),
        )
        if self.instance.pk:
            del self.fields["amount"]
        for name in ("density_g_cm3", "diameter_mm", "width_mm", "height_mm", "thickness_mm", "low_g", "low_sheets"):
            self.fields[name].required = False
            self.fields[name].min_value = 0  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Numbers that nobody said are as usual, and none is negative."""
        said: dict[str, Any] = super().clean() or {}
        for name, value in list(said.items()):
            if value is None and name != "machine":
                said[name] = self.fields[name].initial or 0
            if isinstance(value, float) and not 0 <= value < 1e9:
                self.add_error(name, _("A number that is not negative."))
        return said

    @property
    def groups(self) -> Iterator[tuple[Promise, list[BoundField]]]:
        """The fields under their headings."""
        for title, names in GROUPS:
            yield title, [self[name] for name in names if name in self.fields]


class MoveForm(forms.Form):
    """What became of it."""

    what = forms.ChoiceField(
        label=_("What"),
        choices=[
            ("use", _("Used")),
            ("deliver", _("More came")),
            ("waste", _("Spoiled")),
            ("correct", _("Weighed or counted: so much is left")),
        ],
    )
    amount = forms.FloatField(
        label=_("How much"), min_value=0, max_value=1e7, widget=forms.NumberInput(attrs={"step": "any"})
    )
    note = forms.CharField(label=_("Note"), max_length=200, required=False)
