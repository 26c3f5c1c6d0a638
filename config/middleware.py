"""Forwarded headers from proxies that the operator listed, and from nobody else; what is full or away is said so."""

import contextlib
import errno
import logging
from collections.abc import Callable

from django.conf import settings
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from storage import blobs

log = logging.getLogger(__name__)

CHUNK = 1 << 18
FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST", "HTTP_FORWARDED")


class ProxyHeaders:
    """Take the client's address and scheme from a listed proxy; drop such headers from all others."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        forwarded = {name: request.META.pop(name) for name in FORWARDED if name in request.META}
        if request.META.get("REMOTE_ADDR") in settings.TRUSTED_PROXIES:
            if client := forwarded.get("HTTP_X_FORWARDED_FOR", "").rsplit(",", 1)[-1].strip():
                request.META["REMOTE_ADDR"] = client
            if forwarded.get("HTTP_X_FORWARDED_PROTO") == "https":
                request.META["wsgi.url_scheme"] = request.environ["wsgi.url_scheme"] = "https"  # type: ignore[attr-defined]
        return self.get_response(request)


class Troubles:
    """A full disk is said so with 507, a store of files that is away with 503, instead of an error of ours."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """507 or 503 with a sentence; None for any other exception."""
        if _says_full(exception):
            answer = _plain(507, _("The disk is full. Nothing was written."))
        elif blobs.is_down(exception):
            log.error("The store of files is away: %s", exception)
            answer = _plain(503, str(blobs.DOWN))
            answer["Retry-After"] = "60"
        else:
            return None
        _drain(request)
        return answer


def _plain(status: int, sentence: str) -> HttpResponse:
    return HttpResponse(sentence + "\n", status=status, content_type="text/plain; charset=utf-8")


def _drain(request: HttpRequest) -> None:
    """Read what the client still sends: one that is cut off while it sends never sees the answer."""
    body = request.META.get("wsgi.input")
    with contextlib.suppress(OSError, ValueError):
        while body is not None and body.read(CHUNK):
            pass


def _says_full(exception: Exception) -> bool:
    if isinstance(exception, OperationalError):
        return "disk is full" in str(exception) or "No space left" in str(exception)
    return isinstance(exception, OSError) and exception.errno in {errno.ENOSPC, errno.EDQUOT}
