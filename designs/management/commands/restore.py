"""Put a backup back into an empty site: `manage.py restore DIR`. The site must not run meanwhile."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from designs.actions.rebuild import rebuild_project
from designs.models import Project
from storage.backups.errors import BackupError
from storage.backups.restore import restore


class Command(BaseCommand):
    """Checks every file before it writes anything, and everything once more at the end."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to restore, and whether to look at it all at the end."""
        parser.add_argument("folder", type=Path, help="a backup, or the folder of backups: then its newest whole one")
        parser.add_argument("--no-fsck", action="store_true", help="do not check repositories and blobs at the end")

    def handle(self, *args: Any, folder: Path, no_fsck: bool, **options: Any) -> None:
        """Restore, index what was committed while the backup was taken, check."""
        try:
            whole = restore(folder.resolve(), say=self.stderr.write)
        except BackupError as error:
            raise CommandError(str(error)) from error
        for project in Project.objects.select_related("namespace").order_by("pk"):
            if project.path.is_dir() and is_behind(project):
                self.stderr.write(f"{project}: commits made while the backup was taken are indexed")
                rebuild_project(project)
        self.stderr.write(f"Restored as it was on {whole.made_at}.")
        if not no_fsck:
            call_command("fsck", stdout=self.stdout, stderr=self.stderr)


def is_behind(project: Project) -> bool:
    """Whether a branch leads to a commit without a row."""
    tips = {ref.commit for ref in project.repo.branches()}
    return project.revisions.filter(commit__in=tips).count() < len(tips) or (
        (project.repo.tip(project.default_branch) or "") != project.head
    )
