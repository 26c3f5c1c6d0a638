"""Secrets that must be used again, sealed by the site's own key: useless in a stolen database."""

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class UnsealError(ValueError):
    """Not sealed by this site, or its secret key has changed."""


def _box() -> Fernet:
    derived = HKDF(SHA256(), 32, salt=None, info=b"partage sealed secrets").derive(settings.SECRET_KEY.encode())
    return Fernet(base64.urlsafe_b64encode(derived))


def seal(secret: str) -> str:
    """The secret as it may lie in a row; nothing for nothing."""
    return _box().encrypt(secret.encode()).decode() if secret else ""


def unseal(sealed: str) -> str:
    """The secret itself. Raises UnsealError."""
    try:
        return _box().decrypt(sealed.encode()).decode() if sealed else ""
    except InvalidToken as error:
        raise UnsealError("the site's secret key has changed") from error
