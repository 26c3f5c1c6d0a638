"""A code from an authenticator app works once, for as long as it could be typed again."""

from typing import Any

from allauth.mfa import app_settings
from allauth.mfa.base.forms import AuthenticateForm as BaseAuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as BaseReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


class OneTimeCode:
    """Remember accepted codes for the whole time they stay valid: allauth alone does so for one period of several,
    and not at all for the code that activates the app."""

    user: Any

    def clean_code(self) -> str:
        """The code, never seen before. Raises ValidationError."""
        code: str = super().clean_code()  # type: ignore[misc]
        seconds = app_settings.TOTP_PERIOD * (2 * app_settings.TOTP_TOLERANCE + 2)
        if not cache.add(f"second-factor:{self.user.pk}:{code.strip()}", True, timeout=seconds):
            raise ValidationError(_("This code was used already. Wait for the next one."))
        return code


class ActivateForm(OneTimeCode, ActivateTOTPForm):  # type: ignore[misc]
    """Turn the app on."""


class AuthenticateForm(OneTimeCode, BaseAuthenticateForm):  # type: ignore[misc]
    """Sign in."""


class ReauthenticateForm(OneTimeCode, BaseReauthenticateForm):  # type: ignore[misc]
    """Confirm who is there."""
