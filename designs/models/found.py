"""Rows that search shows: saving or deleting one tells the outbox, in the same transaction."""

from typing import Any

from django.db import models, transaction

from search import outbox


class Found(models.Model):
    """A row that is found itself, or that changes how another is found."""

    class Meta:
        abstract = True

    @property
    def subject(self) -> str:
        """What is to be indexed anew."""
        raise NotImplementedError

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, and have it indexed."""
        with transaction.atomic():
            super().save(*args, **kwargs)
            outbox.changed(self.subject)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Delete, and have it forgotten."""
        with transaction.atomic():
            outbox.changed(self.subject)
            return super().delete(*args, **kwargs)
