"""What pages would otherwise ask of a whole history each time. Derived from git: may be deleted at any moment."""

from django.db import models

from designs.models.project import Project


class FolderHistory(models.Model):
    """The last commit of each entry of one folder, as of one commit."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="folder_histories")
    folder = models.CharField(max_length=64, help_text="SHA-256 of its path")
    tip = models.CharField(max_length=40, help_text="Commit of which this is true")
    entries = models.JSONField(help_text="Name -> [commit, title, authored, committed in Unix seconds]")

    class Meta:
        constraints = [models.UniqueConstraint("project", "folder", "tip", name="one_history_a_folder_and_tip")]

    def __str__(self) -> str:
        return f"{self.folder[:10]} at {self.tip[:10]}"


class ReleasedHistory(models.Model):
    """Up to which releases `Revision.released_in` is true."""

    project = models.OneToOneField(Project, on_delete=models.CASCADE, related_name="released_history")
    releases = models.JSONField(default=list, help_text="[[release, commit], ...]")

    def __str__(self) -> str:
        return f"{self.project_id}: {len(self.releases)}"
