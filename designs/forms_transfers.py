"""Forms of imports and mirrors."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Namespace, User
from designs import licences
from designs.forms import licence_choices
from designs.models import Import, Mirror, Project


class ImportForm(forms.Form):
    """Where the project comes from, and what it will be called here. The fields of the other ways are not there."""

    url = forms.CharField(
        label=_("Address"),
        max_length=2000,
        help_text=_("What you would give to git clone, beginning with https://."),
        widget=forms.URLInput(attrs={"placeholder": "https://codeberg.org/ada/widget.git", "autocomplete": "off"}),
    )
    username = forms.CharField(
        label=_("Your name there"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    secret = forms.CharField(
        label=_("Access token"),
        max_length=1000,
        required=False,
        help_text=_("For a private repository. Kept sealed, used for this import alone, then forgotten."),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    file = forms.FileField(label=_("File"))
    owner = forms.ModelChoiceField(label=_("Owner"), queryset=Namespace.objects.none(), to_field_name="handle")
    name = forms.CharField(label=_("Name"), max_length=100)
    licence = forms.ChoiceField(
        label=_("Licence"), initial=licences.DEFAULT, help_text=_("The one that the design has already.")
    )
    visibility = forms.ChoiceField(
        label=_("Who sees it"),
        choices=Project.Visibility.choices,
        initial=Project.Visibility.PUBLIC,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, user: User, source: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = Namespace.objects.filter(Q(user=user) | Q(organisation__memberships__user=user)).distinct()
        field = self.fields["owner"]
        field.queryset = own.order_by("organisation", "handle")  # type: ignore[attr-defined]
        field.empty_label = None  # type: ignore[attr-defined]
        self.initial.setdefault("owner", user.username)
        self.fields["licence"].choices = licence_choices()  # type: ignore[attr-defined]
        for name in ("file",) if source == Import.Source.URL else ("url", "username", "secret"):
            del self.fields[name]
        if source != Import.Source.URL:
            self.fields["file"].widget.attrs["accept"] = ".zip" if source == Import.Source.ZIP else ".bundle,.pack"


class MirrorForm(forms.Form):
    """A repository elsewhere, and the way that versions go."""

    direction = forms.ChoiceField(
        label=_("Direction"), choices=Mirror.Direction.choices, initial="out", widget=forms.RadioSelect
    )
    url = forms.CharField(
        label=_("Address"),
        max_length=2000,
        help_text=_("The repository there, beginning with https://. It must be there already."),
        widget=forms.URLInput(attrs={"placeholder": "https://codeberg.org/ada/widget.git", "autocomplete": "off"}),
    )
    username = forms.CharField(
        label=_("Your name there"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    secret = forms.CharField(
        label=_("Access token"),
        max_length=1000,
        required=False,
        help_text=_("One that may write there, or read a private repository. It is sealed and never shown again."),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    prune = forms.BooleanField(
        label=_("Delete there what is deleted here"),
        required=False,
        help_text=_("Left out, branches and tags there only ever grow. Nothing is rewritten there in either case."),
    )
