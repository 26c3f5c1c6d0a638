"""Sign-in by password for programs: where no second factor is set up, with the same brakes as the sign-in page."""

import base64
import binascii
import copy

from allauth.account.adapter import get_adapter
from allauth.mfa.utils import is_mfa_enabled
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from accounts.models import User


def from_authorization(request: HttpRequest) -> User | None:
    """The person of a `Basic` Authorization header with handle (or e-mail) and password.

    None for a wrong password, too many of them, or somebody whose account asks for a second factor.
    """
    kind, _, value = request.headers.get("Authorization", "").partition(" ")
    try:
        name, _, password = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    if kind.lower() != "basic" or not name or not password:
        return None
    who = {"email": name} if "@" in name else {"username": name.lower()}
    asked = copy.copy(request)
    asked.method = "POST"  # allauth brakes no GET, and git sends its password with one
    try:
        user = get_adapter(asked).authenticate(asked, **who, password=password)
    except ValidationError:
        return None
    return user if isinstance(user, User) and user.is_active and not is_mfa_enabled(user) else None
