"""An access token: a secret for programs, kept as its hash."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.user import User


class AccessToken(models.Model):
    """`digest` is the SHA-256 of the secret; `start` its first letters, so that people tell theirs apart."""

    class Scope(models.TextChoices):
        READ = "read", _("Read: see what you may see")
        WRITE = "write", _("Write: commit, release, change settings")
        ACCOUNT = "account", _("Account: make and revoke tokens")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(_("name"), max_length=80)
    start = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.name} ({self.start}…)"

    @property
    def has_expired(self) -> bool:
        """Whether its day has passed."""
        return self.expires_at is not None and self.expires_at <= timezone.now()

    def allows(self, scope: str) -> bool:
        """Whether the token may do this; every token may read, and only what its scopes name beside."""
        return scope == self.Scope.READ or scope in self.scopes
