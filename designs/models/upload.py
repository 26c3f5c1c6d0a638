"""A staged upload: a file that has arrived and waits for the commit it belongs to."""

import uuid
from pathlib import Path

from django.conf import settings
from django.db import models

from accounts.models import User


class StagedUpload(models.Model):
    """One whole file on disk. Rows older than a day, and their files, are swept."""

    token = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    path = models.TextField()
    size = models.PositiveBigIntegerField(help_text="Bytes")
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    def __str__(self) -> str:
        return self.path

    @property
    def file(self) -> Path:
        """Where the bytes lie."""
        root: Path = settings.UPLOADS_DIR
        return root / f"{self.token}.staged"
