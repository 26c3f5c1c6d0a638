"""Webhooks of a project: add, edit, try, look at what was sent and answered, send again."""

import json
import secrets
from collections.abc import Sequence
from typing import Any, TypeVar

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from designs.actions.deliveries import redeliver
from designs.actions.errors import RefusedError
from designs.actions.webhooks import ping, save_webhook
from designs.models import Project, Webhook
from designs.models.hook import Hook, Parcel
from designs.views.page import project_page, show

PER_PAGE = 20
P = TypeVar("P", bound=Parcel)


class WebhookForm(forms.Form):
    """Where to send, signed with what, and which kinds."""

    url = forms.CharField(
        label=gettext_lazy("Address"), max_length=2000, help_text=gettext_lazy("Begins with https://.")
    )
    secret = forms.CharField(
        label=gettext_lazy("Secret"),
        max_length=200,
        required=False,
        help_text=gettext_lazy(
            "Signs each message, so that the receiver knows it is ours. Copy it now: it is not shown again."
        ),
    )
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("Tell of"),
        choices=Webhook.Kind.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None chosen: of everything."),
    )
    active = forms.BooleanField(label=gettext_lazy("Switched on"), required=False, initial=True)

    def __init__(
        self,
        sent: QueryDict | None,
        *,
        kinds: Sequence[tuple[str, Any]] = Webhook.Kind.choices,
        row: Hook | None = None,
    ) -> None:
        known = {"url": row.url, "kinds": row.kinds, "active": row.active} if row else {}
        super().__init__(sent, initial=known or {"secret": secrets.token_urlsafe(24)})
        self.fields["kinds"].choices = kinds  # type: ignore[attr-defined]
        if row:
            self.fields["secret"].help_text = _("Left empty, it stays as it is.")


@never_cache
@project_page("manage")
def webhooks(request: HttpRequest, project: Project) -> HttpResponse:
    """All of them, and the form for another."""
    form = WebhookForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and (row := _save(project, form, None)):
        messages.success(request, _("The webhook is set up. Try it with a test message."))
        return _to(project, row)
    context = {"form": form, "webhooks": list(Webhook.objects.filter(project=project))}
    status = 422 if form.errors else 200
    return show(request, project, "designs/webhooks.html", context, tab="settings", status=status)


@never_cache
@project_page("manage")
def webhook(request: HttpRequest, project: Project, webhook_id: int) -> HttpResponse:
    """One, with its last deliveries."""
    row = get_object_or_404(Webhook, project=project, pk=webhook_id)
    form = WebhookForm(request.POST or None, row=row)
    if request.method == "POST" and form.is_valid() and _save(project, form, row):
        messages.success(request, _("Saved."))
        return _to(project, row)
    context = {"form": form, "webhook": row, **sent(request, row.deliveries.all())}
    status = 422 if form.errors else 200
    return show(request, project, "designs/webhook.html", context, tab="settings", status=status)


@require_POST
@project_page("manage")
def webhook_act(request: HttpRequest, project: Project, webhook_id: int) -> HttpResponse:
    """Send a test message, send one again, or remove the webhook."""
    row = get_object_or_404(Webhook, project=project, pk=webhook_id)
    action = request.POST.get("action")
    if action == "remove":
        row.delete()
        messages.success(request, _("The webhook is removed."))
        return redirect("designs:webhooks", project.namespace.handle, project.slug)
    if action == "ping":
        ping(row)
        messages.success(request, _("A test message is on its way."))
    if action == "redeliver":
        send_again(request, row.deliveries.all())
    return _to(project, row)


def send_again(request: HttpRequest, parcels: QuerySet[P]) -> None:
    """Send the one that the form names once more. Raises Http404 for one of another webhook."""
    number = request.POST.get("delivery", "")
    redeliver(get_object_or_404(parcels, pk=int(number[:18]) if number.isdecimal() else 0))
    messages.success(request, _("It is on its way again."))


def sent(request: HttpRequest, parcels: QuerySet[P]) -> dict[str, object]:
    """What the page of a webhook shows of its deliveries."""
    page = Paginator(parcels, PER_PAGE).get_page(request.GET.get("page"))
    return {"page": page, "deliveries": [(one, _pretty(one.body)) for one in page]}


def _save(project: Project, form: WebhookForm, row: Webhook | None) -> Webhook | None:
    try:
        return save_webhook(project, row=row, **form.cleaned_data)
    except RefusedError as refused:
        form.add_error("url", str(refused))
        return None


def _to(project: Project, row: Webhook) -> HttpResponse:
    return redirect("designs:webhook", project.namespace.handle, project.slug, row.pk)


def _pretty(body: str) -> str:
    return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
