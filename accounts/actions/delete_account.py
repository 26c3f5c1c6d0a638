"""Delete an account: the person goes, the history stays honest."""

from collections.abc import Callable

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.memberships import LastOwnerError
from accounts.models import HandleRedirect, Membership, Namespace, User

BEFORE: list[Callable[[User], None]] = []


def delete_account(user: User) -> None:
    """Anonymise the person, and remove addresses, tokens, second factors and sessions.

    What the apps above do with the person's things is in BEFORE. Raises LastOwnerError.
    """
    for membership in user.memberships.filter(role=Membership.Role.OWNER).select_related("organisation"):
        others = membership.organisation.memberships.exclude(user=user)
        if others.exists() and not others.filter(role=Membership.Role.OWNER).exists():
            raise LastOwnerError(
                _("You are the last owner of %(name)s: name another first.") % {"name": membership.organisation}
            )
    with transaction.atomic():
        for act in BEFORE:
            act(user)
        ghost = f"ghost-{user.pk}"
        EmailAddress.objects.filter(user=user).delete()
        Authenticator.objects.filter(user=user).delete()
        user.tokens.all().delete()
        user.memberships.all().delete()
        HandleRedirect.objects.filter(namespace__user=user).delete()
        Namespace.objects.filter(user=user).update(handle=ghost)
        if user.avatar:
            user.avatar.delete(save=False)
        user.username, user.email, user.display_name = ghost, "", ""
        user.first_name = user.last_name = user.bio = user.location = ""
        user.is_active, user.is_staff, user.is_superuser = False, False, False
        user.deleted_at = timezone.now()
        user.set_unusable_password()
        user.save()
    for session in Session.objects.filter(expire_date__gt=timezone.now()).iterator():
        if session.get_decoded().get("_auth_user_id") == str(user.pk):
            session.delete()
