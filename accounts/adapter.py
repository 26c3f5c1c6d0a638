"""What we ask of django-allauth beyond its settings."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import handles
from accounts.models import Namespace, handle_is_taken


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Handles are lower case, unreserved, and shared with organisations."""

    def clean_username(self, username: str, shallow: bool = False) -> str:
        """The handle in lower case. Raises ValidationError where it is bad, reserved or taken."""
        handle = username.lower()
        handles.validate(handle)
        if not shallow and handle_is_taken(handle):
            raise ValidationError(_("This handle is taken."))
        return str(super().clean_username(handle, shallow))

    def save_user(self, request: Any, user: Any, form: Any, commit: bool = True) -> Any:
        """The person and the namespace, both or neither."""
        with transaction.atomic():
            user = super().save_user(request, user, form, commit)
            if commit:
                Namespace.objects.create(handle=user.username, user=user)
        return user
