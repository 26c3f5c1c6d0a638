"""/healthz: the process answers. /readyz: each part that the site needs, with its state."""

import os
import shutil
import tempfile
from collections.abc import Callable

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from designs.mesh import sandbox
from search import index, outbox
from storage import blobs

LEAST_FREE_BYTES = 256 << 20


def healthz(request: HttpRequest) -> HttpResponse:
    """Alive."""
    return HttpResponse("ok\n", content_type="text/plain")


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return connection.vendor


def _repositories() -> str:
    settings.REPOSITORIES_DIR.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=settings.REPOSITORIES_DIR) as probe:
        probe.write(b"x")
        probe.flush()
        os.fsync(probe.fileno())
    return "writable"


def _blobs() -> str:
    blobs.exists("0" * 64)
    return "reachable"


def _disk() -> str:
    free = shutil.disk_usage(settings.DATA_DIR).free
    if free < LEAST_FREE_BYTES:
        raise OSError(f"only {free >> 20} MiB free")
    return f"{free >> 20} MiB free"


def _search() -> str:
    state = index.engine().state()
    return f"{state}, {count} changes wait" if (count := outbox.waiting()) else state


def _git() -> str:
    if not shutil.which("git"):
        raise OSError("git is not installed")
    return "found"


CHECKS: dict[str, Callable[[], str]] = {
    "database": _database,
    "repositories": _repositories,
    "blobs": _blobs,
    "disk": _disk,
    "git": _git,
    "sandbox": sandbox.describe,
    "search": _search,
}
SPARED = {"search"}
"""Parts without which the site goes on: pages say that they are away."""


def readyz(request: HttpRequest) -> JsonResponse:
    """200 when every part works, 503 when one does not; the parts with their state either way."""
    parts = {}
    failed = False
    for name, check in CHECKS.items():
        try:
            parts[name] = {"ok": True, "state": check()}
        except Exception as error:
            parts[name] = {"ok": False, "state": f"{type(error).__name__}: {error}"}
            failed |= name not in SPARED
    return JsonResponse({"ready": not failed, "parts": parts}, status=503 if failed else 200)
