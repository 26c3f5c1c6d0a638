"""What a person has to do with projects of others: watch them, like them, collect them."""

from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from designs.models.project import Project


class Watch(models.Model):
    """How much of a project somebody wants to be told. Without a row: members everything, others what they joined."""

    class Level(models.TextChoices):
        ALL = "all", _("Everything")
        PARTICIPATING = "participating", _("Only what I take part in")
        NOTHING = "nothing", _("Nothing")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="watches")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="watches")
    level = models.CharField(max_length=13, choices=Level)

    class Meta:
        constraints = [models.UniqueConstraint("project", "user", name="one_watch_a_person")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.level} {self.project_id}"


class Like(models.Model):
    """Somebody likes a project."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="likes")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="likes")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint("project", "user", name="one_like_a_person")]
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.user_id} likes {self.project_id}"


class CollectionQuerySet(models.QuerySet["Collection"]):
    """Readers."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Public collections and one's own."""
        mine = Q(user=user.pk) if user.is_authenticated else Q(pk__in=[])
        return self.filter(Q(is_public=True) | mine)


class Collection(models.Model):
    """A named list of projects of one person."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="collections")
    slug = models.SlugField(max_length=64)
    name = models.CharField(max_length=80)
    summary = models.CharField(max_length=300, blank=True)
    is_public = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    projects = models.ManyToManyField(Project, through="CollectionItem", related_name="collections")

    objects = CollectionQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint("user", "slug", name="one_collection_an_address")]
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class CollectionItem(models.Model):
    """A project in a collection."""

    collection = models.ForeignKey(Collection, on_delete=models.CASCADE, related_name="items")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint("collection", "project", name="once_in_a_collection")]
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.collection_id}: {self.project_id}"
