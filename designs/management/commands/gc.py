"""Collect garbage: large files that no commit names, contents that no row names, uploads that broke off."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.template.defaultfilters import filesizeformat

from designs.actions.collect_garbage import GRACE, collect_garbage


class Command(BaseCommand):
    """Safe while the site runs: it waits for pushes, commits and backups, and passes over what it cannot get at."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How careful."""
        hours = int(GRACE.total_seconds() // 3600)
        parser.add_argument("--dry-run", action="store_true", help="remove nothing, say what would be removed")
        parser.add_argument(
            "--grace-hours", type=float, default=hours, help=f"keep what is younger (default {hours}, least 2)"
        )

    def handle(self, *args: Any, dry_run: bool, grace_hours: float, **options: Any) -> None:
        """Do it and say what was found."""
        try:
            found = collect_garbage(grace=timedelta(hours=grace_hours), dry_run=dry_run)
        except ValueError as error:
            raise CommandError(str(error)) from error
        store = found.store
        verb = "would be" if dry_run else "were"
        self.stdout.write(
            f"{found.large_files} large files ({filesizeformat(found.large_bytes)}) that no commit names "
            f"{verb} taken from their projects\n"
            f"{store.removed} of {store.seen} contents ({filesizeformat(store.bytes)}) {verb} removed, "
            f"{store.young} are too young\n"
            f"{store.broken_off} uploads that broke off {verb} removed"
        )
        if store.passed_over:
            self.stdout.write(f"{store.passed_over} contents are left for the next time: the site was busy")
