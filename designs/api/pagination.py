"""Cursors: opaque, stable while things are added."""

import base64
import binascii
from typing import Annotated

from ninja.errors import HttpError
from pydantic import Field

Limit = Annotated[int, Field(ge=1, le=100)]
Cursor = Annotated[str, Field(max_length=200)]


def encode(*place: object) -> str:
    """A cursor of where the next page begins."""
    return base64.urlsafe_b64encode("|".join(map(str, place)).encode()).decode().rstrip("=")


def decode(cursor: str, parts: int) -> list[str]:
    """What `encode` was given. Raises HttpError 422."""
    try:
        place = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().split("|")
    except (binascii.Error, ValueError) as error:
        raise HttpError(422, "This cursor is not one of ours.") from error
    if len(place) != parts:
        raise HttpError(422, "This cursor is not one of ours.")
    return place


def number(text: str) -> int:
    """A whole number within a cursor. Raises HttpError 422."""
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise HttpError(422, "This cursor is not one of ours.")
    return int(text)
