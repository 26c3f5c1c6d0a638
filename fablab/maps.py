"""What a map needs to know: tiles from a server that the site chose, or the outline of the world that we bring."""

from typing import TypedDict

from django.conf import settings


class MapSettings(TypedDict):
    """`tiles` is an address with {z}, {x} and {y}, or nothing; `attribution` is who must be named for them."""

    tiles: str
    attribution: str


def map_settings() -> MapSettings:
    """The site's tiles, if it has any."""
    return {"tiles": settings.MAP_TILES, "attribution": settings.MAP_ATTRIBUTION if settings.MAP_TILES else ""}
