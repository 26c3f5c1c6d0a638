"""Search: the engine gives ids and counts, these pages give them faces; the right to see each is asked again here."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _

from designs.discovery import asked as asking
from designs.discovery import brought, facets, machines, shown
from designs.discovery.asked import Asked
from designs.discovery.nothing import advice
from designs.discovery.suggested import suggested
from designs.discovery.wrong import complaints
from designs.mesh.profiles import DEFAULT_FDM, PROFILES
from designs.models import Project
from designs.views.cards import cards
from designs.words import profiles
from search import index
from search.passes import Found
from search.types import WINDOW, Hit, SearchAwayError

MOST_IN_FEED = 30


def results(request: HttpRequest) -> HttpResponse:
    """What matches, with what it can be narrowed by. While the engine is away the page says so with 503.

    What a form sends unasked goes from the address, so that it is short to share.
    """
    asked = asking.read(request.GET)
    if not asked.wrong and ("" in request.GET.values() or request.GET.get("profile") == DEFAULT_FDM.key):
        return redirect(asked.address())
    try:
        found = index.find(asked.words, asked.query(request.user, facet_fields=facets.FIELDS))
        context = _context(request, asked, found)
    except SearchAwayError:
        return render(request, "search/away.html", {"asked": asked}, status=503)
    return render(request, "search/results.html", context)


def _context(request: HttpRequest, asked: Asked, found: Found) -> dict[str, object]:
    total, hits = found.results.total, found.results.hits
    tabs = _tabs(asked, dict(found.results.facets.get("kind", ())))
    return {
        "asked": asked,
        "query": asked.text,
        "total": total,
        "is_fuzzy": found.is_fuzzy,
        "exact": found.exact,
        "tabs": tabs,
        "elsewhere": [(name, count, address) for name, count, is_here, address in tabs if count and not is_here],
        "panels": facets.panels(asked, found.results.facets) if asked.kind != "people" else [],
        "chips": facets.chips(asked),
        "cards": cards(shown.projects(hits, request.user)),
        "parts": shown.parts(hits, request.user),
        "owners": shown.owners(hits),
        "brought": _brought(asked.kind, hits),
        "advice": advice(asked, request.user) if not total else None,
        "wrong": complaints(asked),
        "machines": machines.catalogue().values(),
        "machine": asked.own_machine,
        "said": dict(asked.said),
        "profiles": [(key, profiles.profile_name(profile)) for key, profile in PROFILES.items()],
        "sorts": [(key, name(), key == asked.sort, asked.address(sort=key)) for key, name in _sorts(asked)],
        "hidden": [pair for pair in asked.params() if pair[0] not in _TYPED],
        "feed": "" if asked.kind else asked.address("designs:search_feed", sort="newest"),
        "params": urlencode(asked.params()),
        "can_save": bool(asked.params()) and not asked.kind,
        "number": asked.page,
        "has_next": asked.page * asking.PER_PAGE < min(total, WINDOW // asking.PER_PAGE * asking.PER_PAGE),
    }


_TYPED = {
    "q", "machine", "bed", "nozzle", "profile", "near", "km", "size_min", "size_max", "mass_min", "mass_max", "page",
}  # fmt: skip
"""What the form of the page sends itself."""
_SORTS: dict[str, Callable[[], str]] = {
    "relevance": lambda: _("Best match"),
    "newest": lambda: _("Newest"),
    "liked": lambda: _("Most liked"),
    "made": lambda: _("Most made"),
}


def _sorts(asked: Asked) -> list[tuple[str, Callable[[], str]]]:
    """Nobody likes or makes a person."""
    return [(key, name) for key, name in _SORTS.items() if asked.kind != "people" or key in {"relevance", "newest"}]


def _brought(kind: str, hits: Sequence[Hit]) -> tuple[str, Sequence[brought.Row]] | None:
    """The template of a kind that an app above brings, and its rows."""
    known = brought.kinds().get(kind)
    return (known.template, known.rows(hits)) if known else None


def _tabs(asked: Asked, counts: dict[str, int]) -> list[tuple[str, int, bool, str]]:
    names = {"": _("Designs"), "parts": _("Parts"), "people": _("People and organisations")}
    names |= {key: str(kind.name) for key, kind in brought.kinds().items()}
    return [
        (name, sum(counts.get(kind, 0) for kind in asking.KINDS[key]), key == asked.kind, asked.address(kind=key))
        for key, name in names.items()
    ]


def suggest(request: HttpRequest) -> HttpResponse:
    """The best of each kind while somebody is typing: a fragment for the search box."""
    text = request.GET.get("q", "").strip()
    context: dict[str, object] = {"query": text}
    try:
        offered = suggested(text, request.user)
    except SearchAwayError:
        context["is_away"] = True
    else:
        context |= {"offered": offered, "cards": cards(offered.projects), "all": Asked(text=text).address()}
    return render(request, "search/_suggestions.html", context)


def feed(request: HttpRequest) -> HttpResponse:
    """The newest designs that match, as Atom. Raises nothing: while the engine is away it answers 503."""
    asked = replace(asking.read(request.GET), kind="")
    query = asked.query(request.user, limit=MOST_IN_FEED)
    try:
        found = index.find(asked.words, replace(query, sort="newest", offset=0), forgiving=False)
    except SearchAwayError:
        return HttpResponse(status=503, headers={"Retry-After": "60"})
    return _Found(asked, shown.projects(found.results.hits, request.user))(request)


class _Found(Feed):  # type: ignore[type-arg]
    feed_type = Atom1Feed

    def __init__(self, asked: Asked, projects: list[Project]) -> None:
        self.projects = projects
        self.title = _("“%(query)s” on %(site)s") % {"query": asked.text or _("Designs"), "site": settings.SITE_NAME}
        self.link = settings.SITE_URL + asked.address()
        self.feed_url = settings.SITE_URL + asked.address("designs:search_feed")
        self.feed_guid = self.feed_url

    def items(self) -> list[Project]:
        return self.projects

    def item_title(self, item: Project) -> str:
        return item.name

    def item_description(self, item: Project) -> str:
        return item.summary

    def item_link(self, item: Project) -> str:
        return item.url

    def item_guid(self, item: Project) -> str:
        return f"{settings.SITE_URL}/projects/{item.repository_id}"

    def item_pubdate(self, item: Project) -> datetime:
        return item.created_at

    def item_updateddate(self, item: Project) -> datetime:
        return item.updated_at
