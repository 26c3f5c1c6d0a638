"""Run the jobs: as many of these, on as many machines, as the one database serves."""

import os
import signal
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from jobs.worker import Worker


class Command(BaseCommand):
    """Take rows that want work, one at a time, until told to stop (the row in hand is finished first)."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """--once, --behind."""
        parser.add_argument("--once", action="store_true", help="work until nothing is left, then end")
        parser.add_argument("--behind", action="store_true", help="let everything else on the machine go first")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Work."""
        worker = Worker()
        if options["behind"]:
            os.nice(19)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: worker.stop())
        if options["once"]:
            self.stderr.write(f"Attempts made: {worker.drain()}")
        else:
            worker.forever()
