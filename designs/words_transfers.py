"""Sentences about imports and mirrors: what went wrong on the way, and what to do."""

from django.conf import settings
from django.utils.translation import gettext as _

from storage.wire.guard import AddressRefusedError


def address_refused(error: AddressRefusedError) -> str:
    """Why we do not go to an address."""
    match error.code:
        case "not-https":
            return _("The address must begin with https://.")
        case "credentials":
            return _("Leave name and password out of the address: there are fields for them.")
        case "port":
            return _("Only the usual port of https is asked. The site's administrator can allow this host.")
        case "private":
            return _("This host is not on the open net. The site's administrator can allow it.")
        case "unknown-host":
            return _("This host cannot be found: look at the address again.")
    return _("This is not the address of a git repository.")


def git_said(said: str) -> tuple[str, bool]:
    """(a sentence on what git met on the way, whether a later attempt may do better)."""
    known: list[tuple[tuple[str, ...], str, bool]] = [
        (
            ("could not read Username", "Authentication failed", "error: 401", "error: 403"),
            _("The other side asks who you are, or does not let you in: give a name and an access token that may."),
            False,
        ),
        (
            ("not found", "error: 404", "does not appear to be a git repository", "not valid: is this a git"),
            _("There is no git repository at this address that we may read."),
            False,
        ),
        (
            ("error: 301", "error: 302", "error: 303", "error: 307", "error: 308"),
            _("The address leads on to another one: open it in a browser and take the address where you arrive."),
            False,
        ),
        (
            ("certificate", "SSL", "TLS", "gnutls"),
            _("The other side's certificate is not valid, so nobody can tell who answers there."),
            False,
        ),
        (("non-fast-forward", "fetch first"), _("The two histories have parted: merge them yourself first."), False),
        (("fsck error", "error in object", "bad object", "corrupt", "index-pack failed"), _damaged(said), False),
        (
            ("Failed to connect", "Connection timed out", "Could not resolve", "Empty reply", "early EOF"),
            _("The other side does not answer."),
            True,
        ),
        (("too slow", "Operation too slow", "remote end hung up", "error: 5"), _("The other side broke off."), True),
    ]
    for signs, sentence, is_passing in known:
        if any(sign in said for sign in signs):
            return sentence, is_passing
    return _("git could not do it: %(said)s") % {"said": _last(said)}, True


def damaged(said: str) -> str:
    """A history that git does not take, in its words."""
    return _damaged(said)


def _damaged(said: str) -> str:
    return _("The history is damaged, and nothing of it was taken. git says: %(said)s") % {"said": _last(said)}


def _last(said: str) -> str:
    lines = [line for line in said.splitlines() if line]
    return lines[-1][:300] if lines else ""


def too_much(what: str) -> str:
    """Over the bounds of one import."""
    if what == "bytes":
        return _("The history is larger than %(limit)d MiB, the most that can be brought in at once.") % {
            "limit": settings.MAX_IMPORT >> 20
        }
    return _("It took longer than %(limit)d minutes. Ask for it at a quieter hour, or send a bundle.") % {
        "limit": settings.IMPORT_SECONDS // 60
    }
