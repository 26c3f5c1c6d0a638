"""Atom feeds of a project and of a person: what anybody may see, in the language of the site."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.syndication.views import Feed
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.views.decorators.http import condition, require_safe

from accounts.models import Namespace
from designs import words_events
from designs.models import Event, Project
from designs.views.lookup import namespace_for, project_for
from designs.views.page import answers

if TYPE_CHECKING:
    EventFeed = Feed[Event, Any]
else:
    EventFeed = Feed

SHOWN = 50
QUIET = {Event.Kind.ISSUE_LABELLED, Event.Kind.ISSUE_RENAMED, Event.Kind.ISSUE_MENTIONED}


def events_of(*, project: Project | None = None, namespace: Namespace | None = None) -> list[Event]:
    """The newest events that an anonymous visitor may see: of a project, or by a person or in their projects."""
    rows = Event.objects.exclude(kind__in=QUIET).exclude(issue__hidden_at__isnull=False)
    if project:
        rows = rows.filter(project=project)
    if namespace:
        rows = rows.filter(project__in=Project.objects.listed_for(AnonymousUser()).values("pk"))
        own = rows.filter(project__namespace=namespace)
        rows = own | rows.filter(actor=namespace.user_id) if namespace.user_id else own
    return list(rows.select_related("project__namespace", "actor", "issue").order_by("-pk")[:SHOWN])


class _Events(Feed):  # type: ignore[type-arg]
    feed_type = Atom1Feed

    def __init__(self, title: str, link: str, address: str, events: Iterable[Event]) -> None:
        self.title, self.link, self.feed_url, self.events = title, link, address, list(events)
        self.feed_guid = settings.SITE_URL + address

    def items(self) -> list[Event]:
        return self.events

    def item_title(self, item: Any) -> str:
        event = cast(Event, item)
        who = event.actor.title if event.actor else settings.SITE_NAME
        said = f"{who} {words_events.deed(event)}: {words_events.subject(event)}"
        return "".join(c if c.isprintable() else " " for c in said)

    def item_description(self, item: Any) -> str:
        return str(cast(Event, item).project)

    def item_link(self, item: Any) -> str:
        return settings.SITE_URL + words_events.place(cast(Event, item))

    def item_guid(self, item: Any) -> str:
        event = cast(Event, item)
        return f"{event.project.url}#event-{event.pk}"

    def item_pubdate(self, item: Any) -> datetime:
        return cast(Event, item).at

    def item_updateddate(self, item: Any) -> datetime:
        return cast(Event, item).at

    def item_author_name(self, item: Any) -> str:
        event = cast(Event, item)
        return event.actor.title if event.actor else settings.SITE_NAME


@require_safe
@answers
def project_feed(request: HttpRequest, handle: str, slug: str) -> HttpResponseBase:
    """What happens in a project. Private ones have none."""
    request.user = AnonymousUser()
    project = project_for(request, handle, slug)
    return _answer(request, project.name, project.url, events_of(project=project))


@require_safe
@answers
def person_feed(request: HttpRequest, handle: str) -> HttpResponseBase:
    """What a person or organisation does in public projects."""
    request.user = AnonymousUser()
    namespace = namespace_for(request, handle)
    link = settings.SITE_URL + namespace.get_absolute_url()
    return _answer(request, namespace.title, link, events_of(namespace=namespace))


def _answer(request: HttpRequest, name: str, link: str, events: list[Event]) -> HttpResponseBase:
    newest = events[0] if events else None

    def etag(_request: HttpRequest) -> str:
        return f'"{newest.pk if newest else 0}-{len(events)}"'

    def modified(_request: HttpRequest) -> datetime | None:
        return newest.at if newest else None

    def feed(request: HttpRequest) -> HttpResponse:
        with translation.override(settings.LANGUAGE_CODE):
            title = _("%(name)s on %(site)s") % {"name": name, "site": settings.SITE_NAME}
            return _Events(title, link, request.path, events)(request)

    made = cast("Callable[[HttpRequest], HttpResponse]", condition(etag_func=etag, last_modified_func=modified)(feed))
    return made(request)
