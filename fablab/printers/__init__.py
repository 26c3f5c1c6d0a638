"""One door for each machine host. What speaks to a machine lives here and nowhere else."""

from collections.abc import Callable

from django.conf import settings

from fablab.printers.moonraker import Moonraker
from fablab.printers.octoprint import OctoPrint
from fablab.printers.types import Check, Doing, Printer, PrinterAwayError, PrinterRefusedError, Status
from storage.wire.guard import AddressRefusedError, check_url

__all__ = ["Doing", "Printer", "PrinterAwayError", "PrinterRefusedError", "Status", "door"]

_KINDS: dict[str, Callable[[str, str, Check], Printer]] = {"octoprint": OctoPrint, "moonraker": Moonraker}


def door(kind: str, url: str, key: str) -> Printer:
    """The host of this kind at this address. Raises KeyError for a kind that we do not know."""
    return _KINDS[kind](url, key, check)


def check(url: str) -> tuple[str, int, tuple[str, ...]]:
    """Host, port and addresses that may be asked now. Raises PrinterRefusedError.

    Machines stand in private networks, which nobody may reach through us but where the administrator said so:
    PARTAGE_PRINTER_HOSTS. Public ones are asked by https alone.
    """
    try:
        target = check_url(url, allowed=settings.PRINTER_HOSTS, plain=True)
    except AddressRefusedError as error:
        raise PrinterRefusedError(str(error)) from error
    return target.host, target.port, target.addresses
