"""What changes in accounts is told to search: lower apps do not know of it.

`User`, `Organisation` and `Namespace`, saved: their own document. `HandleRedirect`, created by a rename: theirs, and
the projects found by their handle.
"""

from typing import Any

from django.db.models.signals import post_delete, post_save

from accounts.models import HandleRedirect, Namespace, Organisation, User
from designs import indexing

UNSEEN = frozenset({"last_login", "notifications", "password"})


def connect() -> None:
    """Once, at the start."""
    for sender in (User, Organisation):
        post_save.connect(_of_owner, sender)
    post_save.connect(_of_namespace, Namespace)
    post_delete.connect(_of_namespace, Namespace)
    post_save.connect(_of_rename, HandleRedirect)


def _of_owner(instance: User | Organisation, update_fields: frozenset[str] | None, **_told: Any) -> None:
    if update_fields is not None and update_fields <= UNSEEN:
        return
    field = "user" if isinstance(instance, User) else "organisation"
    for namespace in Namespace.objects.filter(**{field: instance}):
        indexing.touch_owner(namespace, projects=True)


def _of_namespace(instance: Namespace, **_told: Any) -> None:
    indexing.touch_owner(instance)


def _of_rename(instance: HandleRedirect, **_told: Any) -> None:
    indexing.touch_owner(instance.namespace, projects=True)
