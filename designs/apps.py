from django.apps import AppConfig


class DesignsConfig(AppConfig):
    """Projects, versions, printability."""

    name = "designs"

    def ready(self) -> None:
        """Register the analysis with the worker, the search, and what leaving means for projects."""
        from designs import registrations

        registrations.register()
