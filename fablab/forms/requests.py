"""What people fill in to ask for a part: what it is made of, how, until when, and by whom."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fablab.models import PrintRequest

MADE_OF = ("process", "material", "colour", "quality")
WISHES = ("mode", "due_on", "purpose", "note", "phone")


class RequestForm(forms.ModelForm):  # type: ignore[type-arg]
    """All that a requester says but for parts and lab."""

    class Meta:
        model = PrintRequest
        fields = [*MADE_OF, *WISHES, "may_forward"]
        widgets = {
            "mode": forms.RadioSelect,
            "due_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "note": forms.Textarea(attrs={"rows": 4}),
            "material": forms.TextInput(attrs={"list": "materials", "autocomplete": "off"}),
            "phone": forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
        }
        help_texts = {
            "material": _("Empty: the lab proposes one."),
            "colour": _("Empty: any."),
            "phone": _("Seen by the lab’s staff alone, and removed some time after the request has ended."),
            "may_forward": _("With everything that is in it, where this lab cannot make it."),
            "purpose": _("Will it carry a load, touch food, lie in the sun?"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["due_on"].widget.attrs["min"] = timezone.localdate().isoformat()

    def clean_due_on(self) -> Any:
        """A day that is still to come."""
        day = self.cleaned_data["due_on"]
        if day and day < timezone.localdate():
            raise forms.ValidationError(_("That day is over."))
        return day

    def made_of(self) -> list[forms.BoundField]:
        """What the labs that can make it depend on."""
        return [self[name] for name in MADE_OF]

    def wishes(self) -> list[forms.BoundField]:
        """What else the lab should know."""
        return [self[name] for name in WISHES]


def quantity(typed: str) -> int | None:
    """How many of a part: 0 for nothing said, None for what is no number."""
    typed = typed.strip()
    if not typed:
        return 0
    return int(typed) if typed.isdecimal() and len(typed) < 6 else None
