"""Calendars under secret addresses, for people's own calendar programs."""

from django.conf import settings
from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from designs.views.lookup import person as me
from designs.views.page import answers
from designs.views.sign_in import signed_in
from fablab import calendars
from fablab.actions.feeds import end_feed, feed_of, renew_feed
from fablab.models import CalendarFeed, Lab, Machine


@require_GET
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """A calendar, to whoever has its address."""
    rows = CalendarFeed.objects.select_related("owner", "lab", "machine__lab")
    found = rows.filter(secret=secret, owner__is_active=True, owner__deleted_at=None).first()
    if found is None or _is_hidden(found):
        raise Http404("no such calendar")
    headers = {
        "Content-Disposition": 'inline; filename="calendar.ics"',
        "Cache-Control": "private, max-age=300",
        "X-Robots-Tag": "noindex",
    }
    return HttpResponse(calendars.feed(found), content_type="text/calendar; charset=utf-8", headers=headers)


@answers
@require_http_methods(["GET", "HEAD", "POST"])
def feeds(request: HttpRequest) -> HttpResponse:
    """My calendars' addresses; POST makes one of a lab, a machine or of my bookings."""
    signed_in(request)
    if request.method == "POST":
        lab, machine = request.POST.get("lab", ""), request.POST.get("machine", "")
        of_lab = get_object_or_404(Lab.objects.listed(), slug=lab) if lab else None
        of_machine = get_object_or_404(Machine.objects.present(), lab=of_lab, slug=machine) if machine else None
        made = feed_of(me(request), lab=None if of_machine else of_lab, machine=of_machine)
        return redirect(f"{request.path}#feed-{made.pk}")
    rows = CalendarFeed.objects.filter(owner=me(request)).select_related("lab", "machine__lab").order_by("pk")
    own = any(one.lab_id is None and one.machine_id is None for one in rows)
    return render(request, "fablab/feeds.html", {"feeds": rows, "base": settings.SITE_URL, "own": own})


@answers
@require_POST
def feed_renew(request: HttpRequest, pk: int) -> HttpResponse:
    """A new address, or none: who had the old one sees nothing more."""
    signed_in(request)
    found = get_object_or_404(CalendarFeed, Q(owner=me(request)), pk=pk)
    if "end" in request.POST:
        end_feed(found)
        messages.success(request, _("This address works no longer."))
    else:
        renew_feed(found)
        messages.success(request, _("It has a new address; the old one works no longer."))
    return redirect("fablab:feeds")


def _is_hidden(found: CalendarFeed) -> bool:
    lab = found.lab or (found.machine.lab if found.machine else None)
    return lab is not None and lab.hidden_at is not None
