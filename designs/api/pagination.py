"""Pages of a listing, by an opaque cursor."""

import base64
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.errors import HttpError

T = TypeVar("T", bound=Model)


def _position(cursor: str) -> int | None:
    if not cursor:
        return None
    try:
        place = base64.urlsafe_b64decode(cursor.encode()).decode()
    except ValueError as error:
        raise HttpError(422, _("This cursor is not one of ours.")) from error
    if not (place.isascii() and place.isdigit() and len(place) < 16):
        raise HttpError(422, _("This cursor is not one of ours."))
    return int(place)


def _page(request: HttpRequest, items: list[Any], following: int | None) -> dict[str, Any]:
    if following is None:
        return {"items": items, "next": None}
    query = request.GET.copy()
    query["cursor"] = base64.urlsafe_b64encode(str(following).encode()).decode()
    return {"items": items, "next": f"{request.path}?{query.urlencode()}"}


def rows(
    request: HttpRequest, found: QuerySet[T], cursor: str, limit: int, show: Callable[[T], dict[str, Any]]
) -> dict[str, Any]:
    """Newest rows first; a row added meanwhile shifts nothing."""
    place = _position(cursor)
    if place is not None:
        found = found.filter(pk__lt=place)
    got = list(found.order_by("-pk")[: limit + 1])
    following = got[limit - 1].pk if len(got) > limit else None
    return _page(request, [show(one) for one in got[:limit]], following)


def steps(request: HttpRequest, read: Callable[[int, int], Sequence[Any]], cursor: str, limit: int) -> dict[str, Any]:
    """A listing read by (skip, limit)."""
    skip = _position(cursor) or 0
    got = list(read(skip, limit + 1))
    return _page(request, got[:limit], skip + limit if len(got) > limit else None)
