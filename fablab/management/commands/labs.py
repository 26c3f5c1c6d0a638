"""Labs from the command line: import a list of them."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from designs.actions.errors import RefusedError
from fablab.actions.import_labs import import_labs


class Command(BaseCommand):
    """Import labs from fablabs.io-like JSON lines, or from Open Know-Where as JSON or YAML. Safe to run again."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """One verb, and its file."""
        parser.add_argument("verb", choices=["import"])
        parser.add_argument("file", type=Path, metavar="FILE", help=".jsonl, .json, .yaml or .yml")

    def handle(self, *args: Any, verb: str, file: Path, **options: Any) -> None:
        """Import and say how many, and what was not read."""
        try:
            text = file.read_text("utf-8-sig")
            report = import_labs(text, source=file.name, is_yaml=file.suffix.lower() in {".yaml", ".yml"})
        except (OSError, UnicodeDecodeError, RefusedError) as wrong:
            raise CommandError(f"{file}: {wrong}") from wrong
        for problem in report.problems:
            self.stderr.write(problem)
        self.stderr.write(
            f"Labs made: {report.made}, changed: {report.changed}, left to their people: {report.left}; "
            f"machines made: {report.machines}; not read: {len(report.problems)}"
        )
