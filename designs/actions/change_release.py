"""Change what a release says, or take it back: its files stay as they are."""

from django.db import transaction

from designs.actions.change_mirrors import queue_mirrors
from designs.descriptions import describe_project
from designs.models import Release
from storage.git import branches


def change_release(release: Release, *, title: str, notes: str, is_prerelease: bool) -> Release:
    """Title, notes and the mark of a pre-release; tag, commit and files are frozen."""
    release.title, release.notes, release.is_prerelease = title, notes, is_prerelease
    release.save(update_fields=["title", "notes", "is_prerelease"])
    describe_project(release.project)
    return release


def delete_release(release: Release, *, with_tag: bool = False) -> None:
    """Take a release back. Its tag stays in git unless that is to go too."""
    project, tag = release.project, release.tag
    with transaction.atomic():
        release.delete()
        if with_tag:
            branches.delete_tag(project.path, tag)
            queue_mirrors(project)
    describe_project(project)
