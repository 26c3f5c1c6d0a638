"""Copy the whole site into a new dated folder while people use it: `manage.py backup DIR`."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from designs.descriptions import describe_all
from storage.backups.errors import BackupError
from storage.backups.take import take


class Command(BaseCommand):
    """Files that never change are hard links to those of the backup before, so that each costs what is new."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to, and in which form the rows."""
        parser.add_argument("folder", type=Path, help="a folder outside the site's data, best on another disk")
        parser.add_argument(
            "--portable", action="store_true", help="rows in Django's form: slower, for another database engine"
        )

    def handle(self, *args: Any, folder: Path, portable: bool, **options: Any) -> None:
        """Print the new folder."""
        describe_all()
        try:
            made = take(folder.resolve(), portable=portable, say=self.stderr.write)
        except (BackupError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(str(made))
