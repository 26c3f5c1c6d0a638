"""A project: one bare git repository, its owner, and what people search it by."""

import uuid
from pathlib import Path
from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Namespace, User
from designs import categories, licences
from designs.models.found import Found
from storage.git.repo import Repo

SHARD = "main"


class ProjectQuerySet(models.QuerySet["Project"]):
    """Readers. Every page starts at one of them, so that a private project is never seen by chance."""

    def alive(self) -> Self:
        """Not in the trash."""
        return self.filter(deleted_at=None)

    def _of(self, user: User | AnonymousUser) -> Q:
        if not user.is_authenticated:
            return Q(pk__in=[])
        own = (
            Q(namespace__user=user.pk)
            | Q(namespace__organisation__memberships__user=user.pk)
            | Q(collaborators__user=user.pk)
        )
        if user.is_staff:
            return own | Q(hidden_at__isnull=False) & ~Q(visibility=Project.Visibility.PRIVATE)
        return own

    def listed_for(self, user: User | AnonymousUser) -> Self:
        """Public projects, and those the user belongs to. Every listing starts here."""
        shown = Q(visibility=Project.Visibility.PUBLIC, hidden_at=None)
        return self.alive().filter(pk__in=Project.objects.filter(shown | self._of(user)).values("pk"))

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Listed projects, and unlisted ones for whoever has the address."""
        shown = Q(visibility__in=[Project.Visibility.PUBLIC, Project.Visibility.UNLISTED], hidden_at=None)
        return self.alive().filter(pk__in=Project.objects.filter(shown | self._of(user)).values("pk"))

    def with_card(self) -> Self:
        """All that a card or a page's head shows, in one query."""
        return self.select_related("namespace__user", "namespace__organisation", "cover")


class Project(Found):
    """A design with its history. Its repository's folder is named by an id that never changes."""

    class Visibility(models.TextChoices):
        PUBLIC = "public", _("Public")
        UNLISTED = "unlisted", _("Unlisted: for whoever has the address")
        PRIVATE = "private", _("Private: for members only")

    repository_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    shard = models.CharField(max_length=32, default=SHARD, editable=False)
    namespace = models.ForeignKey(Namespace, on_delete=models.PROTECT, related_name="projects")
    slug = models.SlugField(max_length=64)
    name = models.CharField(max_length=100)
    summary = models.CharField(max_length=300, blank=True)
    licence = models.CharField(max_length=40, default=licences.DEFAULT)
    category = models.CharField(max_length=20, blank=True, choices=categories.CHOICES)
    tags = models.JSONField(default=list, blank=True)
    processes = models.JSONField(default=list, blank=True)
    materials = models.JSONField(default=list, blank=True)
    visibility = models.CharField(max_length=8, choices=Visibility, default=Visibility.PUBLIC)
    default_branch = models.CharField(max_length=100, default="main")
    default_is_protected = models.BooleanField(default=True)
    forked_from = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="forks")
    forked_commit = models.CharField(
        max_length=40, blank=True, editable=False, help_text="Version that it was made from"
    )
    forked_licence = models.CharField(
        max_length=40, blank=True, editable=False, help_text="Licence under which it was received"
    )
    last_issue_number = models.PositiveIntegerField(default=0, editable=False)
    head = models.CharField(max_length=40, blank=True, help_text=_("Commit at the tip of the default branch"))
    git_bytes = models.PositiveBigIntegerField(default=0, editable=False, help_text="Bytes on disk")
    cover = models.ForeignKey("File", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now_add=True, db_index=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    hidden_at = models.DateTimeField(null=True, blank=True)
    hidden_reason = models.CharField(max_length=300, blank=True)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint("namespace", "slug", condition=Q(deleted_at=None), name="one_project_an_address")
        ]
        ordering = ["-updated_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.namespace.handle}/{self.slug}"

    def get_absolute_url(self) -> str:
        """The overview page."""
        return reverse("designs:project", args=[self.namespace.handle, self.slug])

    @property
    def subject(self) -> str:
        """What search calls it."""
        return f"project:{self.pk}"

    @property
    def path(self) -> Path:
        """Where the bare repository lies: <root>/<shard>/ab/cd/<id>.git."""
        name = self.repository_id.hex
        root: Path = settings.REPOSITORIES_DIR
        return root / self.shard / name[:2] / name[2:4] / f"{name}.git"

    @property
    def repo(self) -> Repo:
        """The bare repository."""
        return Repo(self.path)

    @property
    def url(self) -> str:
        """The overview page's whole address."""
        return f"{settings.SITE_URL}{self.get_absolute_url()}"

    @property
    def clone_url(self) -> str:
        """What people give to `git clone`."""
        return f"{settings.SITE_URL}/@{self}.git"

    @property
    def is_readable_by_all(self) -> bool:
        """Whether anybody who has the address may read it."""
        return self.visibility != Project.Visibility.PRIVATE and not (self.hidden_at or self.deleted_at)

    @property
    def is_open(self) -> bool:
        """Whether the licence is an open one."""
        return licences.is_open(self.licence)


class Collaborator(models.Model):
    """Somebody outside the owning namespace who may read or write one project."""

    class Role(models.TextChoices):
        READER = "reader", _("Reader")
        WRITER = "writer", _("Writer")
        MAINTAINER = "maintainer", _("Maintainer")

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="collaborators")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="collaborations")
    role = models.CharField(max_length=10, choices=Role, default=Role.WRITER)

    class Meta:
        constraints = [models.UniqueConstraint("project", "user", name="one_collaboration_a_person")]

    def __str__(self) -> str:
        return f"{self.user} {self.role} {self.project_id}"


class ProjectRedirect(models.Model):
    """An address that a project had before a rename or a transfer."""

    namespace = models.ForeignKey(Namespace, on_delete=models.CASCADE, related_name="+")
    slug = models.SlugField(max_length=64)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="redirects")

    class Meta:
        constraints = [models.UniqueConstraint("namespace", "slug", name="one_redirect_an_address")]

    def __str__(self) -> str:
        return f"{self.namespace}/{self.slug} -> {self.project_id}"
