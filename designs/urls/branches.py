"""Branches, protected branches, webhooks and feeds."""

from django.urls import path

from designs.urls.owner import AT
from designs.views import webhooks

urlpatterns = [
    path(f"{AT}/settings/webhooks/", webhooks.webhooks, name="webhooks"),
    path(f"{AT}/settings/webhooks/<int:webhook_id>/", webhooks.webhook, name="webhook"),
    path(f"{AT}/settings/webhooks/<int:webhook_id>/act/", webhooks.webhook_act, name="webhook_act"),
]
