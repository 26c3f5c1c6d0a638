"""Load the sample people and designs."""

from typing import Any

from django.core.management.base import BaseCommand

from designs.demo.load import load


class Command(BaseCommand):
    """Safe to run again: what is there stays."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Load and say how many."""
        self.stderr.write(f"Sample projects made: {load()}")
