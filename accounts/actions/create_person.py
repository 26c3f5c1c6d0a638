"""Make a person: the row, the handle, the verified address."""

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import handles
from accounts.models import Namespace, User, handle_is_taken


def create_person(handle: str, *, email: str, password: str, is_staff: bool = False) -> User:
    """A person whose address counts as verified. Raises ValidationError on a bad or taken handle or address."""
    handles.validate(handle)
    if handle_is_taken(handle):
        raise ValidationError(_("This handle is taken."))
    if email:
        validate_email(email)
        if EmailAddress.objects.filter(email__iexact=email).exists():
            raise ValidationError(_("Somebody has this e-mail address already."))
    with transaction.atomic():
        user = User.objects.create_user(handle, email, password, is_staff=is_staff, is_superuser=is_staff)
        Namespace.objects.create(handle=handle, user=user)
        if email:
            EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user
