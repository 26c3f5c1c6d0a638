"""Keeps the web server and the workers alive: starts them, restarts them, ends them together."""

import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from django.conf import settings

from jobs import children

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.2
LONGEST_WAIT = 30.0
STEADY_SECONDS = 60.0
PATIENCE_SECONDS = 20.0

NOTICES: list[Callable[[], str]] = []
"""What the apps above want said once the site answers: each returns a line, or ""."""


class PortTakenError(Exception):
    """Another program listens on that address."""


def free_port(host: str, port: int) -> int:
    """The port when it can be listened on; a free one for 0. Raises PortTakenError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortTakenError(f"{host} port {port}: {error.strerror}") from error
        return int(probe.getsockname()[1])


def address(host: str, port: int) -> str:
    """Where a person on this machine opens the site."""
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{shown}:{port}"


MEMORY = "/dev/shm"  # noqa: S108 - gunicorn's sign of life, which on a busy disk would hold pages up
"""Where Linux keeps files that never see a disk."""


def web_command(host: str, port: int) -> list[str]:
    """gunicorn with threads: one process holds the caches, and a slow upload never trips the time-out."""
    bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    return [
        *(sys.executable, "-m", "gunicorn", "config.wsgi:application", "--bind", bind),
        *("--worker-class", "gthread", "--workers", "1", "--threads", str(settings.WEB_THREADS)),
        "--no-control-socket",
        *(("--worker-tmp-dir", MEMORY) if os.access(MEMORY, os.W_OK) else ()),
        *("--timeout", "120", "--graceful-timeout", "15", "--keep-alive", "5", "--log-level", "warning"),
    ]


def worker_command() -> list[str]:
    """One worker process, which steps back behind pages."""
    return [sys.executable, "manage.py", "worker", "--behind"]


@dataclass
class Kept:
    """One child that must always run; after a quick death the next start waits longer."""

    name: str
    command: list[str]
    env: dict[str, str]
    process: "subprocess.Popen[bytes] | None" = None
    started: float = 0.0
    wait: float = 0.0
    due: float = 0.0

    def look(self) -> None:
        """Start the child when it does not run and its wait is over."""
        now = monotonic()
        if self.process and self.process.poll() is None:
            return
        if self.process:
            steady = now - self.started > STEADY_SECONDS
            self.wait = 0.0 if steady else min(max(self.wait * 2, 0.5), LONGEST_WAIT)
            log.error("%s ended with %s; again in %.1f s", self.name, self.process.returncode, self.wait)
            self.process, self.due = None, now + self.wait
        if now >= self.due:
            self.process, self.started = children.start(self.command, self.env, settings.BASE_DIR), now


class Supervisor:
    """The web server and so many workers, until told to stop."""

    def __init__(self, host: str, port: int, workers: int, env: dict[str, str]) -> None:
        self.url = address(host, port)
        self.kept = [Kept("The web server", web_command(host, port), env)]
        self.kept += [Kept(f"Worker {n + 1}", worker_command(), env) for n in range(workers)]
        self._stopping = threading.Event()

    def run(self, say: Callable[[str], None]) -> None:
        """Keep every child running; end them all on SIGINT or SIGTERM."""

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._stopping.set())
        said = False
        try:
            while not self._stopping.is_set():
                for child in self.kept:
                    child.look()
                if not said and self._answers():
                    said = True
                    say(f"Partage answers on {self.url}")
                    for line in filter(None, (notice() for notice in NOTICES)):
                        say(line)
                self._stopping.wait(LOOK_SECONDS)
        finally:
            children.stop([kept.process for kept in self.kept if kept.process], PATIENCE_SECONDS)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=1) as answer:  # noqa: S310
                return bool(answer.status == 200)
        except urllib.error.HTTPError as answer:
            return answer.code < 500
        except OSError:
            return False
