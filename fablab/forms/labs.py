"""Forms of labs: proposing one, claiming one, and what managers say of theirs."""

from collections.abc import Iterator
from datetime import time
from typing import Any, cast
from zoneinfo import available_timezones

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from fablab import osm_hours
from fablab.countries import countries, language_name
from fablab.models import Lab, Staff, Tariff
from fablab.okw.values import UnreadError, languages

Hours = tuple[time, time]


class LanguagesField(forms.CharField):
    """Languages by their names, with commas between them; codes are kept."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=300, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """The names of codes."""
        return ", ".join(language_name(code) for code in value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        """Codes. Raises ValidationError for a language that nobody knows."""
        try:
            return languages(super().clean(value) or "")
        except UnreadError as wrong:
            raise forms.ValidationError(_("We do not know the language %(name)s."), params={"name": wrong}) from wrong


class LabForm(forms.ModelForm):  # type: ignore[type-arg]
    """What a lab says of itself and where it is."""

    country = forms.ChoiceField(label=_("Country"), required=False)
    website = forms.URLField(label=_("Web site"), max_length=300, required=False, assume_scheme="https")
    languages = LanguagesField(label=_("Languages"), help_text=_("Such as French, English."))
    is_accessible = forms.TypedChoiceField(
        label=_("Wheelchairs can enter"),
        choices=[("", _("not said")), ("yes", _("yes")), ("no", _("no"))],
        coerce=lambda value: value == "yes",
        empty_value=None,
        required=False,
    )

    class Meta:
        model = Lab
        fields = [
            "name", "summary", "kind", "story", "street", "postcode", "city", "region", "country", "latitude",
            "longitude", "timezone", "access", "is_accessible", "languages", "email", "phone", "website", "founded",
        ]  # fmt: skip
        widgets = {"story": forms.Textarea(attrs={"rows": 10})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["country"]).choices = [("", "–"), *countries()]
        self.initial["is_accessible"] = {True: "yes", False: "no"}.get(self.instance.is_accessible, "")
        if "timezone" in self.fields:
            self.fields["timezone"].widget = forms.Select(choices=[(one, one) for one in sorted(available_timezones())])
            self.fields["email"].help_text = _("Shown to people who are signed in.")
        for name in ("latitude", "longitude"):
            self.fields[name].widget.attrs["step"] = "any"

    def clean(self) -> dict[str, Any]:
        """Coordinates come in pairs."""
        said = super().clean() or {}
        if (said.get("latitude") is None) != (said.get("longitude") is None) and not self.errors:
            self.add_error("longitude", _("Say both latitude and longitude, or none."))
        return said

    def facts(self) -> dict[str, Any]:
        """The fields of the model as they were said."""
        return {name: self.cleaned_data[name] for name in self.fields if name in self._meta.fields}  # type: ignore[operator]


class ProposeForm(LabForm):
    """The little that one must say of a new lab."""

    is_mine = forms.BooleanField(label=_("I am one of those who run it"), required=False)

    class Meta(LabForm.Meta):
        fields = ["name", "summary", "street", "postcode", "city", "country", "latitude", "longitude", "website"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("languages", "is_accessible"):
            del self.fields[name]


class ClaimForm(forms.Form):
    """Why a lab is mine."""

    reason = forms.CharField(
        label=_("How can one see that you run this lab?"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Such as: your name is on its web site; you answer its e-mail address."),
    )


class HoursForm(forms.Form):
    """Seven days, for everybody and for members: spans with commas between them."""

    def __init__(self, *args: Any, lab: Lab, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = list(lab.hours.all())
        for day, name in WEEKDAYS.items():
            for who in ("all", "members"):
                spans = [
                    (one.opens, one.closes)
                    for one in rows
                    if one.weekday == day and one.for_members == (who == "members")
                ]
                field = HoursField(label=name, initial=osm_hours.words(spans))
                field.widget.attrs["placeholder"] = _("closed") if who == "all" else _("members only")
                self.fields[f"{who}_{day}"] = field

    def rows(self) -> Iterator[tuple[Any, Any, Any]]:
        """Each day with its two fields."""
        for day, name in WEEKDAYS.items():
            yield name, self[f"all_{day}"], self[f"members_{day}"]

    def week(self, who: str) -> dict[int, list[Hours]]:
        """Weekday -> spans, for "all" or "members"."""
        return {day: self.cleaned_data[f"{who}_{day}"] for day in WEEKDAYS if self.cleaned_data[f"{who}_{day}"]}


class HoursField(forms.CharField):
    """Spans of a day such as "9:00-12:00, 14:00-18:30"."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"placeholder": "–", "autocomplete": "off"})
        super().__init__(required=False, max_length=200, widget=widget, **kwargs)

    def clean(self, value: Any) -> list[Hours]:
        """The spans in order."""
        text = super().clean(value) or ""
        if text.strip("- –") == "":
            return []
        try:
            return osm_hours.clock_spans(text)
        except ValueError as wrong:
            raise forms.ValidationError(
                _("“%(text)s” is no time span; write 9:00-12:00, 14:00-18:00."), params={"text": str(wrong)}
            ) from wrong


class SpecialDayForm(forms.Form):
    """A day, or days, that are otherwise."""

    day = forms.DateField(label=_("From"), widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    hours = HoursField(label=_("Open"), help_text=_("Leave it empty where the lab is closed."))
    reason = forms.CharField(label=_("Reason"), required=False, max_length=120)


class StaffForm(forms.Form):
    """Give somebody a role."""

    handle = forms.CharField(label=_("Handle"), max_length=40)
    role = forms.ChoiceField(label=_("Role"), choices=Staff.Role.choices, initial=Staff.Role.OPERATOR)


class MemberForm(forms.Form):
    """Make somebody a member, or change what they pay and until when."""

    handle = forms.CharField(label=_("Handle"), max_length=40)
    tariff = forms.ModelChoiceField(label=_("Tariff"), queryset=Tariff.objects.none(), required=False)
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, lab: Lab, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ModelChoiceField[Tariff]", self.fields["tariff"]).queryset = lab.tariffs.all()


class TariffForm(forms.Form):
    """What a group of people pays."""

    name = forms.CharField(label=_("Name"), max_length=60)
    percent = forms.IntegerField(label=_("Percent of the price"), min_value=0, max_value=1000, initial=100)
    is_default = forms.BooleanField(label=_("For everybody else"), required=False)


class TermsForm(forms.ModelForm):  # type: ignore[type-arg]
    """How the lab takes print requests."""

    class Meta:
        model = Lab
        fields = ["accepts_requests", "quote_days", "currency", "terms", "retention_days"]
        widgets = {"terms": forms.Textarea(attrs={"rows": 10})}

    def clean_currency(self) -> str:
        """Three capital letters."""
        code = str(self.cleaned_data["currency"]).upper()
        if not (len(code) == 3 and code.isascii() and code.isalpha()):
            raise forms.ValidationError(_("A currency is three letters, such as EUR."))
        return code


class PhotoForm(forms.Form):
    """One more photo."""

    file = forms.FileField(label=_("Photo"), widget=forms.FileInput(attrs={"accept": "image/*"}))
    title = forms.CharField(label=_("What it shows"), max_length=120, required=False)


class OkwForm(forms.Form):
    """A file by Open Know-Where."""

    file = forms.FileField(
        label=_("Open Know-Where file"),
        help_text=_("JSON or YAML, 2 MB at most."),
        widget=forms.FileInput(attrs={"accept": ".json,.yaml,.yml"}),
    )
