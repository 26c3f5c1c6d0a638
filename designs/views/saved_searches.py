"""Searches that a person keeps."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from designs.actions.errors import RefusedError
from designs.actions.saved_searches import of_token, save_search
from designs.discovery import asked as asking
from designs.models import SavedSearch
from designs.views.lookup import person
from search.types import SearchAwayError


@login_required
@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Keep the search of the page that one comes from."""
    asked = asking.read(QueryDict(request.POST.get("params", "")))
    try:
        row = save_search(person(request), asked)
    except RefusedError as refused:
        messages.error(request, str(refused))
        return redirect(asked.address())
    except SearchAwayError:
        messages.error(request, _("The search is away for a moment. Nothing was saved."))
        return redirect(asked.address())
    messages.success(request, _("We will write to you when something new fits “%(name)s”.") % {"name": row.name})
    return redirect("designs:saved_searches")


@login_required
@never_cache
def saved(request: HttpRequest) -> HttpResponse:
    """One's own, newest first."""
    return render(request, "search/saved.html", {"searches": SavedSearch.objects.filter(user=person(request))})


@login_required
@require_POST
def end(request: HttpRequest, search_id: int) -> HttpResponse:
    """Look no more."""
    get_object_or_404(SavedSearch, pk=search_id, user=person(request)).delete()
    return redirect("designs:saved_searches")


@csrf_exempt
@never_cache
def end_by_mail(request: HttpRequest, token: str) -> HttpResponse:
    """End a search from its mail: the signed link says which, so that mail programs need but one POST (RFC 8058)."""
    try:
        row = of_token(token)
    except signing.BadSignature as bad:
        raise Http404("no such link") from bad
    if row and request.method == "POST":
        row.delete()
        row = None
    return render(request, "search/end.html", {"search": row})
