"""What goes out with a request: the public page of how far it is, labels for the bag, the receipt."""

from typing import cast

import segno
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.safestring import SafeString
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import User
from designs.views.page import answers
from designs.views.sign_in import signed_in
from fablab import policy
from fablab.models import PrintRequest, RequestEvent, Run
from fablab.receipts import receipt, receipt_number
from fablab.states import RequestState as S
from fablab.words_requests import STATES, TELLS

STEPS = (S.SUBMITTED, S.QUOTED, S.ACCEPTED, S.SCHEDULED, S.IN_PROGRESS, S.READY, S.COLLECTED)
"""The way of a request that goes well."""
MOST_LABELS = 24


@require_safe
@never_cache
def track(request: HttpRequest, secret: str) -> HttpResponse:
    """How far a request is, for whoever has its link: its state and steps, and nothing about people or the design."""
    found = get_object_or_404(PrintRequest.objects.select_related("lab").exclude(state=S.DRAFT), tracking=secret)
    when = {
        event.after: event.at for event in RequestEvent.objects.filter(request=found, after__in=STEPS).order_by("pk")
    }
    here = STEPS.index(S(found.state)) if found.state in STEPS else -1
    steps = [
        (STATES[step], when.get(step), "done" if number < here else "here" if number == here else "")
        for number, step in enumerate(STEPS)
    ]
    run = Run.objects.filter(attempt__request=found).order_by("-pk").first() if found.state == S.IN_PROGRESS else None
    context = {
        "ref": found.ref,
        "lab": found.lab,
        "state": STATES[S(found.state)],
        "tells": TELLS[S(found.state)],
        "changed_at": found.updated_at,
        "steps": steps if here >= 0 else [],
        "run": run,
        "poll": found.state == S.IN_PROGRESS,
        "here": request.path,
    }
    template = "fablab/_track.html" if request.headers.get("HX-Request") else "fablab/track.html"
    answer = render(request, template, context)
    answer["X-Robots-Tag"] = "noindex, nofollow"
    answer["Referrer-Policy"] = "no-referrer"
    return answer


def request_for(request: HttpRequest, ref: str) -> PrintRequest:
    """The request, for who may see it. Raises Http404 for everybody else, MovedError to the sign-in page."""
    signed_in(request)
    rows = PrintRequest.objects.select_related("lab", "requester", "project", "quote", "machine", "stock")
    found = get_object_or_404(rows, ref=ref.upper())
    if not policy.can_see_request(request.user, found):
        raise Http404("no such request")
    return found


@require_safe
@never_cache
@answers
def request_labels(request: HttpRequest, ref: str) -> HttpResponse:
    """A label for each part's bag, for who works in the lab: its code opens the request's page."""
    found = request_for(request, ref)
    if not policy.can_operate(cast("User", request.user), found.lab):
        raise Http404("no such request")
    address = f"{settings.SITE_URL}{found.get_absolute_url()}"
    code = segno.make_qr(address, error="m")
    drawing = SafeString(
        code.svg_inline(scale=8, border=4, dark="#000", light="#fff", omitsize=True, svgclass="qr", title=address)
    )
    parts = list(found.parts.all())
    context = {
        "found": found,
        "code": drawing,
        "parts": parts[:MOST_LABELS],
        "more": max(len(parts) - MOST_LABELS, 0),
        "material": found.stock or found.material,
    }
    return render(request, "fablab/request_labels.html", context)


@require_safe
@never_cache
@answers
def request_receipt(request: HttpRequest, ref: str) -> HttpResponseBase:
    """The receipt as PDF, for the requester and the lab, once there is one."""
    found = request_for(request, ref)
    try:
        content = receipt(found)
    except ValueError as missing:
        raise Http404("no receipt yet") from missing
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{receipt_number(found)}.pdf"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
