"""Create a project: a row and a bare git repository, from the first second."""

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts import policy as accounts_policy
from accounts.models import Namespace, User
from designs import large_files, licences, starter
from designs.actions.commit_files import commit_files
from designs.actions.errors import RefusedError
from designs.descriptions import describe_project
from designs.models import Project, ProjectRedirect
from storage.git.repo import Repo
from storage.git.types import Put

RESERVED = {"settings", "new", "projects", "members", "followers", "collections", "likes"}


def create_project(
    namespace: Namespace,
    *,
    by: User,
    name: str,
    slug: str = "",
    summary: str = "",
    licence: str = licences.DEFAULT,
    category: str = "",
    tags: Sequence[str] = (),
    processes: Sequence[str] = (),
    materials: Sequence[str] = (),
    visibility: str = Project.Visibility.PUBLIC,
    readme: bool = True,
) -> Project:
    """Make the project and, with `readme`, its first commit. Raises RefusedError with a sentence."""
    if not accounts_policy.can_publish(by, namespace):
        raise RefusedError(_("You may not publish for %(owner)s.") % {"owner": namespace}, "forbidden")
    slug = free_slug(namespace, slug or slugify(name))
    project = Project(
        namespace=namespace,
        slug=slug,
        name=name,
        summary=summary,
        licence=licence,
        category=category,
        tags=list(tags),
        processes=list(processes),
        materials=list(materials),
        visibility=visibility,
        created_by=by,
    )
    Repo.create(project.path, project.default_branch)
    try:
        with transaction.atomic():
            project.save()
            ProjectRedirect.objects.filter(namespace=namespace, slug=slug).delete()
    except IntegrityError as error:
        shutil.rmtree(project.path, ignore_errors=True)
        raise RefusedError(_("You already have a project at this address."), "taken") from error
    describe_project(project)
    if readme:
        _commit_first_files(project, by)
    return project


def free_slug(namespace: Namespace, slug: str) -> str:
    """The slug if it can be an address here. Raises RefusedError."""
    if not slug:
        raise RefusedError(_("The name needs at least one letter or digit from a to z."), "bad-slug")
    if slug in RESERVED or slug.endswith((".git", ".wiki")):
        raise RefusedError(_("“%(slug)s” is a reserved address.") % {"slug": slug}, "reserved")
    if Project.objects.alive().filter(namespace=namespace, slug=slug).exists():
        raise RefusedError(_("There is already a project at this address."), "taken")
    return slug[:64]


def _commit_first_files(project: Project, by: User) -> None:
    """A README, and the .gitattributes by which meshes and CAD files that clones add go by Git LFS too."""
    with tempfile.TemporaryDirectory(dir=settings.UPLOADS_DIR) as folder:
        file = Path(folder) / "README.md"
        file.write_text(starter.readme(project.name, project.summary, project.licence))
        attributes = Path(folder) / "attributes"
        attributes.write_text(large_files.attributes_file())
        puts = [Put("README.md", file), Put(".gitattributes", attributes)]
        commit_files(project, puts, by=by, message=_("Start the project"))
