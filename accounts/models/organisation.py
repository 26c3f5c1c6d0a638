"""An organisation that owns projects, and its members."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.user import User


class Organisation(models.Model):
    """A lab, an association, a company: several people under one handle."""

    name = models.CharField(_("name"), max_length=80)
    bio = models.TextField(_("about"), max_length=600, blank=True)
    location = models.CharField(_("place"), max_length=80, blank=True)
    website = models.URLField(_("web site"), blank=True)
    avatar = models.ImageField(_("picture"), upload_to="avatars", blank=True)

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person in an organisation."""

    class Role(models.TextChoices):
        OWNER = "owner", _("Owner: everything, members included")
        MAINTAINER = "maintainer", _("Maintainer: projects and their settings")
        MEMBER = "member", _("Member: publishes and commits")

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role, default=Role.MEMBER)

    class Meta:
        constraints = [models.UniqueConstraint("organisation", "user", name="one_membership_a_person")]

    def __str__(self) -> str:
        return f"{self.user} {self.role} {self.organisation}"
