"""What each step of a request asks of who makes it. Names are those of the address: one form a verb."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from fablab import pricing
from fablab.forms.booking import ClockField
from fablab.forms.money import CentsField
from fablab.models import Attempt, Lab, Machine, PrintRequest, Stock
from fablab.pricing import Line
from fablab.words_requests import LINES, OUTCOMES, REJECTIONS, UNITS

_AREA = {"rows": 3, "maxlength": 5000}
OWN_KINDS = ("setup", "material", "machine", "staff", "extra")
"""Lines that a lab writes itself; the rest follows from them."""
_PHOTO = {"accept": "image/jpeg,image/png,image/webp,image/gif"}


def _in_words(field: forms.BoundField) -> str:
    """What a field holds as people see it; nothing for ticks and files."""
    value = field.value()
    if value in {None, ""} or isinstance(field.field, forms.BooleanField | forms.FileField):
        return ""
    choices: Any = getattr(field.field, "choices", [])
    return next((str(name) for key, name in choices if str(key) == str(value)), str(value))


def typed_lines(formset: Iterable[forms.Form]) -> list[tuple[str, str]]:
    """The lines of a quote as they were typed, one entry each."""
    found = []
    for number, form in enumerate(formset, start=1):
        said = [_in_words(field) for field in form.visible_fields()]
        if form["quantity"].value():
            found.append((str(number), " · ".join(word for word in said if word)))
    return found


class StepForm(forms.Form):
    """A step of one request; `seen` is the state that the page showed."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=11)

    def __init__(self, order: PrintRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order = order
        self.fields["seen"].initial = order.state

    @property
    def typed(self) -> list[tuple[str, str]]:
        """What somebody typed, with its labels: shown again where the step is no longer possible."""
        if "quick" in self.data:
            return []
        return [(str(one.label), said) for one in self.visible_fields() if (said := _in_words(one))]


class SayForm(StepForm):
    """A reason or an answer, which must be given."""

    text = forms.CharField(label=_("In words"), max_length=5000, widget=forms.Textarea(attrs=_AREA))


class MaySayForm(StepForm):
    """A reason that may be given."""

    text = forms.CharField(label=_("Why"), max_length=5000, required=False, widget=forms.Textarea(attrs=_AREA))


class RejectForm(MaySayForm):
    """Why the lab says no."""

    code = forms.ChoiceField(label=_("Reason"), choices=lambda: list(REJECTIONS.items()))
    field_order = ["code", "text"]


class ForwardForm(StepForm):
    """To which lab."""

    lab = forms.CharField(
        label=_("To which lab?"),
        max_length=120,
        help_text=_("Its name, or its address here."),
        widget=forms.TextInput(attrs={"list": "other-labs", "autocomplete": "off"}),
    )

    def clean_lab(self) -> Lab:
        """The lab of that address or name."""
        typed = self.cleaned_data["lab"].strip()
        labs = Lab.objects.listed().exclude(pk=self.order.lab_id)
        found = labs.filter(slug=typed).first() or labs.filter(name__iexact=typed).first()
        if found is None:
            raise forms.ValidationError(_("No lab here has that name or address."))
        return found


class MachineForm(StepForm):
    """On which machine, of which material."""

    machine = forms.ModelChoiceField(Machine.objects.none(), label=_("Machine"))
    stock = forms.ModelChoiceField(Stock.objects.none(), label=_("Material"), required=False, empty_label=_("none"))

    def __init__(self, order: PrintRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(order, *args, **kwargs)
        machines = Machine.objects.filter(lab=order.lab).exclude(state=Machine.State.RETIRED).select_related("lab")
        self.fields["machine"].queryset = machines.order_by("name")  # type: ignore[attr-defined]
        self.fields["stock"].queryset = Stock.objects.filter(lab=order.lab, is_used_up=False)  # type: ignore[attr-defined]


class ScheduleForm(MachineForm):
    """When, and for how long."""

    starts = ClockField(label=_("From"))
    minutes = forms.IntegerField(label=_("Minutes"), min_value=1, max_value=14 * 24 * 60)
    field_order = ["machine", "starts", "minutes", "stock"]

    def __init__(self, order: PrintRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(order, *args, **kwargs)
        self.fields["starts"].zone = ZoneInfo(order.lab.timezone)  # type: ignore[attr-defined]

    @property
    def seconds(self) -> int:
        """How long."""
        return int(timedelta(minutes=self.cleaned_data["minutes"]).total_seconds())


class StartForm(StepForm):
    """Somebody looked at the bed."""

    bed_is_clear = forms.BooleanField(label=_("I have looked: the bed is clear."))


class FailForm(StepForm):
    """Whose fault, why, and what it used."""

    fault = forms.ChoiceField(label=_("Whose fault"), choices=Attempt.Fault)
    text = forms.CharField(label=_("What happened"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}))
    grams = forms.FloatField(label=_("Material used, g"), min_value=0, max_value=1_000_000, required=False)


class FinishForm(StepForm):
    """What it really took, and how it looks."""

    minutes = forms.IntegerField(label=_("It took, minutes"), min_value=0, max_value=100_000, required=False)
    grams = forms.FloatField(label=_("Material used, g"), min_value=0, max_value=1_000_000, required=False)
    photo = forms.FileField(label=_("Photo"), required=False, widget=forms.FileInput(attrs=_PHOTO))


class CollectForm(StepForm):
    """How it was paid."""

    paid_note = forms.CharField(
        label=_("Paid how"), max_length=200, required=False, help_text=_("For instance: cash, card, on the account.")
    )


class DisputeForm(SayForm):
    """What is wrong, with a picture of it."""

    photo = forms.FileField(label=_("Photo"), required=False, widget=forms.FileInput(attrs=_PHOTO))


class ResolveForm(SayForm):
    """How a dispute ends."""

    resolution = forms.ChoiceField(label=_("How it ends"), choices=lambda: list(OUTCOMES.items()))
    field_order = ["resolution", "text"]


class AcceptForm(StepForm):
    """The version that somebody saw."""

    version = forms.IntegerField(min_value=1, max_value=32_000, widget=forms.HiddenInput)


class SubmitForm(StepForm):
    """Send a draft."""

    terms = forms.BooleanField(label=_("I accept the lab’s terms."), required=False)

    def __init__(self, order: PrintRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(order, *args, **kwargs)
        if not order.lab.terms or order.terms_accepted_at:
            del self.fields["terms"]


class MessageForm(forms.Form):
    """Words and a picture for the other side, or for the lab alone."""

    text = forms.CharField(label=_("Message"), max_length=5000, required=False, widget=forms.Textarea(attrs=_AREA))
    photo = forms.FileField(label=_("Photo"), required=False, widget=forms.FileInput(attrs=_PHOTO))
    is_internal = forms.BooleanField(label=_("For the lab alone"), required=False)

    def __init__(self, *args: Any, is_staff: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_staff:
            del self.fields["is_internal"]


class QuoteForm(StepForm):
    """What a quote says beside its lines."""

    version = forms.IntegerField(min_value=1, max_value=32_000, widget=forms.HiddenInput)
    minutes = forms.IntegerField(label=_("Time on the machine, minutes"), min_value=0, max_value=100_000)
    grams = forms.FloatField(label=_("Material, g"), min_value=0, max_value=1_000_000)
    note = forms.CharField(
        label=_("Note to the requester"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class LineForm(forms.Form):
    """One line of a quote; without a quantity it is left out."""

    kind = forms.ChoiceField(
        label=_("What"), initial="extra", choices=lambda: [one for one in LINES.items() if one[0] in OWN_KINDS]
    )
    label = forms.CharField(label=_("In words"), max_length=120, required=False)
    quantity = forms.FloatField(label=_("How much"), min_value=0, max_value=1_000_000, required=False)
    unit = forms.ChoiceField(label=_("Unit"), choices=lambda: list(UNITS.items())[:-1], required=False)
    unit_cents = CentsField(label=_("Price of one"), required=False)

    def clean(self) -> dict[str, Any]:
        """A line that can be reckoned with."""
        said = super().clean() or {}
        if said.get("quantity") and "unit_cents" in said:
            try:
                self.line = self._line(said)
            except ValueError as wrong:
                raise forms.ValidationError(_("This is more than anybody pays.")) from wrong
        return said

    def _line(self, said: dict[str, Any]) -> Line:
        """What it comes to; a line whose numbers nobody touched keeps its sum, which came from unrounded ones."""
        facts = (said["kind"], said["label"], said["quantity"], said["unit"], said["unit_cents"])
        if all(said[name] == self.initial.get(name) for name in ("kind", "quantity", "unit_cents")):
            return Line(*facts, self.initial["cents"])
        return pricing.line(*facts)


LineSet = forms.formset_factory(LineForm, extra=2, max_num=40, validate_max=True)


def lines_of(formset: Iterable[Any]) -> list[Line]:
    """The lines that are left, in their order. The set must be valid."""
    return [form.line for form in formset if hasattr(form, "line")]


FORMS: dict[str, type[StepForm]] = {
    "submit": SubmitForm,
    "ask": SayForm,
    "answer": SayForm,
    "reject": RejectForm,
    "forward": ForwardForm,
    "prepare": MachineForm,
    "quote": QuoteForm,
    "accept": AcceptForm,
    "decline": MaySayForm,
    "schedule": ScheduleForm,
    "unschedule": SayForm,
    "start": StartForm,
    "fail": FailForm,
    "finish": FinishForm,
    "collect": CollectForm,
    "abandon": StepForm,
    "cancel": MaySayForm,
    "dispute": DisputeForm,
    "resolve": ResolveForm,
}
