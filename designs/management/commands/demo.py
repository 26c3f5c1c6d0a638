"""Load the sample people and designs, or a list of real projects."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from designs.demo import listed
from designs.demo.load import load, person


class Command(BaseCommand):
    """Safe to run again: what is there stays."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Lists may be given; then nothing else is loaded."""
        parser.add_argument(
            "--list",
            type=Path,
            action="append",
            metavar="FILE",
            help="a list of projects: .jsonl with name, description, keywords, licence and so on, or .csv with titles",
        )

    def handle(self, *args: Any, list: list[Path] | None = None, **options: Any) -> None:
        """Load and say how many."""
        if not list:
            self.stderr.write(f"Sample projects made: {load()}")
            return
        for file in list:
            try:
                made = listed.load_list(file, person("ada"))
            except (OSError, ValueError) as wrong:
                raise CommandError(f"{file}: {wrong}") from wrong
            self.stderr.write(f"Projects of {file.name} made: {made}")
