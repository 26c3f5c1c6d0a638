"""Forms of the pages: what people say of a project, its releases, its members."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Namespace, User
from designs import categories, licences
from designs.discovery import values
from designs.models import Collaborator, Project, Report

PROCESSES = list(values.PROCESSES.items())
MOST_WORDS = 20
LONGEST_WORD = 40


class WordsField(forms.CharField):
    """Words with commas between them, as a list."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=1000, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """The list as people write it."""
        return ", ".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        """Distinct words in their order."""
        words = [" ".join(word.split()) for word in (super().clean(value) or "").split(",")]
        words = list(dict.fromkeys(word.lower() for word in words if word))
        if len(words) > MOST_WORDS or any(len(word) > LONGEST_WORD for word in words):
            raise forms.ValidationError(
                _("At most %(n)d words, of %(long)d letters at most.") % {"n": MOST_WORDS, "long": LONGEST_WORD}
            )
        return words


def licence_choices(present: str = "") -> list[tuple[str, Any]]:
    """Open licences apart from those that are not; an unknown one that a project has already stays."""
    groups: list[tuple[str, Any]] = [
        (
            str(label),
            [(one.spdx, f"{one.name} ({one.spdx})") for one in licences.LICENCES.values() if one.is_open == is_open],
        )
        for label, is_open in ((_("Open"), True), (_("Not open: sale or change is restricted"), False))
    ]
    if present and present not in licences.LICENCES:
        groups.append((str(_("As it is now")), [(present, present)]))
    return groups


class ProjectForm(forms.Form):
    """What a project says of itself."""

    name = forms.CharField(label=_("Name"), max_length=100)
    summary = forms.CharField(
        label=_("Summary"), max_length=300, required=False, help_text=_("One sentence: what it is for.")
    )
    licence = forms.ChoiceField(
        label=_("Licence"),
        initial=licences.DEFAULT,
        help_text=_("What others may do with it. An open licence lets everybody make, change and sell it."),
    )
    category = forms.ChoiceField(label=_("Category"), choices=[("", "–"), *categories.CHOICES], required=False)
    tags = WordsField(label=_("Tags"), help_text=_("With commas between them."))
    processes = forms.MultipleChoiceField(
        label=_("Made by"), choices=PROCESSES, required=False, widget=forms.CheckboxSelectMultiple
    )
    materials = WordsField(label=_("Materials"), help_text=_("Such as PLA, plywood 3 mm."))
    visibility = forms.ChoiceField(
        label=_("Who sees it"),
        choices=Project.Visibility.choices,
        initial=Project.Visibility.PUBLIC,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["licence"].choices = licence_choices(str(self.initial.get("licence") or ""))  # type: ignore[attr-defined]


class NewProjectForm(ProjectForm):
    """The same, with the owner: me or an organisation of mine."""

    owner = forms.ModelChoiceField(label=_("Owner"), queryset=Namespace.objects.none(), to_field_name="handle")
    field_order = ["owner", "name"]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = Namespace.objects.filter(Q(user=user) | Q(organisation__memberships__user=user)).distinct()
        field = self.fields["owner"]
        field.queryset = own.order_by("organisation", "handle")  # type: ignore[attr-defined]
        field.empty_label = None  # type: ignore[attr-defined]
        if not self.initial.get("owner"):
            self.initial["owner"] = user.username


class SettingsForm(ProjectForm):
    """The same, for a project that is there."""

    default_branch = forms.ChoiceField(
        label=_("Default branch"), help_text=_("What people see first and clones check out.")
    )

    def __init__(self, *args: Any, branches: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["default_branch"].choices = [(name, name) for name in branches]  # type: ignore[attr-defined]
        if not branches:
            del self.fields["default_branch"]


class AddressForm(forms.Form):
    """The project's address."""

    slug = forms.SlugField(label=_("Address"), max_length=64, help_text=_("The old address will lead here."))


class TransferForm(forms.Form):
    """Give a project to another owner."""

    owner = forms.CharField(
        label=_("New owner"), max_length=39, help_text=_("Your handle, or an organisation of yours.")
    )


class CollaboratorForm(forms.Form):
    """Add somebody by handle."""

    handle = forms.CharField(label=_("Handle"), max_length=40)
    role = forms.ChoiceField(label=_("Role"), choices=Collaborator.Role.choices, initial=Collaborator.Role.WRITER)


class ReleaseForm(forms.Form):
    """A version that people are told to use."""

    tag = forms.CharField(label=_("Tag"), max_length=60, help_text=_("Such as v1.2."))
    title = forms.CharField(label=_("Title"), max_length=120, required=False)
    target = forms.ChoiceField(label=_("Version"), required=False)
    notes = forms.CharField(
        label=_("Notes"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea,
        help_text=_("What changed, in Markdown."),
    )
    is_prerelease = forms.BooleanField(label=_("Not finished yet: a pre-release"), required=False)

    def __init__(self, *args: Any, branches: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["target"].choices = [(name, name) for name in branches]  # type: ignore[attr-defined]


class EditForm(forms.Form):
    """The text of a file, and the commit that the person saw."""

    content = forms.CharField(
        label=_("Text"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"class": "code", "spellcheck": "false"}),
    )
    message = forms.CharField(label=_("Message"), max_length=500, required=False)
    expect = forms.RegexField(r"^[0-9a-f]{40}$", widget=forms.HiddenInput)


class ReportForm(forms.ModelForm):  # type: ignore[type-arg]
    """Why a project should not be here."""

    class Meta:
        model = Report
        fields = ["reason", "details"]
        labels = {"reason": _("What is wrong"), "details": _("Details")}
        widgets = {"reason": forms.RadioSelect}
