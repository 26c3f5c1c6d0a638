"""Webhooks of a lab: add, edit, try, look at what was sent and answered, send again. For its managers."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from designs.actions.errors import RefusedError
from designs.views.webhooks import WebhookForm, send_again, sent
from fablab.actions.webhooks import ping_lab_webhook, save_lab_webhook
from fablab.models import Lab, LabWebhook
from fablab.views.labs_settings import section
from fablab.views.page import lab_page

KINDS = LabWebhook.Kind.choices


@never_cache
@lab_page("manage")
def webhooks(request: HttpRequest, lab: Lab) -> HttpResponse:
    """All of them, and the form for another."""
    form = WebhookForm(request.POST or None, kinds=KINDS)
    if request.method == "POST" and form.is_valid() and (row := _save(lab, form, None)):
        messages.success(request, _("The webhook is set up. Try it with a test message."))
        return redirect("fablab:webhook", lab.slug, row.pk)
    context: dict[str, object] = {"form": form, "webhooks": list(lab.webhooks.all())}
    return section(request, lab, "webhooks", context, status=422 if form.errors else 200)


@never_cache
@lab_page("manage")
def webhook(request: HttpRequest, lab: Lab, webhook_id: int) -> HttpResponse:
    """One, with its last deliveries."""
    row = get_object_or_404(lab.webhooks, pk=webhook_id)
    form = WebhookForm(request.POST or None, kinds=KINDS, row=row)
    if request.method == "POST" and form.is_valid() and _save(lab, form, row):
        messages.success(request, _("Saved."))
        return redirect("fablab:webhook", lab.slug, row.pk)
    context = {"form": form, "webhook": row, "is_one": True, **sent(request, row.deliveries.all())}
    return section(request, lab, "webhooks", context, status=422 if form.errors else 200)


@require_POST
@lab_page("manage")
def webhook_act(request: HttpRequest, lab: Lab, webhook_id: int) -> HttpResponse:
    """Send a test message, send one again, or remove the webhook."""
    row = get_object_or_404(lab.webhooks, pk=webhook_id)
    action = request.POST.get("action")
    if action == "remove":
        row.delete()
        messages.success(request, _("The webhook is removed."))
        return redirect("fablab:webhooks", lab.slug)
    if action == "ping":
        ping_lab_webhook(row)
        messages.success(request, _("A test message is on its way."))
    if action == "redeliver":
        send_again(request, row.deliveries.all())
    return redirect("fablab:webhook", lab.slug, row.pk)


def _save(lab: Lab, form: WebhookForm, row: LabWebhook | None) -> LabWebhook | None:
    try:
        return save_lab_webhook(lab, row=row, **form.cleaned_data)
    except RefusedError as refused:
        form.add_error("url", str(refused))
        return None
