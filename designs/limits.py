"""How often one person may open, comment, report and send photos: allauth's limits, in the shared cache."""

from allauth.core import ratelimit
from django.http import HttpRequest
from django.utils.translation import gettext as _

from designs.actions.errors import RefusedError


def within_limits(request: HttpRequest, action: str) -> None:
    """Count one more. Raises RefusedError where it is too much at once; the rates are in accounts.allauth_settings."""
    user = request.user if request.user.is_authenticated else None
    if not ratelimit.consume(request, action=action, user=user):
        raise RefusedError(_("That is a lot at once. Wait a little, then try again."), "too-many")
