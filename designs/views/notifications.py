"""What a person is told: the list, read and unread, and the end of mail."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts.forms import KINDS
from designs import words_events
from designs.actions.send_notification import read_token
from designs.models import Notification
from designs.views.lookup import person
from designs.views.paging import page_number

PER_PAGE = 40


@login_required
@never_cache
def notifications(request: HttpRequest) -> HttpResponse:
    """Newest first; what the person may no longer see is not there, and no longer counts as unread."""
    user = person(request)
    mine = Notification.objects.filter(user=user)
    readable = Notification.objects.readable_by(user)
    mine.unread().exclude(pk__in=readable.unread().values("pk")).update(read_at=timezone.now())
    shows = "all" if request.GET.get("show") == "all" else "unread"
    rows = readable if shows == "all" else readable.unread()
    rows = rows.select_related("event__actor", "event__issue", "event__project__namespace")
    page = Paginator(rows.order_by("-pk"), PER_PAGE).get_page(page_number(request))
    items = [(told, words_events.deed(told.event), words_events.subject(told.event)) for told in page]
    context = {"page": page, "items": items, "shows": shows, "unread": readable.unread().count()}
    return render(request, "designs/notifications.html", context)


@login_required
@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """Mark one as read and go where it leads, or mark all."""
    rows = Notification.objects.readable_by(person(request))
    if request.POST.get("all"):
        Notification.objects.filter(user=person(request)).unread().update(read_at=timezone.now())
        return redirect("designs:notifications")
    wanted = request.POST.get("told", "")
    if not (wanted.isascii() and wanted.isdigit() and len(wanted) < 19):
        raise Http404("no such notification")
    told = rows.filter(pk=int(wanted)).select_related("event__issue", "event__project__namespace").first()
    if told is None:
        raise Http404("no such notification")
    rows.filter(pk=told.pk).unread().update(read_at=timezone.now())
    return redirect(words_events.place(told.event) if request.POST.get("go") else "designs:notifications")


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
