"""Search: the engine gives ids, this page gives them faces."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from designs.models import Project
from designs.views.cards import cards
from designs.views.paging import page_number
from search.index import search
from search.types import Query

PER_PAGE = 24
MOST_TEXT = 200


def results(request: HttpRequest) -> HttpResponse:
    """Projects that match, in the engine's order; the asker's right to see them is asked again here."""
    text = request.GET.get("q", "").replace("\0", "").strip()[:MOST_TEXT]
    number = page_number(request)
    found = search(Query(text, (number - 1) * PER_PAGE, PER_PAGE), request.user)
    rows = {row.pk: row for row in Project.objects.listed_for(request.user).filter(pk__in=found.ids).with_card()}
    context = {
        "query": text,
        "total": found.total,
        "cards": cards([rows[pk] for pk in found.ids if pk in rows]),
        "number": number,
        "has_next": number * PER_PAGE < found.total,
    }
    return render(request, "search/results.html", context)
