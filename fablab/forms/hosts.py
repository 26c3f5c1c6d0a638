"""Which host drives a machine."""

from django import forms
from django.utils.translation import gettext_lazy as _

from fablab.models import PrinterLink


class HostForm(forms.Form):
    """Kind, address and key; the key that is kept is never shown again."""

    kind = forms.ChoiceField(label=_("Host"), choices=PrinterLink.Kind.choices)
    url = forms.CharField(
        label=_("Address"),
        max_length=300,
        widget=forms.URLInput(attrs={"placeholder": "http://octopi.local"}),
        help_text=_("In a private network the site’s administrator must have named it (PARTAGE_PRINTER_HOSTS)."),
    )
    key = forms.CharField(
        label=_("API key"),
        max_length=200,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("Kept sealed and never shown again. Left empty, the key that is known stays."),
    )
