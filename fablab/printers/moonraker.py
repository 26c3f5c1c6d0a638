"""Moonraker, the door of Klipper: https://moonraker.readthedocs.io/en/latest/external_api/introduction/."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

from fablab.printers.http import Host
from fablab.printers.types import Check, Doing, PrinterAwayError, Status

_STATES = {
    "standby": Doing.IDLE, "printing": Doing.PRINTING, "paused": Doing.PAUSED, "complete": Doing.IDLE,
    "cancelled": Doing.IDLE, "error": Doing.ERROR,
}  # fmt: skip


class Moonraker:
    """A host with its API key, or none where this site's address is trusted there."""

    def __init__(self, url: str, key: str, check: Check) -> None:
        self.host = Host(url, {"X-Api-Key": key}, check)

    def _ask(self, method: str, path: str) -> dict[str, Any]:
        told = self.host.ask(method, path).get("result")
        return told if isinstance(told, dict) else {}

    def about(self) -> str:
        """Its name and version."""
        info = self._ask("GET", "/server/info")
        if "klippy_state" not in info:
            raise PrinterAwayError("does not answer as Moonraker does")
        return f"Moonraker {info.get('moonraker_version', '')}".strip()[:80]

    def connect(self) -> None:
        """Start Klipper's firmware again, where it has stopped."""
        if self._ask("GET", "/server/info").get("klippy_state") in {"shutdown", "error"}:
            self.host.ask("POST", "/printer/firmware_restart")

    def status(self) -> Status:
        """What Klipper's print_stats and virtual_sdcard say."""
        state = str(self._ask("GET", "/server/info").get("klippy_state", ""))
        if state != "ready":
            doing = Doing.ERROR if state in {"shutdown", "error"} else Doing.OFF
            return Status(doing, message=f"Klipper: {state or 'not connected'}")
        told = self._ask("GET", "/printer/objects/query?print_stats&virtual_sdcard").get("status", {})
        stats, card = told.get("print_stats", {}), told.get("virtual_sdcard", {})
        doing = _STATES.get(str(stats.get("state")), Doing.OFF)
        done = float(card.get("progress") or 0.0)
        is_complete = stats.get("state") == "complete"
        run = float(stats.get("print_duration") or 0.0)
        return Status(
            doing=doing,
            file=str(stats.get("filename") or ""),
            progress=1.0 if is_complete else min(max(done, 0.0), 1.0),
            seconds_run=int(stats.get("total_duration") or 0),
            seconds_left=int(run / done - run) if 0 < done < 1 and run else None,
            is_complete=is_complete,
            message=str(stats.get("message") or "")[:200],
        )

    def send(self, name: str, program: Path) -> None:
        """Put a program among its G-code files."""
        self.host.upload("/server/files/upload", name, program, {"root": "gcodes", "print": "false"})

    def start(self, name: str) -> None:
        """Print it."""
        self.host.ask("POST", f"/printer/print/start?filename={quote(name)}")

    def pause(self) -> None:
        """Pause the print."""
        self.host.ask("POST", "/printer/print/pause")

    def resume(self) -> None:
        """Go on with it."""
        self.host.ask("POST", "/printer/print/resume")

    def cancel(self) -> None:
        """Cancel the print."""
        self.host.ask("POST", "/printer/print/cancel")
