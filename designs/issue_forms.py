"""Forms of discussions, labels and collections."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from designs.models import Collection, Issue, Label, Project

KINDS = [
    (Issue.Kind.PROBLEM, _("Problem"), _("Something is wrong: it does not fit, breaks, or cannot be made.")),
    (Issue.Kind.QUESTION, _("Question"), _("You would like to know how it is meant, made or used.")),
    (Issue.Kind.WISH, _("Wish"), _("Something that it should be or have.")),
]
LONGEST = 40_000


class PhotosInput(forms.FileInput):
    """Several pictures at once."""

    allow_multiple_selected = True

    def __init__(self) -> None:
        super().__init__({"accept": "image/jpeg,image/png,image/webp,image/gif"})


class TextForm(forms.Form):
    """A text in Markdown. Photos beside it are read by the view."""

    text = forms.CharField(
        label=_("Text"), max_length=LONGEST, required=False, widget=forms.Textarea(attrs={"rows": 8})
    )


class IssueForm(TextForm):
    """Title, text, labels."""

    title = forms.CharField(label=_("Title"), max_length=200)
    labels = forms.ModelMultipleChoiceField(
        label=_("Labels"), queryset=Label.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["labels"].queryset = project.labels.all()  # type: ignore[attr-defined]


class NewIssueForm(IssueForm):
    """The same, with what kind of issue it is."""

    kind = forms.ChoiceField(
        label=_("What is it?"),
        choices=[(value, label) for value, label, _meaning in KINDS],
        widget=forms.RadioSelect,
        initial=Issue.Kind.PROBLEM,
    )


class LabelsForm(forms.Form):
    """Which labels an issue has."""

    labels = forms.ModelMultipleChoiceField(queryset=Label.objects.none(), required=False)

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["labels"].queryset = project.labels.all()  # type: ignore[attr-defined]


class LabelForm(forms.Form):
    """A label's name and colour."""

    name = forms.CharField(label=_("Name"), max_length=40)
    colour = forms.RegexField(
        r"^#[0-9a-fA-F]{6}$", label=_("Colour"), initial="#1a7f37", widget=forms.TextInput({"type": "color"})
    )


class CollectionForm(forms.ModelForm):  # type: ignore[type-arg]
    """What a collection says of itself, and who sees it."""

    class Meta:
        model = Collection
        fields = ["name", "summary", "is_public"]
        labels = {"name": _("Name"), "summary": _("Summary"), "is_public": _("Everybody may see it")}
