"""What a machine's host is asked, whatever its kind. Knows no Django."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol


class PrinterAwayError(Exception):
    """The host cannot be reached, or does not answer as one of its kind does. It may come back."""


class PrinterRefusedError(Exception):
    """The host answered that it will not: a wrong key, a machine that is busy or off."""


class Doing(StrEnum):
    """What the machine does. IDLE is ready for a program; OFF is a host whose machine is not connected."""

    IDLE = "idle"
    PRINTING = "printing"
    PAUSED = "paused"
    ENDING = "ending"
    ERROR = "error"
    OFF = "off"


@dataclass(frozen=True)
class Status:
    """`progress` from 0 to 1; times in s; `file` is the program that it has or had in hand; temperatures in °C.

    `is_complete` where the program in hand ran to its end.
    """

    doing: Doing
    file: str = ""
    progress: float = 0.0
    seconds_run: int = 0
    seconds_left: int | None = None
    is_complete: bool = False
    message: str = ""


class Printer(Protocol):
    """A host. Every call may raise PrinterAwayError and PrinterRefusedError."""

    def about(self) -> str:
        """Its name and version."""

    def connect(self) -> None:
        """Have the host take up its machine, where it has let go of it."""

    def status(self) -> Status:
        """What it does now."""

    def send(self, name: str, program: Path) -> None:
        """Put a program there under this name, in place of one of that name."""

    def start(self, name: str) -> None:
        """Begin a program that was sent."""

    def pause(self) -> None:
        """Stop for a while."""

    def resume(self) -> None:
        """Go on."""

    def cancel(self) -> None:
        """Stop for good."""


Check = Callable[[str], tuple[str, int, tuple[str, ...]]]
"""URL -> (host, port, addresses that may be asked). Raises PrinterRefusedError."""
