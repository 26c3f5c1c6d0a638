"""Look after the search: `search check` finds where the index differs from the rows, and mends it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from search import drift, outbox
from search.types import SearchAwayError


class Command(BaseCommand):
    """Find and mend differences between the index and the rows."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """check [--dry-run]."""
        parser.add_argument("task", choices=["check"], help="compare the index with the rows")
        parser.add_argument("--dry-run", action="store_true", help="tell, and mend nothing")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Compare; exit with 1 where something differs and is not to be mended."""
        try:
            found = drift.look() if options["dry_run"] else drift.mend()
        except SearchAwayError as error:
            raise CommandError(f"The search engine does not answer: {error}") from error
        for name, subjects in (("missing", found.missing), ("gone", found.gone), ("different", found.differ)):
            for subject in subjects[:20]:
                self.stdout.write(f"{name}: {subject}")
        self.stdout.write(
            f"{found.looked_at} looked at: {len(found.missing)} missing, {len(found.gone)} gone,"
            f" {len(found.differ)} different; {outbox.waiting()} wait for the worker."
        )
        if options["dry_run"] and found.subjects:
            raise CommandError("The index differs. Without --dry-run it is mended.", returncode=1)
