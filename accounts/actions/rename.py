"""Give a person or an organisation another handle; the old addresses lead to the new one."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts import handles
from accounts.models import HandleRedirect, Namespace, User, handle_is_taken


def rename(namespace: Namespace, handle: str) -> None:
    """Raises ValidationError on a bad or taken handle. One's own former handle may be taken back."""
    if handle == namespace.handle:
        return
    handles.validate(handle)
    mine = namespace.redirects.filter(handle=handle)
    if not mine.exists() and handle_is_taken(handle):
        raise ValidationError(_("This handle is taken."))
    old = namespace.handle
    try:
        with transaction.atomic():
            mine.delete()
            Namespace.objects.filter(pk=namespace.pk).update(handle=handle)
            User.objects.filter(namespace=namespace).update(username=handle)
            HandleRedirect.objects.create(handle=old, namespace=namespace)
    except IntegrityError as error:
        raise ValidationError(_("This handle is taken.")) from error
    namespace.handle = handle
