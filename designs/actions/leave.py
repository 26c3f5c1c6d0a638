"""What becomes of a person's own projects, likes and lists when the account is deleted."""

from accounts.models import User
from designs.actions.trash_project import trash_project
from designs.models import Project


def leave_projects(user: User) -> None:
    """Projects of the person go to the trash; those of organisations and of others stay, with a deleted author.

    What is said stays as well; what the person liked, watched, collected and was told is gone.
    """
    for project in Project.objects.alive().filter(namespace__user=user):
        trash_project(project)
    for rows in (user.likes, user.watches, user.collections, user.told):
        rows.all().delete()
