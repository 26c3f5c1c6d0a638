"""Who may act for a handle."""

from django.contrib.auth.models import AnonymousUser

from accounts.models import Membership, Namespace, User


def role_in(user: User | AnonymousUser, namespace: Namespace) -> str | None:
    """owner, maintainer or member; None for everybody else."""
    if not user.is_authenticated:
        return None
    if namespace.user_id is not None:
        return Membership.Role.OWNER if namespace.user_id == user.pk else None
    found = Membership.objects.filter(organisation=namespace.organisation_id, user=user).values_list("role", flat=True)
    return found.first()


def can_publish(user: User | AnonymousUser, namespace: Namespace) -> bool:
    """Create projects and commit: every member."""
    return role_in(user, namespace) is not None


def can_manage(user: User | AnonymousUser, namespace: Namespace) -> bool:
    """Settings of projects, transfer, deletion: owners and maintainers."""
    return role_in(user, namespace) in {Membership.Role.OWNER, Membership.Role.MAINTAINER}


def can_own(user: User | AnonymousUser, namespace: Namespace) -> bool:
    """Members and the organisation itself: owners."""
    return role_in(user, namespace) == Membership.Role.OWNER
