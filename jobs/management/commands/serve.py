"""Serve the site: the web server and its workers, kept alive, ended together."""

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from jobs.supervisor import PortTakenError, Supervisor, address, free_port


class Command(BaseCommand):
    """Run the web server and the workers until Ctrl-C or SIGTERM."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """--host, --port."""
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
        parser.add_argument("--port", type=int, default=8000, help="port (8000; 0: a free one)")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Serve."""
        host = options["host"]
        try:
            port = free_port(host, options["port"])
        except PortTakenError as error:
            raise CommandError(f"Cannot listen: {error}. Say another with --port.") from error
        Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
        env = {"PARTAGE_SITE_URL": address(host, port), **os.environ}
        Supervisor(host, port, settings.WORKERS, env).run(lambda line: self.stderr.write(line))
