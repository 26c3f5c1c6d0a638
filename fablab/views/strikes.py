"""Missed bookings of a lab, and the appeals over them."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from designs.actions.errors import RefusedError
from designs.views.lookup import person as me
from fablab.actions.strikes import decide
from fablab.models import Lab, Strike
from fablab.views.page import lab_page, show


@lab_page("manage")
def strikes(request: HttpRequest, lab: Lab) -> HttpResponse:
    """What counts, appeals first."""
    rows = Strike.objects.filter(lab=lab, expires_at__gt=timezone.now()).select_related(
        "person", "booking__machine__lab", "decided_by"
    )
    appeals = rows.filter(decided_at=None).exclude(appealed_at=None).order_by("appealed_at")
    others = rows.exclude(pk__in=appeals).order_by("-at")[:100]
    return show(request, lab, "fablab/strikes.html", {"appeals": appeals, "others": others}, tab="calendar")


@lab_page("manage")
@require_POST
def strike_decide(request: HttpRequest, lab: Lab, pk: int) -> HttpResponse:
    """Lift it, or keep it."""
    strike = get_object_or_404(Strike.objects.select_related("lab", "person", "booking__machine__lab"), lab=lab, pk=pk)
    try:
        decide(strike, by=me(request), lift=request.POST.get("lift") == "yes")
        messages.success(request, _("Decided, and told."))
    except RefusedError as refused:
        messages.error(request, str(refused))
    return redirect("fablab:strikes", lab.slug)
