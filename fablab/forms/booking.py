"""What people fill in to book, to move and to close; times are those of the lab's clock."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from fablab import slots
from fablab.actions.book import MOST_TIMES
from fablab.actions.close import concerned
from fablab.models import Closure, Lab, Machine

REPEAT = [("", _("once")), ("1", _("every day")), ("7", _("every week"))]


class ClockField(forms.Field):
    """A time of a lab's clock, such as 2027-03-02T10:00, as a moment in UTC; set `zone` before it is used.

    A time that comes twice in autumn is the first; one that the clock skips in spring is refused.
    """

    zone = ZoneInfo("UTC")
    widget = forms.DateTimeInput(attrs={"type": "datetime-local", "step": "900"}, format="%Y-%m-%dT%H:%M")

    def prepare_value(self, value: Any) -> Any:
        """A moment on the lab's clock."""
        return value.astimezone(self.zone).strftime("%Y-%m-%dT%H:%M") if isinstance(value, datetime) else value

    def to_python(self, value: Any) -> datetime | None:
        """The moment in UTC."""
        if value in self.empty_values:
            return None
        try:
            said = parse_datetime(str(value).strip())
        except ValueError:
            said = None
        if said is None or not 2000 <= said.year <= 2200:
            raise forms.ValidationError(_("Say a date and a time, such as 2027-03-02T10:00."))
        if said.tzinfo:
            return said.astimezone(UTC)
        moment = said.replace(tzinfo=self.zone).astimezone(UTC)
        if moment.astimezone(self.zone).replace(tzinfo=None) != said:
            raise forms.ValidationError(_("The clock skips that time on that day."))
        return moment


class TimesForm(forms.Form):
    """From when to when."""

    starts = ClockField(label=_("From"))
    ends = ClockField(label=_("To"))

    def __init__(self, lab: Lab, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lab = lab
        for field in self.fields.values():
            if isinstance(field, ClockField):
                field.zone = ZoneInfo(lab.timezone)


class BookForm(TimesForm):
    """Book a machine, for oneself or, by staff, for somebody else; once or many times."""

    machine = forms.ModelChoiceField(Machine.objects.none(), label=_("Machine"), to_field_name="slug")
    purpose = forms.CharField(label=_("What for"), max_length=200, required=False)
    person = forms.CharField(
        label=_("For whom"), max_length=40, required=False, help_text=_("Somebody’s name here; empty: for yourself")
    )
    repeat = forms.ChoiceField(label=_("Repeat"), choices=REPEAT, required=False)
    times = forms.IntegerField(label=_("How many times"), min_value=1, max_value=MOST_TIMES, required=False)
    only_free = forms.BooleanField(label=_("Book those that are free, if not all are"), required=False)
    field_order = ["machine", "starts", "ends", "purpose", "repeat", "times", "only_free", "person"]

    def __init__(self, lab: Lab, *args: Any, machine: Machine | None = None, is_staff: bool, **kwargs: Any) -> None:
        super().__init__(lab, *args, **kwargs)
        self.fields["machine"].queryset = lab.machines.exclude(state=Machine.State.RETIRED).select_related(  # type: ignore[attr-defined]
            "lab", "training"
        )
        if machine:
            self.fields["machine"].widget = forms.HiddenInput()
            self.fields["machine"].initial = machine.slug
        if not is_staff:
            del self.fields["person"]

    def clean_person(self) -> User | None:
        """The person of that name."""
        name = self.cleaned_data["person"].strip().lstrip("@")
        if not name:
            return None
        person = User.objects.filter(username__iexact=name, is_active=True).first()
        if person is None:
            raise forms.ValidationError(_("Nobody has that name."))
        return person

    def spans(self) -> list[slots.Span]:
        """The times that are asked for."""
        said = self.cleaned_data
        return slots.repeats(
            said["starts"],
            said["ends"],
            ZoneInfo(self.lab.timezone),
            days=int(said["repeat"] or 0),
            times=(said["times"] or 1) if said["repeat"] else 1,
        )


class MoveForm(TimesForm):
    """Another time, or another machine of the lab."""

    machine = forms.ModelChoiceField(Machine.objects.none(), label=_("Machine"), to_field_name="slug", required=False)
    field_order = ["machine", "starts", "ends"]

    def __init__(self, lab: Lab, *args: Any, **kwargs: Any) -> None:
        super().__init__(lab, *args, **kwargs)
        self.fields["machine"].queryset = lab.machines.exclude(state=Machine.State.RETIRED).select_related("lab")  # type: ignore[attr-defined]


class CloseForm(TimesForm):
    """Close the lab or a machine, or say that it is maintained."""

    machine = forms.ModelChoiceField(
        Machine.objects.none(), label=_("What"), to_field_name="slug", required=False, empty_label=_("The whole lab")
    )
    kind = forms.ChoiceField(label=_("Why"), choices=Closure.Kind)
    reason = forms.CharField(label=_("In words, for those concerned"), max_length=200, required=False)
    field_order = ["machine", "kind", "starts", "ends", "reason"]

    def __init__(self, lab: Lab, *args: Any, **kwargs: Any) -> None:
        super().__init__(lab, *args, **kwargs)
        ids = [one.pk for one in concerned(lab, None)]
        self.fields["machine"].queryset = Machine.objects.filter(pk__in=ids)  # type: ignore[attr-defined]


def soon(now: datetime) -> datetime:
    """The next whole hour."""
    return (now + timedelta(hours=1)).replace(minute=0, second=0, microsecond=0)
