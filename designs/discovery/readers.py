"""Who may find a project, as values of the facet `reader`: the same rule as `Project.objects.listed_for`."""

from django.contrib.auth.models import AnonymousUser

from accounts.models import Namespace, User
from designs.models import Collaborator, Project

PUBLIC, STAFF = "public", "staff"
MOST = 1000


def audience(project: Project) -> list[str]:
    """The readers that a project's documents name."""
    if project.visibility == Project.Visibility.PUBLIC and not project.hidden_at:
        return [PUBLIC]
    hidden = [STAFF] if project.hidden_at and project.visibility != Project.Visibility.PRIVATE else []
    return [f"namespace:{project.namespace_id}", f"project:{project.pk}", *hidden]


def readers(user: User | AnonymousUser) -> list[str]:
    """The readers that a person is."""
    if not user.is_authenticated:
        return [PUBLIC]
    own = Namespace.objects.filter(user=user) | Namespace.objects.filter(organisation__memberships__user=user)
    shared = Collaborator.objects.filter(user=user).order_by("-pk").values_list("project_id", flat=True)[:MOST]
    return [
        PUBLIC,
        *([STAFF] if user.is_staff else []),
        *sorted(f"namespace:{pk}" for pk in own.values_list("pk", flat=True).distinct()),
        *sorted(f"project:{pk}" for pk in shared),
    ]
