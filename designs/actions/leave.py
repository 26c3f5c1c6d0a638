"""What becomes of a person's own projects, likes, lists, imports and exports when the account is deleted."""

from accounts.models import User
from designs.actions.export_mine import forget_exports
from designs.actions.request_import import cancel_import
from designs.actions.trash_project import trash_project
from designs.models import Import, Mirror, Project


def leave_projects(user: User) -> None:
    """Projects of the person go to the trash; those of organisations and of others stay, with a deleted author."""
    for project in Project.objects.alive().filter(namespace__user=user):
        trash_project(project)


def leave_transfers(user: User) -> None:
    """Imports end, exports are erased, and no mirror keeps a token of theirs."""
    for row in Import.objects.filter(by=user):
        cancel_import(row)
    Import.objects.filter(by=user).update(sealed_secret="")
    Mirror.objects.filter(by=user).update(sealed_secret="", by=None)
    forget_exports(user)


def leave_lists(user: User) -> None:
    """What the person liked, watched, collected, searched and was told is gone; what they said stays."""
    for rows in (user.likes, user.watches, user.collections, user.told, user.saved_searches):
        rows.all().delete()
