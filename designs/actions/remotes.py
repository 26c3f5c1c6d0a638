"""Other forges, as our actions speak to them: checked, pinned, with the site's bounds."""

from django.conf import settings

from designs import words_transfers
from designs.actions.errors import RefusedError
from storage.git.transfer import Bounds, Remote
from storage.wire.client import Client, Credential
from storage.wire.guard import AddressRefusedError, check_url


def remote(url: str, credential: Credential | None = None) -> Remote:
    """A repository elsewhere, its host looked up now. Raises RefusedError with a sentence."""
    try:
        target = check_url(url.strip(), allowed=settings.IMPORT_ALLOWED_HOSTS)
    except AddressRefusedError as error:
        raise RefusedError(words_transfers.address_refused(error), error.code) from error
    return Remote(target.url, target.pin, credential.header if credential else "", settings.IMPORT_CA_FILE)


def client() -> Client:
    """The client for Git LFS."""
    return Client(allowed=settings.IMPORT_ALLOWED_HOSTS, ca_file=settings.IMPORT_CA_FILE)


def bounds() -> Bounds:
    """What one import may take."""
    return Bounds(bytes=settings.MAX_IMPORT, seconds=settings.IMPORT_SECONDS)
