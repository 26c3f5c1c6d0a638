"""Who is in an organisation, and as what. There is always an owner."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Membership, Organisation, User


class LastOwnerError(Exception):
    """An organisation would be left without an owner; `str()` says which."""


def set_role(organisation: Organisation, user: User, role: str) -> Membership:
    """Add a person or change the role. Raises LastOwnerError."""
    with transaction.atomic():
        if role != Membership.Role.OWNER:
            _keep_an_owner(organisation, user)
        return Membership.objects.update_or_create(organisation=organisation, user=user, defaults={"role": role})[0]


def remove_member(organisation: Organisation, user: User) -> None:
    """Take a person out, oneself included. Raises LastOwnerError."""
    with transaction.atomic():
        _keep_an_owner(organisation, user)
        Membership.objects.filter(organisation=organisation, user=user).delete()


def _keep_an_owner(organisation: Organisation, without: User) -> None:
    """Lock the organisation's row, so that two owners cannot both leave at once."""
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    owners = organisation.memberships.filter(role=Membership.Role.OWNER)
    if owners.filter(user=without).exists() and not owners.exclude(user=without).exists():
        raise LastOwnerError(
            _("%(person)s is the last owner of %(name)s: name another owner first.")
            % {"person": without, "name": organisation}
        )
