from django.apps import AppConfig


class SearchConfig(AppConfig):
    """Find designs."""

    name = "search"
