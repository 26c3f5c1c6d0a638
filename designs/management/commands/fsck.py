"""Check every repository: `manage.py fsck`."""

from typing import Any

from django.core.management.base import BaseCommand

from designs.models import Project


class Command(BaseCommand):
    """Run git fsck over all projects and tell what is wrong."""

    help = "Check every repository with git fsck."

    def handle(self, *args: Any, **options: Any) -> None:
        """One line a complaint; exit status 1 where there is any."""
        complaints = 0
        for project in Project.objects.select_related("namespace").iterator():
            lines = project.repo.fsck() if project.path.is_dir() else ["its repository is missing"]
            complaints += len(lines)
            for line in lines:
                self.stdout.write(f"{project}: {line}")
        if complaints:
            raise SystemExit(1)
