"""A handle: the one name under /@handle/, of a person or of an organisation."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts import handles
from accounts.models.organisation import Organisation
from accounts.models.user import User


class Namespace(models.Model):
    """What owns projects. Exactly one of `user` and `organisation` is set."""

    handle = models.CharField(max_length=39, unique=True, validators=[handles.validate])
    user = models.OneToOneField(User, on_delete=models.CASCADE, null=True, blank=True, related_name="namespace")
    organisation = models.OneToOneField(
        Organisation, on_delete=models.CASCADE, null=True, blank=True, related_name="namespace"
    )

    quota = models.PositiveBigIntegerField(
        null=True, blank=True, help_text=_("Bytes that may be stored here; empty: as much as anybody, 0: any number")
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(user=None, organisation__isnull=False) | Q(user__isnull=False, organisation=None),
                name="a_handle_has_one_owner",
            )
        ]

    def __str__(self) -> str:
        return self.handle

    @property
    def title(self) -> str:
        """The name to show."""
        owner = self.organisation or self.user
        return str(owner) if owner else self.handle

    def get_absolute_url(self) -> str:
        """The public page."""
        return f"/@{self.handle}/"


def handle_is_taken(handle: str) -> bool:
    """Whether a person or an organisation has this handle, or had it."""
    return Namespace.objects.filter(handle=handle).exists() or HandleRedirect.objects.filter(handle=handle).exists()


class HandleRedirect(models.Model):
    """A handle given up by a rename; it leads to the new one and is free for nobody else."""

    handle = models.CharField(max_length=39, unique=True)
    namespace = models.ForeignKey(Namespace, on_delete=models.CASCADE, related_name="redirects")

    def __str__(self) -> str:
        return f"{self.handle} -> {self.namespace}"
