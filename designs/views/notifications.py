"""What a person is told: the list, read and unread, and the end of mail."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts.forms import KINDS
from designs import told
from designs.actions.send_notification import read_token
from designs.views.lookup import person
from designs.views.paging import page_number

PER_PAGE = 40


@login_required
@never_cache
def notifications(request: HttpRequest) -> HttpResponse:
    """Newest first; what the person may no longer see is not there, and no longer counts as unread."""
    user = person(request)
    shows = "all" if request.GET.get("show") == "all" else "unread"
    waiting = told.Merged(user, all_of_them=False)
    rows = told.Merged(user, all_of_them=True) if shows == "all" else waiting
    page = Paginator(rows, PER_PAGE).get_page(page_number(request))
    context = {"page": page, "items": list(page), "shows": shows, "unread": len(waiting)}
    return render(request, "designs/notifications.html", context)


@login_required
@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """Mark one as read and go where it leads, or mark all."""
    user = person(request)
    if request.POST.get("all"):
        told.read_all(user)
        return redirect("designs:notifications")
    leads_to = told.read(user, request.POST.get("told", ""))
    if leads_to is None:
        raise Http404("no such notification")
    return redirect(leads_to if request.POST.get("go") else "designs:notifications")


@csrf_exempt
@never_cache
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """End one kind of mail. The signed token says who asks, so that mail programs need but one POST (RFC 8058)."""
    found = read_token(token)
    if found is None or found[1] not in KINDS:
        raise Http404("no such link")
    user, kind = found
    done = request.method == "POST"
    if done:
        user.notifications = {**user.notifications, kind: False}
        user.save(update_fields=["notifications"])
    context = {"kind": KINDS[kind], "done": done, "person": user}
    return render(request, "designs/unsubscribe.html", context)
