from django.apps import AppConfig
from django.conf import settings

from storage.git import http


class StorageConfig(AppConfig):
    """Repositories and blobs."""

    name = "storage"

    def ready(self) -> None:
        """Give git as many slots as the operator says."""
        http.limit_slots(settings.GIT_SLOTS)
