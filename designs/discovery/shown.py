"""What was found, with its face: rows that this person may see now, in the order of the hits."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from accounts.models import Namespace, User
from designs import results
from designs.discovery import ids
from designs.models import File, Project
from search.types import Hit


@dataclass(frozen=True)
class Part:
    """A file of a project that was found."""

    result: results.Result

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self.result.file.path.rsplit("/", 1)[-1]

    @property
    def url(self) -> str:
        """Its page at the default branch."""
        project = self.result.project
        path = f"{project.default_branch}/{self.result.file.path}"
        return reverse("designs:blob", args=[project.namespace.handle, project.slug, path])


def projects(hits: Sequence[Hit], user: User | AnonymousUser) -> list[Project]:
    """The projects among the hits."""
    pks = ids.of_slot([hit.id for hit in hits], ids.PROJECT)
    rows = Project.objects.listed_for(user).filter(pk__in=pks).with_card().in_bulk()
    return [rows[pk] for pk in pks if pk in rows]


def parts(hits: Sequence[Hit], user: User | AnonymousUser) -> list[Part]:
    """The parts among the hits, with their pictures."""
    pks = ids.of_slot([hit.id for hit in hits], ids.PART)
    listed = Project.objects.listed_for(user).with_card()
    files = File.objects.filter(pk__in=pks).in_bulk()
    owners = listed.in_bulk({file.project_id for file in files.values()})
    seen = [files[pk] for pk in pks if pk in files and files[pk].project_id in owners]
    return [Part(one) for one in results.of_many([(owners[file.project_id], file) for file in seen])]


def owners(hits: Sequence[Hit]) -> list[Namespace]:
    """The people and organisations among the hits."""
    pks = ids.of_slot([hit.id for hit in hits], ids.OWNER)
    rows = Namespace.objects.filter(pk__in=pks).exclude(user__deleted_at__isnull=False)
    found = rows.select_related("user", "organisation").in_bulk()
    return [found[pk] for pk in pks if pk in found]
