"""Build the search index anew beside the one that answers, and swap; people and writers notice nothing."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from search.indexing import Indexer
from search.types import SearchAwayError

EVERY = 10_000


class Command(BaseCommand):
    """Make the index anew from the rows."""

    help = __doc__

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Build and swap."""

        def say(count: int) -> None:
            if count % EVERY == 0:
                self.stderr.write(f"{count} indexed")

        try:
            count = Indexer().build(say)
        except SearchAwayError as error:
            raise CommandError(f"The search engine does not answer: {error}") from error
        if count is None:
            raise CommandError("Another process is building the index already.")
        self.stdout.write(f"Indexed {count} projects, people and organisations; the new index answers.")
