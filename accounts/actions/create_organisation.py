"""Make an organisation; whoever makes it owns it."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import handles
from accounts.models import Membership, Namespace, Organisation, User, handle_is_taken


def create_organisation(handle: str, *, name: str, by: User) -> Organisation:
    """Raises ValidationError on a bad or taken handle."""
    handles.validate(handle)
    if handle_is_taken(handle):
        raise ValidationError(_("This handle is taken."))
    with transaction.atomic():
        organisation = Organisation.objects.create(name=name)
        Namespace.objects.create(handle=handle, organisation=organisation)
        Membership.objects.create(organisation=organisation, user=by, role=Membership.Role.OWNER)
    return organisation
