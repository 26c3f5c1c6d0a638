"""Branches, protected branches, webhooks and feeds."""

from django.urls import path

from designs.urls.owner import AT
from designs.views import branches, compare, feeds, releases, webhooks

urlpatterns = [
    path(f"{AT}/feed.atom", feeds.project_feed, name="project_feed"),
    path("@<owner:handle>/feed.atom", feeds.person_feed, name="person_feed"),
    path(f"{AT}/releases/<str:tag>/edit/", releases.release_edit, name="release_edit"),
    path(f"{AT}/releases/<str:tag>/CITATION.cff", releases.release_citation, name="release_citation"),
    path(f"{AT}/branches/", branches.branches, name="branches"),
    path(f"{AT}/tags/", branches.tags, name="tags"),
    path(f"{AT}/settings/branches/", branches.protected, name="protected_branches"),
    path(f"{AT}/compare/", compare.choose, name="compare_choose"),
    path(f"{AT}/settings/webhooks/", webhooks.webhooks, name="webhooks"),
    path(f"{AT}/settings/webhooks/<int:webhook_id>/", webhooks.webhook, name="webhook"),
    path(f"{AT}/settings/webhooks/<int:webhook_id>/act/", webhooks.webhook_act, name="webhook_act"),
]
