"""OctoPrint: https://docs.octoprint.org/en/main/api/, version 1.4 and later."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

from fablab.printers.http import Host
from fablab.printers.types import Check, Doing, PrinterRefusedError, Status

_FLAGS = (
    ("cancelling", Doing.ENDING), ("finishing", Doing.ENDING), ("pausing", Doing.PRINTING), ("paused", Doing.PAUSED),
    ("resuming", Doing.PRINTING), ("printing", Doing.PRINTING), ("error", Doing.ERROR), ("ready", Doing.IDLE),
    ("operational", Doing.IDLE),
)  # fmt: skip


class OctoPrint:
    """A host with the API key of a user or an application."""

    def __init__(self, url: str, key: str, check: Check) -> None:
        self.host = Host(url, {"X-Api-Key": key}, check)

    def about(self) -> str:
        """Its name and version. OctoPrint tells them to nobody without a key."""
        return str(self.host.ask("GET", "/api/version").get("text") or "OctoPrint")[:80]

    def connect(self) -> None:
        """Open the port that it is set to, where it is closed."""
        state = self.host.ask("GET", "/api/connection").get("current", {}).get("state", "")
        if str(state).startswith(("Closed", "Offline", "Error")):
            self.host.ask("POST", "/api/connection", body={"command": "connect"})

    def status(self) -> Status:
        """The job, and of the machine what its flags say."""
        told = self.host.ask("GET", "/api/job")
        job, progress, text = told.get("job") or {}, told.get("progress") or {}, str(told.get("state", ""))
        done = float(progress.get("completion") or 0.0) / 100
        doing = self._doing(text)
        return Status(
            doing=doing,
            file=str((job.get("file") or {}).get("name") or ""),
            progress=min(max(done, 0.0), 1.0),
            seconds_run=int(progress.get("printTime") or 0),
            seconds_left=_whole(progress.get("printTimeLeft")),
            is_complete=doing == Doing.IDLE and done >= 1.0,
            message=str(told.get("error") or (text if doing in {Doing.ERROR, Doing.OFF} else ""))[:200],
        )

    def _doing(self, text: str) -> Doing:
        if text.startswith(("Offline after error", "Error")):
            return Doing.ERROR
        if text.startswith(("Offline", "Closed", "Opening", "Detecting", "Connecting")):
            return Doing.OFF
        try:
            flags = self.host.ask("GET", "/api/printer?exclude=temperature,sd").get("state", {}).get("flags", {})
        except PrinterRefusedError:
            return Doing.OFF
        return next((doing for flag, doing in _FLAGS if flags.get(flag)), Doing.OFF)

    def send(self, name: str, program: Path) -> None:
        """Put a program into its own folder of files."""
        self.host.upload("/api/files/local", name, program, {"select": "false", "print": "false"})

    def start(self, name: str) -> None:
        """Select and print."""
        self.host.ask("POST", f"/api/files/local/{quote(name)}", body={"command": "select", "print": True})

    def pause(self) -> None:
        """Pause the job."""
        self._job("pause", action="pause")

    def resume(self) -> None:
        """Go on with it."""
        self._job("pause", action="resume")

    def cancel(self) -> None:
        """Cancel the job."""
        self._job("cancel")

    def _job(self, command: str, **more: str) -> None:
        self.host.ask("POST", "/api/job", body={"command": command, **more})


def _whole(value: Any) -> int | None:
    return int(value) if isinstance(value, int | float) else None
