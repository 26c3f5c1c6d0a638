"""A file: a path at a revision, and the content that lies there."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from designs.models.project import Project
from designs.models.revision import Revision


class File(models.Model):
    """A path that a revision added or changed. `oid` is git's name of the content, `sha256` ours."""

    class Units(models.TextChoices):
        UNKNOWN = "", _("as the file says")
        MM = "mm", _("millimetres")
        CM = "cm", _("centimetres")
        M = "m", _("metres")
        INCH = "inch", _("inches")

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="files")
    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="files")
    path = models.TextField()
    oid = models.CharField(max_length=40)
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.PositiveBigIntegerField(help_text=_("Bytes"))
    format = models.CharField(max_length=8, blank=True)
    units = models.CharField(max_length=4, choices=Units, blank=True, default=Units.UNKNOWN)

    class Meta:
        constraints = [models.UniqueConstraint("revision", "path", name="one_file_a_path")]
        indexes = [models.Index("project", "oid", name="file_by_oid")]

    def __str__(self) -> str:
        return self.path
