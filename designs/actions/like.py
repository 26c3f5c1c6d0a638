"""Like a project, or no longer; put it into collections."""

from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.utils.crypto import get_random_string
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.models import User
from designs import indexing
from designs.actions.errors import RefusedError
from designs.models import Collection, CollectionItem, Like, Project

MOST = 200
SLUG = 64


def like(project: Project, *, by: User) -> None:
    """Once a person, however often it is said."""
    with transaction.atomic():
        Like.objects.bulk_create([Like(user=by, project=project)], ignore_conflicts=True)
        indexing.touch(project.pk)


def unlike(project: Project, *, by: User) -> None:
    """Take it back."""
    with transaction.atomic():
        Like.objects.filter(user=by, project=project).delete()
        indexing.touch(project.pk)


def save_collection(
    *, by: User, name: str, summary: str = "", is_public: bool = True, collection: Collection | None = None
) -> Collection:
    """Make a collection, or change what one says of itself; its address stays. Raises RefusedError."""
    name = " ".join(name.split())[:80]
    if not name:
        raise RefusedError(_("A collection needs a name."), "invalid")
    if collection is None:
        if by.collections.count() >= MOST:
            raise RefusedError(_("One person has at most %(n)d collections.") % {"n": MOST}, "invalid")
        collection = Collection(user=by, slug=slugify(name)[:SLUG] or "collection")
    collection.name, collection.summary, collection.is_public = name, summary[:300], is_public
    try:
        with transaction.atomic():
            collection.save()
    except IntegrityError:
        collection.slug = f"{collection.slug[: SLUG - 7]}-{get_random_string(6, 'abcdefghjkmnpqrstuvwxyz23456789')}"
        collection.save()
    return collection


def set_collections(project: Project, *, by: User, collections: Iterable[Collection]) -> None:
    """Let the project lie in these of the person's collections, and in no others of theirs."""
    wanted = {collection.pk for collection in collections if collection.user_id == by.pk}
    with transaction.atomic():
        items = CollectionItem.objects.filter(project=project, collection__user=by)
        items.exclude(collection__in=wanted).delete()
        rows = [CollectionItem(project=project, collection_id=pk) for pk in wanted]
        CollectionItem.objects.bulk_create(rows, ignore_conflicts=True)
