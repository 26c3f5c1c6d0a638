"""Contributions: offer, discuss, merge."""

from django.urls import path

from designs.urls.owner import AT
from designs.views import contributions

_ONE = f"{AT}/contributions/<int:number>"

urlpatterns = [
    path(f"{AT}/contributions/", contributions.contributions, name="contributions"),
    path(f"{AT}/contributions/new/", contributions.contribution_new, name="contribution_new"),
    path(f"{_ONE}/", contributions.contribution, name="contribution"),
    path(f"{_ONE}/merge/", contributions.contribution_merge, name="contribution_merge"),
    path(f"{_ONE}/draft/", contributions.contribution_draft, name="contribution_draft"),
]
