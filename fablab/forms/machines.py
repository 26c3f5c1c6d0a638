"""Forms of machines: what one is, what it costs, who may book it; its state, its log, its limits."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from designs.mesh import limits
from fablab.forms.money import CentsField
from fablab.models import Lab, Machine, MaintenanceEntry, Training
from fablab.words_machines import limit_name

GROUPS: list[tuple[Promise, tuple[str, ...]]] = [
    (
        _("What it is"),
        ("name", "make", "model", "process", "description", "photo", "manual_url", "serial", "catalogue"),
    ),
    (
        _("What it takes"),
        ("x_mm", "y_mm", "z_mm", "nozzle_mm", "layer_mm", "spot_mm", "power_w", "tolerance"),
    ),
    (
        _("What it costs"),
        ("takes_requests", "setup_cents", "hour_cents", "staff_minutes", "staff_hour_cents", "minimum_cents"),
    ),
    (
        _("Who books it, and how"),
        (
            "who", "training", "least_minutes", "most_minutes", "notice_hours", "horizon_days", "week_minutes",
            "buffer_minutes", "runs_overnight", "needs_check_in",
        ),
    ),
]  # fmt: skip
MONEY = ("setup_cents", "hour_cents", "staff_hour_cents", "minimum_cents")


class MachineForm(forms.ModelForm):  # type: ignore[type-arg]
    """All that managers and operators say of a machine but for its state."""

    photo = forms.FileField(
        label=_("Photo"),
        required=False,
        help_text=_("JPEG, PNG, WebP or GIF, 20 MB at most."),
        widget=forms.FileInput(attrs={"accept": "image/*"}),
    )

    manual_url = forms.URLField(label=_("Manual"), required=False, max_length=300, assume_scheme="https")

    class Meta:
        model = Machine
        fields = [name for _title, names in GROUPS for name in names if name != "photo"]
        widgets = {"catalogue": forms.HiddenInput, "description": forms.Textarea(attrs={"rows": 4})}
        help_texts = {"serial": _("Seen by the lab’s staff alone.")}

    def __init__(self, *args: Any, lab: Lab, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in MONEY:
            label = self.fields[name].label
            self.fields[name] = CentsField(label=f"{label}, {lab.currency}", required=False)
        self.fields["training"] = forms.ModelChoiceField(
            Training.objects.filter(lab=lab), label=_("Training needed"), required=False, empty_label=_("none")
        )
        for name, field in self.fields.items():
            if name.endswith("_mm") or name == "power_w":
                field.initial = None
                self.initial[name] = f"{value:g}" if (value := self.initial.get(name)) else ""
            if isinstance(field, forms.FloatField | forms.IntegerField):
                field.required = False

    def clean(self) -> dict[str, Any]:
        """Numbers that nobody said are 0; the longest booking is not shorter than the shortest."""
        said: dict[str, Any] = super().clean() or {}
        for name, value in list(said.items()):
            if value is None and name != "training":
                said[name] = self.fields[name].initial or 0
        if (said.get("most_minutes") or 0) < (said.get("least_minutes") or 0):
            self.add_error("most_minutes", _("The longest booking is shorter than the shortest."))
        return said

    @property
    def facts(self) -> dict[str, Any]:
        """The fields of the row that were said."""
        return {name: value for name, value in self.cleaned_data.items() if name != "photo"}

    @property
    def groups(self) -> Iterator[tuple[Promise, list[BoundField]]]:
        """The visible fields under their headings."""
        for title, names in GROUPS:
            yield title, [self[name] for name in names if not self[name].is_hidden]


class StateForm(forms.Form):
    """How it is now, and why."""

    state = forms.ChoiceField(label=_("State"), choices=Machine.State)
    text = forms.CharField(label=_("What happened"), required=False, max_length=5000)


class LogForm(forms.Form):
    """A line of its log."""

    kind = forms.ChoiceField(
        label=_("What"),
        choices=[one for one in MaintenanceEntry.Kind.choices if one[0] != MaintenanceEntry.Kind.STATE],
    )
    text = forms.CharField(label=_("What was done or found"), max_length=5000, widget=forms.Textarea(attrs={"rows": 2}))


class CountersForm(forms.Form):
    """What its own counter shows."""

    hours = forms.FloatField(label=_("Hours run"), min_value=0, max_value=1_000_000)
    jobs = forms.IntegerField(label=_("Jobs"), min_value=0, max_value=10_000_000)


class LimitsForm(forms.Form):
    """The kernel's table of limits for this machine: what is left empty is as in the table."""

    def __init__(self, machine: Machine, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = limits.LIMITS.get(machine.kernel_process, {})
        self.usual = limits.resolved(machine.kernel_process, machine.assumed_nozzle_mm, {}) if self.rows else {}
        for key in self.rows:
            self.fields[key] = forms.FloatField(
                label=limit_name(key),
                min_value=0,
                max_value=100_000,
                required=False,
                initial=_typed(machine.overrides.get(key), self.usual[key].unit),
                widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
            )

    @property
    def table(self) -> Iterator[tuple[BoundField, limits.Limit]]:
        """Each field with the row of the table that holds without it."""
        for key in self.rows:
            yield self[key], self.usual[key]

    @property
    def overrides(self) -> dict[str, float]:
        """What was said, in the table's units."""
        return {
            key: round(value / 100, 9) if self.usual[key].unit == "share" else value
            for key, value in self.cleaned_data.items()
            if value is not None
        }


def _typed(value: float | None, unit: str) -> float | None:
    """Shares are typed in per cent."""
    return value if value is None or unit != "share" else round(value * 100, 7)
