"""Search: the engine gives ids, this page gives them faces."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from designs.discovery import ids
from designs.discovery.readers import readers
from designs.models import Project
from designs.views.cards import cards
from designs.views.paging import page_number
from search import index
from search.types import WINDOW, Query, SearchAwayError

PER_PAGE = 24
MOST_TEXT = 200


def results(request: HttpRequest) -> HttpResponse:
    """Projects that match, in the engine's order; the asker's right to see them is asked again here."""
    text = request.GET.get("q", "").replace("\0", "").strip()[:MOST_TEXT]
    number = min(page_number(request), WINDOW // PER_PAGE)
    asked = Query(
        facets={"kind": ["project"], "reader": readers(request.user)},
        offset=(number - 1) * PER_PAGE,
        limit=PER_PAGE,
    )
    try:
        found = index.find(text, asked)
    except SearchAwayError:
        return render(request, "search/away.html", {"query": text}, status=503)
    pks = ids.of_slot([hit.id for hit in found.results.hits], ids.PROJECT)
    rows = {row.pk: row for row in Project.objects.listed_for(request.user).filter(pk__in=pks).with_card()}
    total = found.results.total
    context = {
        "query": text,
        "total": total,
        "is_fuzzy": found.is_fuzzy,
        "cards": cards([rows[pk] for pk in pks if pk in rows]),
        "number": number,
        "has_next": number * PER_PAGE < min(total, WINDOW // PER_PAGE * PER_PAGE),
    }
    return render(request, "search/results.html", context)
