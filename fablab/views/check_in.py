"""Check in at a machine: the page behind the QR code on it, and the poster with that code."""

from zoneinfo import ZoneInfo

import segno
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from designs.views.lookup import person as me
from fablab import policy, slots
from fablab.actions.change_booking import to_check_in
from fablab.actions.occupy import free_slots
from fablab.models import Booking, Lab, Machine
from fablab.slots import BookingState
from fablab.views.page import lab_page, show


@lab_page("sign-in")
def check_in_page(request: HttpRequest, lab: Lab, machine: str) -> HttpResponse:
    """Where the code on a machine leads: say that one is there, or that one is done."""
    found, now = _machine(lab, machine), timezone.now()
    current = (
        Booking.objects.filter(machine=found, state__in=slots.STANDING, starts__lte=now, ends__gt=now)
        .select_related("person", "machine__lab")
        .first()
    )
    is_mine = current is not None and current.person == request.user
    is_checked_in = current is not None and current.state == BookingState.CHECKED_IN
    free = next(iter(free_slots(found, slots.SECONDS, after=slots.floor(now))), None)
    is_free = free is not None and free[0] <= now
    zone = ZoneInfo(lab.timezone)
    context = {
        "machine": found,
        "now": now,
        "mine": to_check_in(found, me(request), now),
        "current": current,
        "is_mine": is_mine,
        "is_checked_in": is_checked_in,
        "free": free,
        "is_free": is_free,
        "free_from": free[0].astimezone(zone) if free else None,
        "free_until": min(free[1], free[0] + slots.QUARTER * 4).astimezone(zone) if free else None,
        "knows_who": policy.can_operate(request.user, lab),
    }
    return show(request, lab, "fablab/check_in.html", context, tab="machines")


@lab_page("operate")
def check_in_poster(request: HttpRequest, lab: Lab, machine: str) -> HttpResponse:
    """The code, to be printed and put on the machine."""
    found = _machine(lab, machine)
    address = settings.SITE_URL + reverse("fablab:check_in", args=[lab.slug, found.slug])
    context = {"machine": found, "address": address, "code": qr_code(address)}
    return show(request, lab, "fablab/check_in_poster.html", context, tab="machines")


def qr_code(text: str) -> SafeString:
    """A QR code as SVG, black on white whatever the theme, to be put into a page."""
    code = segno.make_qr(text, error="m")
    return SafeString(code.svg_inline(scale=8, border=4, dark="#000", light="#fff", omitsize=True, svgclass="qr"))


def _machine(lab: Lab, slug: str) -> Machine:
    return get_object_or_404(lab.machines.exclude(state=Machine.State.RETIRED).select_related("lab"), slug=slug)
