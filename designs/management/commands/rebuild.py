"""Make every derived row again from repositories and blobs, in an empty database too."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Namespace
from designs.actions.rebuild import queue_analyses, rebuild_project, redraw_lost
from designs.actions.recover_projects import recover_projects
from designs.descriptions import describe_project
from designs.models import Project


class Command(BaseCommand):
    """Safe to run at any time and again: what is there stays. docs/data.md lists what comes back."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--analyses` leaves the repositories alone: enough after an upgrade."""
        parser.add_argument("--analyses", action="store_true", help="only queue contents for the present kernel")
        parser.add_argument("--owner", metavar="HANDLE", help="whose the projects become that have no known owner")
        parser.add_argument(
            "--trust-pointers",
            action="store_true",
            help="give each project every large file that its history names, though its own record does not say so: "
            "where nobody could have typed a pointer to the file of another",
        )

    def handle(self, *args: Any, analyses: bool, owner: str, trust_pointers: bool, **options: Any) -> None:
        """Rebuild and say how much."""
        if not analyses:
            taker = Namespace.objects.filter(handle=owner).first() if owner else None
            if owner and taker is None:
                raise CommandError(f"There is nobody called {owner}.")
            for project in recover_projects(taker):
                self.stderr.write(f"{project}: a repository without a row, now {project.visibility}")
            for project in Project.objects.select_related("namespace").order_by("pk"):
                if not project.path.is_dir():
                    self.stderr.write(f"{project}: its repository is missing")
                    continue
                branches = rebuild_project(project, trust_pointers=trust_pointers)
                describe_project(project)
                self.stderr.write(f"{project}: {branches} branches")
            self.stderr.write(f"Analyses drawn again: {redraw_lost()}")
        self.stderr.write(f"Analyses queued: {queue_analyses()}")
