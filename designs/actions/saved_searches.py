"""Keep a search, look again and again, tell its owner of what is new."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import Q
from django.http import QueryDict
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from designs.actions.errors import RefusedError
from designs.discovery import asked as asking
from designs.discovery import facets, ids
from designs.discovery.asked import Asked
from designs.models import Project, SavedSearch, SearchMail
from jobs.models import State
from search import index
from search.types import SearchAwayError

PERIOD, TURN = timedelta(minutes=10), timedelta(minutes=1)
"""After so long a search is looked at again; a worker asks so often which are due."""
MOST = 50
"""Searches that one person may keep."""
LONGEST = 2000
LOOKED_AT = 300
"""Of a search the newest so many are looked at; what is new behind them goes untold."""
REMEMBERED = 2000
IN_MAIL = 12
SALT = "partage.saved-search"


def save_search(user: User, asked: Asked) -> SavedSearch:
    """Keep a search of designs. What is found now is known already. Raises RefusedError, SearchAwayError."""
    plain = replace(asked, page=1, sort="relevance", kind="", wrong=())
    params = urlencode(plain.params())
    if not params:
        raise RefusedError(_("Say what to search first."), "empty")
    if len(params) > LONGEST:
        raise RefusedError(_("This search has too many conditions to be kept."), "too-long")
    if known := SavedSearch.objects.filter(user=user, params=params).first():
        return known
    if SavedSearch.objects.filter(user=user).count() >= MOST:
        raise RefusedError(_("You keep %(most)d searches already: end one first.") % {"most": MOST}, "too-many")
    row = SavedSearch(user=user, name=_name(plain), params=params, looked_at=timezone.now())
    row.seen = _found(row)
    row.save()
    return row


def _name(asked: Asked) -> str:
    return ", ".join([*([asked.text] if asked.text else []), *(label for label, _ in facets.chips(asked))])[:200]


def _found(row: SavedSearch) -> list[int]:
    """The newest projects that fit and that the owner may find."""
    asked = asking.read(QueryDict(row.params))
    query = asked.query(row.user, limit=LOOKED_AT)
    hits = index.find(asked.words, replace(query, sort="newest"), forgiving=False).results.hits
    return ids.of_slot([hit.id for hit in hits], ids.PROJECT)


def look_again() -> int:
    """Look at every search whose time has come. Returns in how many there was something new."""
    told = 0
    due = Q(looked_at=None) | Q(looked_at__lte=timezone.now() - PERIOD)
    rows = SavedSearch.objects.filter(due, user__is_active=True).order_by("pk").select_related("user")
    for row in rows.iterator(100):
        try:
            told += _look(row)
        except SearchAwayError:
            return told
    return told


def _look(row: SavedSearch) -> bool:
    found = _found(row)
    known = set(row.seen)
    new = [one for one in found if one not in known]
    with transaction.atomic():
        mine = SavedSearch.objects.filter(pk=row.pk, looked_at=row.looked_at)
        if not mine.update(looked_at=timezone.now(), seen=[*new, *row.seen][:REMEMBERED]):
            return False
        if new:
            SearchMail.objects.create(search=row, projects=new[:LOOKED_AT])
    return bool(new)


def send_found(job: SearchMail) -> Callable[[], None]:
    """Send it, of what its reader may still see. For jobs.worker; raises what the mail server raises."""
    row = SavedSearch.objects.select_related("user").get(pk=job.search_id)
    listed = Project.objects.listed_for(row.user).with_card()
    projects = list(listed.filter(pk__in=job.projects).order_by("-created_at"))
    if projects and row.user.is_active and row.user.email:
        _message(row, projects).send()
    return lambda: None


def _message(row: SavedSearch, projects: list[Project]) -> EmailMultiAlternatives:
    with translation.override(row.user.language or settings.LANGUAGE_CODE):
        leave = settings.SITE_URL + reverse("designs:search_end", args=[signing.dumps(row.pk, salt=SALT)])
        context: dict[str, Any] = {
            "search": row,
            "url": settings.SITE_URL + row.get_absolute_url(),
            "projects": projects[:IN_MAIL],
            "more": len(projects) - IN_MAIL,
            "leave": leave,
            "site_name": settings.SITE_NAME,
            "site_url": settings.SITE_URL,
        }
        mail = EmailMultiAlternatives(
            subject=_("New designs: %(search)s") % {"search": row.name},
            body=render_to_string("search/mail/found.txt", context),
            to=[row.user.email],
            headers={
                "List-Unsubscribe": f"<{leave}>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
                "Auto-Submitted": "auto-generated",
            },
        )
        mail.attach_alternative(render_to_string("search/mail/found.html", context), "text/html")
    return mail


def of_token(token: str) -> SavedSearch | None:
    """The search that the link of a mail ends; None where it has ended. Raises BadSignature for a link of others."""
    return SavedSearch.objects.filter(pk=signing.loads(token, salt=SALT)).first()


def sweep_mails() -> int:
    """Forget mails that were sent a month ago. Returns how many."""
    old = timezone.now() - timedelta(days=30)
    return SearchMail.objects.filter(state=State.DONE, run_after__lt=old).delete()[0]
