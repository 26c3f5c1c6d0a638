"""Tell a machine which host drives it. The key is sealed; an address is tried before it is kept."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from designs import sealed
from designs.actions.errors import RefusedError
from fablab import policy, printers
from fablab.models import Machine, PrinterLink
from fablab.policy import Person
from fablab.printers import PrinterAwayError, PrinterRefusedError


def opened(link: PrinterLink) -> printers.Printer:
    """The door to the host. Raises PrinterRefusedError where the key can be read no more."""
    try:
        return printers.door(link.kind, link.url, sealed.unseal(link.key))
    except sealed.UnsealError as error:
        raise PrinterRefusedError(str(error)) from error


def set_link(machine: Machine, *, by: Person, kind: str, url: str, key: str) -> PrinterLink:
    """Keep the host of a machine, once it has answered. An empty `key` keeps the one that is there for this address.

    Raises RefusedError: no manager, an address that may not be asked, a host that does not answer or refuses the key.
    """
    if not policy.can_manage(by, machine.lab):
        raise RefusedError(_("Only managers of the lab connect machines."), "forbidden")
    known = PrinterLink.objects.filter(machine=machine).first()
    url = url.strip().rstrip("/")
    keeps = known is not None and not key and (known.kind, known.url) == (kind, url)
    link = PrinterLink(machine=machine, kind=kind, url=url, key=known.key if keeps and known else sealed.seal(key))
    about = test_link(link)
    with transaction.atomic():
        kept, _made = PrinterLink.objects.update_or_create(
            machine=machine,
            defaults={
                "kind": kind,
                "url": url,
                "key": link.key,
                "seen_at": timezone.now(),
                "error": "",
                "status": {"about": about},
            },
        )
    return kept


def test_link(link: PrinterLink) -> str:
    """What the host says it is. Raises RefusedError with a sentence."""
    try:
        return opened(link).about()
    except PrinterRefusedError as refused:
        raise RefusedError(
            _("The machine’s host refused: %(why)s. Hosts in a private network must be named in PARTAGE_PRINTER_HOSTS.")
            % {"why": refused},
            "refused-by-host",
        ) from refused
    except PrinterAwayError as away:
        raise RefusedError(_("The machine’s host does not answer (%(why)s).") % {"why": away}, "away") from away


def remove_link(machine: Machine, *, by: Person) -> None:
    """Let go of the host. Raises RefusedError."""
    if not policy.can_manage(by, machine.lab):
        raise RefusedError(_("Only managers of the lab connect machines."), "forbidden")
    PrinterLink.objects.filter(machine=machine).delete()
