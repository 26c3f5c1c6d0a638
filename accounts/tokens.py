"""Access tokens: 240 random bits and a checksum, shown once, stored as a hash."""

import base64
import binascii
import hashlib
import secrets
import zlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils import timezone

from accounts.models import AccessToken, User

PREFIX = "ptg_"
RANDOM_BYTES = 30
SEEN_EVERY = timedelta(minutes=5)


def issue(user: User, name: str, scopes: Sequence[str], expires_at: datetime | None = None) -> tuple[AccessToken, str]:
    """Make a token; the secret is returned here and nowhere else, ever."""
    body = base64.b32encode(secrets.token_bytes(RANDOM_BYTES)).decode().lower()
    secret = f"{PREFIX}{body}{_checksum(body)}"
    token = AccessToken.objects.create(
        user=user,
        name=name,
        start=secret[:10],
        digest=_digest(secret),
        scopes=list(scopes),
        expires_at=expires_at,
    )
    return token, secret


def authenticate(secret: str) -> AccessToken | None:
    """The token of this secret if it is alive and its person active. A mistyped one costs no query."""
    body, checksum = secret[len(PREFIX) : -8], secret[-8:]
    if not secret.startswith(PREFIX) or not secret.isascii() or checksum != _checksum(body):
        return None
    token = AccessToken.objects.select_related("user").filter(digest=_digest(secret)).first()
    if token is None or token.has_expired or not token.user.is_active:
        return None
    now = timezone.now()
    if token.last_used_at is None or now - token.last_used_at > SEEN_EVERY:
        AccessToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token


def from_authorization(header: str) -> AccessToken | None:
    """The token of an Authorization header: `Bearer SECRET`, or `Basic` with the secret as the password."""
    kind, _, value = header.partition(" ")
    if kind.lower() == "bearer":
        return authenticate(value.strip())
    if kind.lower() == "basic":
        try:
            name, _, password = base64.b64decode(value, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        return authenticate(password) or authenticate(name)
    return None


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _checksum(body: str) -> str:
    return f"{zlib.crc32(body.encode()):08x}"
