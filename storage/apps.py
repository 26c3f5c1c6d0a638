from django.apps import AppConfig


class StorageConfig(AppConfig):
    """Repositories and blobs."""

    name = "storage"
