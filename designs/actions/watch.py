"""Watch a project, or not; and who follows it."""

from django.db.models import Q

from accounts.models import User
from designs.models import Project, Watch


def watch(project: Project, *, by: User, level: str) -> Watch:
    """Choose how much of a project to be told."""
    row, _made = Watch.objects.update_or_create(user=by, project=project, defaults={"level": Watch.Level(level)})
    return row


def level_of(project: Project, user: User) -> Watch.Level:
    """The level chosen; without a choice, everything for members and what they joined for others."""
    levels, members = followers(project, user)
    fallback = Watch.Level.ALL if user.pk in members else Watch.Level.PARTICIPATING
    return Watch.Level(levels.get(user.pk, fallback))


def followers(project: Project, only: User | None = None) -> tuple[dict[int, str], set[int]]:
    """(person -> level chosen, the members: owner, organisation, collaborators), of everybody or of one person."""
    watches, namespace = project.watches.all(), project.namespace
    people = User.objects.filter(
        Q(pk=namespace.user_id)
        | Q(memberships__organisation=namespace.organisation_id or 0)
        | Q(collaborations__project=project)
    )
    if only is not None:
        watches, people = watches.filter(user=only), people.filter(pk=only.pk)
    return dict(watches.values_list("user_id", "level")), set(people.values_list("pk", flat=True))
