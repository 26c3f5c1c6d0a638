"""What comes in and goes out: imports, mirrors, exports of everything of mine. Each row is its queue."""

import uuid
from pathlib import Path

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Namespace, User
from designs.models.project import Project
from designs.sealed import seal, unseal
from jobs.models import Job, JobQuerySet, State
from storage.wire.client import Credential


class Import(Job):
    """A project to be made from somebody's repository, bundle or ZIP. `token` names it, and later its repository."""

    class Source(models.TextChoices):
        URL = "url", _("Git address")
        ZIP = "zip", _("ZIP")
        BUNDLE = "bundle", _("Git bundle")

    class Phase(models.TextChoices):
        WAITING = "waiting", _("Waiting for its turn")
        FETCHING = "fetching", _("Fetching the history")
        CHECKING = "checking", _("Checking every object and name")
        LARGE_FILES = "large_files", _("Fetching large files")
        INDEXING = "indexing", _("Reading the versions")
        DONE = "done", _("Done")
        REFUSED = "refused", _("Refused")
        CANCELLED = "cancelled", _("Cancelled")

    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="imports")
    namespace = models.ForeignKey(Namespace, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=100)
    slug = models.SlugField(max_length=64)
    licence = models.CharField(max_length=40)
    visibility = models.CharField(max_length=8, choices=Project.Visibility)
    source = models.CharField(max_length=6, choices=Source)
    url = models.CharField(max_length=2000, blank=True)
    username = models.CharField(max_length=200, blank=True)
    sealed_secret = models.TextField(blank=True)
    phase = models.CharField(max_length=12, choices=Phase, default=Phase.WAITING)
    done = models.PositiveBigIntegerField(default=0, help_text="Objects, large files or commits of this phase")
    total = models.PositiveBigIntegerField(default=0, help_text="Of so many; 0 while unknown")
    bytes = models.PositiveBigIntegerField(default=0)
    said = models.TextField(blank=True, help_text="Why it was refused, or waits")
    missing = models.JSONField(default=list, help_text="Large files that the source did not give: path, sha256, why")
    left_out = models.JSONField(default=list, help_text="Branches and tags that cannot be here, by name")
    is_cancelled = models.BooleanField(default=False)
    project = models.ForeignKey(Project, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = JobQuerySet["Import"].as_manager()

    class Meta:
        indexes = [models.Index("state", "run_after", name="import_queue")]
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"import {self.token}"

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("designs:import", args=[self.token])

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen by itself."""
        return self.state in {State.DONE, State.FAILED}

    @property
    def upload(self) -> Path:
        """Where the file that the person sent lies until the import is over."""
        return imports_folder() / f"{self.token.hex}.upload"

    @property
    def credential(self) -> Credential | None:
        """Who we are at the source. Raises UnsealError."""
        return Credential(self.username, unseal(self.sealed_secret)) if self.sealed_secret else None


class Mirror(Job):
    """A repository elsewhere that this project is kept the same as, one way or the other."""

    class Direction(models.TextChoices):
        OUT = "out", _("To there: what is pushed here goes there")
        IN = "in", _("From there: what is new there comes here")

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="mirrors")
    direction = models.CharField(max_length=3, choices=Direction)
    url = models.CharField(max_length=2000)
    username = models.CharField(max_length=200, blank=True)
    sealed_secret = models.TextField(blank=True)
    prune = models.BooleanField(default=False)
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    is_asked_again = models.BooleanField(default=False)
    failures = models.PositiveIntegerField(default=0)
    said = models.TextField(blank=True, help_text="Why the last attempt failed, or what it left out")
    tried_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = JobQuerySet["Mirror"].as_manager()

    class Meta:
        constraints = [models.UniqueConstraint("project", "direction", "url", name="one_mirror_an_address")]
        indexes = [models.Index("state", "run_after", name="mirror_queue")]
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"mirror {self.pk} {self.direction}"

    @property
    def credential(self) -> Credential | None:
        """Who we are there. Raises UnsealError."""
        return Credential(self.username, unseal(self.sealed_secret)) if self.sealed_secret else None

    def keep_secret(self, secret: str) -> None:
        """Seal a new secret; it is never shown again."""
        self.sealed_secret = seal(secret)


class Export(Job):
    """Everything of a person in one ZIP, for some days, for that person alone."""

    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="exports")
    size = models.PositiveBigIntegerField(default=0, help_text="Bytes")
    done = models.PositiveIntegerField(default=0, help_text="Projects")
    total = models.PositiveIntegerField(default=0)
    expires_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = JobQuerySet["Export"].as_manager()

    class Meta:
        indexes = [models.Index("state", "run_after", name="export_queue")]
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"export {self.token}"

    @property
    def is_ready(self) -> bool:
        """Whether it can be fetched now."""
        return bool(self.state == State.DONE and self.expires_at and self.expires_at > timezone.now())


def imports_folder() -> Path:
    """Where sent files wait for their import; made if absent."""
    folder: Path = settings.UPLOADS_DIR / "imports"
    folder.mkdir(exist_ok=True)
    return folder


def incoming_folder() -> Path:
    """Where repositories are received, beside those that stand, so that a rename moves them."""
    folder: Path = settings.REPOSITORIES_DIR / ".incoming"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
