from django.apps import AppConfig


class FablabConfig(AppConfig):
    """Labs, machines, bookings, print requests."""

    name = "fablab"

    def ready(self) -> None:
        """Register the queues, the sweeps, what search shows of labs, and what leaving means for them."""
        from fablab import registrations

        registrations.register()
