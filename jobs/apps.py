from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Leases, workers, supervisor."""

    name = "jobs"
