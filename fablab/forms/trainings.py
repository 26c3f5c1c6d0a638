"""Forms of trainings."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from fablab.models import Training


class TrainingForm(forms.ModelForm):  # type: ignore[type-arg]
    """What is learned, and for how long that holds."""

    class Meta:
        model = Training
        fields = ["name", "text", "valid_months"]
        widgets = {"text": forms.Textarea(attrs={"rows": 3})}


class TrainedForm(forms.Form):
    """Who has it, since when."""

    person = forms.CharField(label=_("Who"), max_length=60, help_text=_("Their name here, such as ada."))
    on = forms.DateField(
        label=_("Done on"), required=False, help_text=_("Today, where nothing is said."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )  # fmt: skip

    def clean_person(self) -> User:
        """Somebody who is here."""
        handle = self.cleaned_data["person"].strip().removeprefix("@").lower()
        found = User.objects.filter(username=handle, is_active=True, deleted_at=None).first()
        if found is None:
            raise forms.ValidationError(_("Nobody here has that name."))
        return found
