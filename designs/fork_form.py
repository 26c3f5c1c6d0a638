"""The form of a fork."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Namespace, User
from designs.licences import LICENCES
from designs.models import Project


class ForkForm(forms.Form):
    """Whose the fork shall be, and how it differs from its source from the beginning."""

    owner = forms.ModelChoiceField(label=_("Owner"), queryset=Namespace.objects.none(), to_field_name="handle")
    name = forms.CharField(label=_("Name"), max_length=100)
    licence = forms.ChoiceField(
        label=_("Licence"), help_text=_("The licence that it came under, or one that may follow it.")
    )
    visibility = forms.ChoiceField(label=_("Who sees it"), widget=forms.RadioSelect)

    def __init__(self, data: Any, *, user: User, source: Project, licences: list[str]) -> None:
        same = {"name": source.name, "licence": source.licence, "visibility": source.visibility}
        super().__init__(data, initial={"owner": user.username, **same})
        own = Namespace.objects.filter(Q(user=user) | Q(organisation__memberships__user=user)).distinct()
        owner: Any = self.fields["owner"]
        owner.queryset = own.order_by("organisation", "handle")
        owner.empty_label = None
        licence: Any = self.fields["licence"]
        licence.choices = [(name, _named(name)) for name in licences]
        shown: Any = self.fields["visibility"]
        widths = [choice for choice, _label in Project.Visibility.choices]
        shown.choices = Project.Visibility.choices[widths.index(source.visibility) :]


def _named(spdx: str) -> str:
    known = LICENCES.get(spdx)
    return f"{known.name} ({spdx})" if known else spdx
