"""What fablab tells the apps below it, once, at the start."""


def register() -> None:
    """The queues, the sweeps, the search, and what becomes of a person's requests when they leave."""
