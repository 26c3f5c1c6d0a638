"""Change what a project says of itself, its address and its owner; old addresses keep leading here."""

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import policy as accounts_policy
from accounts.models import Namespace, User
from designs import indexing
from designs.actions import licence_gate
from designs.actions.ask_kernel import ask_analyses
from designs.actions.create_project import free_slug
from designs.actions.errors import RefusedError
from designs.descriptions import describe_before, describe_project
from designs.models import File, Project, ProjectRedirect

FIELDS = {
    "name", "summary", "licence", "category", "tags", "processes", "materials", "visibility", "default_branch",
}  # fmt: skip


def update_project(project: Project, values: Mapping[str, object]) -> Project:
    """Set metadata. Raises RefusedError for a default branch that is not there, and what a fork may not be."""
    licence_gate.check_settings(project, values)
    changed = [name for name in values if name in FIELDS]
    if "visibility" in changed:
        describe_before(project, str(values["visibility"]))
    for name in changed:
        setattr(project, name, values[name])
    if "default_branch" in changed:
        tip = project.repo.tip(project.default_branch)
        if tip is None:
            raise RefusedError(_("There is no branch of this name."), "missing")
        project.head = tip
        project.repo.set_head(project.default_branch)
        changed.append("head")
    if changed:
        project.save(update_fields=changed)
        describe_project(project)
    return project


def move_project(project: Project, *, to: Namespace | None = None, slug: str = "", by: User) -> Project:
    """Rename or transfer. Raises RefusedError where the address is taken or the target not theirs."""
    target = to or project.namespace
    wanted = slug or project.slug
    if (target.pk, wanted) == (project.namespace_id, project.slug):
        return project
    if target.pk != project.namespace_id and not accounts_policy.can_publish(by, target):
        raise RefusedError(_("You may not publish for %(owner)s.") % {"owner": target}, "forbidden")
    with transaction.atomic():
        wanted = free_slug(target, wanted)
        ProjectRedirect.objects.filter(namespace=target, slug=wanted).delete()
        ProjectRedirect.objects.update_or_create(
            namespace=project.namespace, slug=project.slug, defaults={"project": project}
        )
        project.namespace = target
        project.slug = wanted
        project.save(update_fields=["namespace", "slug"])
    describe_project(project)
    return project


def set_cover(project: Project, file: File | None) -> None:
    """Show this file first, on cards and on the overview."""
    project.cover = file
    project.save(update_fields=["cover"])
    describe_project(project)


def set_units(file: File, units: str) -> None:
    """Say in which unit a file was drawn; holds for its later versions too. It is measured anew, in mm."""
    file.units = units
    with transaction.atomic():
        file.save(update_fields=["units"])
        indexing.touch(file.project_id)
    describe_project(file.project)
    if file.format:
        ask_analyses([(file.sha256, file.format, units)])
