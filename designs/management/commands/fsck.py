"""Check every repository, every blob, and the rows against them. Changes nothing; exit status 1 for any fault."""

from argparse import ArgumentParser
from collections.abc import Iterable
from typing import Any

from django.core.management.base import BaseCommand

from designs import fsck
from designs.models import Project

STEP = 1000


class Command(BaseCommand):
    """One line a fault on standard output; progress on standard error."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How thorough."""
        parser.add_argument("--quick", action="store_true", help="do not read every blob's content")

    def handle(self, *args: Any, quick: bool, **options: Any) -> None:
        """Look at everything. Safe while the site runs."""
        faults = 0
        total = Project.objects.count()
        projects = Project.objects.select_related("namespace").order_by("pk").iterator()
        for number, project in enumerate(projects, start=1):
            self.stderr.write(f"[{number}/{total}] {project}")
            faults += self._tell(f"{project}: ", fsck.of_project(project))
        faults += self._tell("", fsck.of_blobs(rehash=not quick, tick=self._tick))
        for path in fsck.repositories_without_rows():
            self.stderr.write(f"{path}: no project has this repository (rebuild makes one)")
        self.stderr.write(f"{total} repositories and the blobs are checked: {faults or 'no'} faults")
        if faults:
            raise SystemExit(1)

    def _tell(self, before: str, lines: Iterable[str]) -> int:
        count = 0
        for line in lines:
            self.stdout.write(f"{before}{line}")
            count += 1
        return count

    def _tick(self, number: int) -> None:
        if number % STEP == 0:
            self.stderr.write(f"{number} blobs")
