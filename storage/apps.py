from django.apps import AppConfig
from django.conf import settings

from storage.git import http

PAGE_THREADS = 4
"""So many threads git never holds."""


class StorageConfig(AppConfig):
    """Repositories and blobs."""

    name = "storage"

    def ready(self) -> None:
        """Give git as many slots as the operator says."""
        waiting = max(0, settings.WEB_THREADS - settings.GIT_SLOTS - PAGE_THREADS)
        http.limit_slots(settings.GIT_SLOTS, waiting)
