"""Make a person: the row, the handle, the verified address."""

from allauth.account.models import EmailAddress
from django.db import transaction

from accounts import handles
from accounts.models import Namespace, User


def create_person(handle: str, *, email: str, password: str, is_staff: bool = False) -> User:
    """A person whose address counts as verified. Raises ValidationError on a bad or taken handle."""
    handles.validate(handle)
    with transaction.atomic():
        user = User.objects.create_user(handle, email, password, is_staff=is_staff, is_superuser=is_staff)
        Namespace.objects.create(handle=handle, user=user)
        if email:
            EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user
