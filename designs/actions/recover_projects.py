"""Make the row of every repository that has none: after the database was lost, with repositories and blobs left."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.text import slugify

from accounts import handles
from accounts.models import Namespace, Organisation, User
from designs import licences
from designs.descriptions import DERIVED, read_description
from designs.models import Project, ProtectedBranch
from storage.git.errors import GitError
from storage.git.repo import Repo

NOBODY = "recovered"
"""The handle of projects of which nothing is known."""


def recover_projects(owner: Namespace | None = None) -> list[Project]:
    """A project for each repository without one, as its description says; private where that says nothing.

    A handle that is not known here becomes an organisation without members, or `owner` takes its projects.
    """
    known = {found.hex for found in Project.objects.values_list("repository_id", flat=True)}
    made: list[tuple[Project, str]] = []
    for path in sorted(Path(settings.REPOSITORIES_DIR).glob("*/??/??/*.git")):
        if path.stem not in known and (repository_id := _uuid(path.stem)):
            told = read_description(path)
            shard = path.relative_to(settings.REPOSITORIES_DIR).parts[0]
            made.append((_recover(repository_id, shard, told, owner), str(told.get("forked_from") or "")))
    by_repository = {project.repository_id.hex: project for project in Project.objects.all()} if made else {}
    for project, parent in made:
        if parent in by_repository:
            project.forked_from = by_repository[parent]
            project.save(update_fields=["forked_from"])
    return [project for project, _ in made]


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(hex=text)
    except ValueError:
        return None


def _recover(repository_id: uuid.UUID, shard: str, told: Mapping[str, Any], owner: Namespace | None) -> Project:
    project = Project(repository_id=repository_id, shard=shard)
    plain = {field.name: field for field in Project._meta.concrete_fields if not field.is_relation}
    for name, field in plain.items():
        if name in told and name not in DERIVED:
            set_plain(project, field, told[name])
    if told.get("visibility") not in Project.Visibility.values:
        project.visibility = Project.Visibility.PRIVATE
    if not told:
        project.default_branch = _default_branch(project)
    project.licence = project.licence or licences.DEFAULT
    project.name = project.name or repository_id.hex[:12]
    project.created_by = User.objects.filter(username=told.get("created_by") or "").first()
    with transaction.atomic():
        project.namespace = _namespace(str(told.get("owner") or ""), owner)
        project.slug = _free(project.namespace, project.slug or slugify(project.name), project.deleted_at is not None)
        project.save()
        if created := told.get("created_at"):
            Project.objects.filter(pk=project.pk).update(created_at=datetime.fromisoformat(created))
        patterns = told.get("protected_branches") or []
        ProtectedBranch.objects.bulk_create(ProtectedBranch(project=project, pattern=one) for one in patterns)
    return project


def set_plain(row: models.Model, field: "models.Field[Any, Any]", value: object) -> None:
    """Set a field to what a description says of it; what it cannot be is left at its default."""
    try:
        setattr(row, field.attname, field.to_python(value))
        field.run_validators(getattr(row, field.attname))
    except ValidationError:
        setattr(row, field.attname, field.get_default())


def _default_branch(project: Project) -> str:
    repo = Repo(project.path)
    try:
        branches = [ref.name for ref in repo.branches()]
    except GitError:
        return "main"
    return "main" if "main" in branches or not branches else branches[0]


def _namespace(handle: str, owner: Namespace | None) -> Namespace:
    found = Namespace.objects.filter(handle=handle).first() or owner
    if found:
        return found
    try:
        handles.validate(handle)
    except ValidationError:
        handle = NOBODY
    if kept := Namespace.objects.filter(handle=handle).first():
        return kept
    return Namespace.objects.create(handle=handle, organisation=Organisation.objects.create(name=handle))


def _free(namespace: Namespace, slug: str, in_trash: bool) -> str:
    """The slug, or the next one that no living project has."""
    slug = slug[:60] or "project"
    taken = set(Project.objects.alive().filter(namespace=namespace).values_list("slug", flat=True))
    if in_trash or slug not in taken:
        return slug
    return next(f"{slug}-{number}" for number in range(2, len(taken) + 3) if f"{slug}-{number}" not in taken)
