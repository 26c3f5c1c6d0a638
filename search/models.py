"""What waits to be indexed, who indexes, and the synonyms that an admin edits. The index itself can be made again."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Change(models.Model):
    """A subject that has changed, written in the transaction of the change; removed once the engine has committed.

    `is_applied` rows stand while a new version is being built, which has to make up for them.
    """

    subject = models.CharField(max_length=64)
    is_applied = models.BooleanField(default=False)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index("is_applied", "id", name="changes_in_order")]

    def __str__(self) -> str:
        return self.subject


class Turn(models.Model):
    """Who may do what one process alone may do, and until when: "write" the index, "build" a version of it."""

    name = models.CharField(max_length=16, primary_key=True)
    holder = models.CharField(max_length=120, blank=True)
    until = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.name}: {self.holder}"


class Synonym(models.Model):
    """Words that mean the same, with commas between them: who searches one finds all."""

    words = models.CharField(
        _("words"), max_length=300, unique=True, help_text=_("Words that mean the same, with commas between them.")
    )

    class Meta:
        ordering = ["words"]
        verbose_name = _("synonyms")
        verbose_name_plural = _("synonyms")

    def __str__(self) -> str:
        return self.words

    def clean(self) -> None:
        """At least two words."""
        if len([word for word in self.words.split(",") if word.strip()]) < 2:
            raise ValidationError({"words": _("Say two words at least, with a comma between them.")})
