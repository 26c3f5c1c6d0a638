"""One process at a time: a row with a name, a holder and an end that the holder puts off while it lives."""

import os
import secrets
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import DatabaseError, connections
from django.utils import timezone

from search.models import Turn

LENGTH = timedelta(seconds=10)


class LostTurnError(Exception):
    """Another process has the turn now."""


class Holder:
    """One process that wants turns."""

    def __init__(self) -> None:
        self.name = f"{socket.gethostname()[:60]}-{os.getpid()}-{secrets.token_hex(4)}"

    def take(self, name: str) -> bool:
        """Take a turn that is free or has run out, or put off the end of our own; whether it is ours."""
        now = timezone.now()
        ours = {"holder": self.name, "until": now + LENGTH}
        Turn.objects.get_or_create(name=name, defaults={"until": now})
        rows = Turn.objects.filter(name=name)
        return bool(rows.filter(holder=self.name).update(**ours) or rows.filter(until__lte=now).update(**ours))

    def keep(self, name: str) -> None:
        """Put off the end of our turn. Raises LostTurnError."""
        if not Turn.objects.filter(name=name, holder=self.name).update(until=timezone.now() + LENGTH):
            raise LostTurnError(name)

    def give_back(self, name: str) -> None:
        """Let somebody else have it at once."""
        Turn.objects.filter(name=name, holder=self.name).update(holder="", until=timezone.now())

    @contextmanager
    def holding(self, name: str) -> Iterator[None]:
        """Keep a turn that was taken for as long as the block lasts, then give it back. Raises LostTurnError."""
        done = threading.Event()

        def beat() -> None:
            try:
                while not done.wait(LENGTH.total_seconds() / 4):
                    self.keep(name)
            except (LostTurnError, DatabaseError):
                return
            finally:
                connections.close_all()

        thread = threading.Thread(target=beat, name=f"turn-{name}", daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()
            self.give_back(name)


def is_taken(name: str) -> bool:
    """Whether anybody has this turn."""
    return Turn.objects.filter(name=name, until__gt=timezone.now()).exclude(holder="").exists()
