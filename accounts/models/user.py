"""A person. The user name is the handle in /@handle/."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts import handles

LANGUAGES = [("en", "English"), ("fr", "Français")]


def default_notifications() -> dict[str, bool]:
    """All kinds of mail are on until the person says otherwise."""
    return {"issues": True, "mentions": True, "contributions": True, "requests": True, "releases": True}


class User(AbstractUser):
    """A person with a public profile."""

    username = models.CharField(
        _("handle"),
        max_length=39,
        unique=True,
        validators=[handles.validate],
        help_text=_("Lower-case letters, digits and dashes; your page is /@handle/."),
        error_messages={"unique": _("This handle is taken.")},
    )
    display_name = models.CharField(_("name"), max_length=80, blank=True)
    bio = models.TextField(_("about you"), max_length=600, blank=True)
    location = models.CharField(_("place"), max_length=80, blank=True)
    language = models.CharField(_("language"), max_length=5, choices=LANGUAGES, blank=True)
    avatar = models.ImageField(_("picture"), upload_to="avatars", blank=True)
    email_private = models.BooleanField(
        _("keep my address private"),
        default=True,
        help_text=_("Commits made here carry a no-reply address."),
    )
    notifications = models.JSONField(default=default_notifications, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """The name to show; a person who has left is nobody in particular."""
        if self.deleted_at:
            return str(_("deleted user"))
        return self.display_name or self.username

    def get_absolute_url(self) -> str:
        """The public profile."""
        return f"/@{self.username}/"
