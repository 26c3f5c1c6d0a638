"""Restore every derived row from the repositories, and queue what the present kernel has not measured."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from designs.actions.rebuild import queue_analyses, rebuild_project
from designs.models import Project


class Command(BaseCommand):
    """Safe to run at any time and again: what is there stays."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--analyses` leaves the repositories alone: enough after an upgrade."""
        parser.add_argument("--analyses", action="store_true", help="only queue contents for the present kernel")

    def handle(self, *args: Any, analyses: bool, **options: Any) -> None:
        """Rebuild and say how much."""
        if not analyses:
            for project in Project.objects.alive():
                self.stderr.write(f"{project}: {rebuild_project(project)} branches")
        self.stderr.write(f"Analyses queued: {queue_analyses()}")
