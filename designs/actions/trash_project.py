"""Delete a project: thirty days in the trash, then for good."""

import shutil
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from designs.actions.create_project import free_slug
from designs.descriptions import describe_project
from designs.models import Project
from storage import pruning


def trash_project(project: Project) -> None:
    """Hide it from everybody; its address is free again."""
    project.deleted_at = timezone.now()
    project.save(update_fields=["deleted_at"])
    describe_project(project)


def restore_project(project: Project) -> None:
    """Take it back. Raises RefusedError where another project has its address now."""
    free_slug(project.namespace, project.slug)
    project.deleted_at = None
    project.save(update_fields=["deleted_at"])
    describe_project(project)


def purge_trash() -> int:
    """Remove what has rested long enough, rows first, then repositories. Returns how many: none during a backup."""
    with pruning.allowed() as may:
        return _purge() if may else 0


def _purge() -> int:
    old = Project.objects.filter(deleted_at__lt=timezone.now() - timedelta(days=settings.TRASH_DAYS))
    paths = [project.path for project in old]
    with transaction.atomic():
        old.delete()
    for path in paths:
        shutil.rmtree(path, ignore_errors=True)
    return len(paths)
