"""What the kernel does on request: compare two versions of a part, repair a copy of one."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Status
from ninja.errors import HttpError

from designs import changes, comparisons, results
from designs.actions.ask_kernel import ask_comparisons, ask_repair
from designs.api import auth
from designs.api.projects import find
from designs.api.schemas import Ref, Text
from designs.mesh import formats
from designs.models import File, Project, Repair
from storage.git.errors import MissingPathError

router = Router(tags=["kernel"])
AT = "/projects/{owner}/{slug}"


@router.get(AT + "/comparisons", auth=auth.READ, response=dict[str, Any])
def compare(request: HttpRequest, owner: str, slug: str, before: Ref, after: Ref, path: Text) -> dict[str, Any]:
    """One part in two versions: volumes, places and a sentence. Ask again while `state` is waiting."""
    project = find(request, owner, slug)
    sides = [_at(project, ref, path) for ref in (before, after)]
    compared = comparisons.of_pairs([(sides[0], sides[1])])[0]
    if compared.before.file.sha256 != compared.after.file.sha256 and compared.row is None:
        ask_comparisons([(compared.before.file, compared.after.file)])
    told = changes.tell(compared)
    return {"state": compared.state, "sentence": told.sentence, "advice": told.advice, "facts": compared.facts}


def _at(project: Project, ref: str, path: str) -> results.Result:
    entry = project.repo.entry(project.repo.resolve(ref), path)
    result = results.at(project, [(entry.path, entry.oid)]).get(entry.path)
    if result is None or not comparisons.is_shape(result):
        raise MissingPathError(path)
    return result


@router.post(AT + "/repairs/{sha256}", auth=auth.WRITE, response={202: dict[str, Any]})
def ask(request: HttpRequest, owner: str, slug: str, sha256: Text) -> Status[dict[str, Any]]:
    """Let the kernel fix what it can in a copy of this content."""
    return Status(202, _repaired(ask_repair(_shape(find(request, owner, slug, "write"), sha256))))


@router.get(AT + "/repairs/{sha256}", auth=auth.READ, response=dict[str, Any])
def get_repair(request: HttpRequest, owner: str, slug: str, sha256: Text) -> dict[str, Any]:
    """The report of a repair that was asked for."""
    file = _shape(find(request, owner, slug), sha256)
    row = Repair.objects.present().filter(sha256=file.sha256, format=file.format).first()
    if row is None:
        raise HttpError(404, _("Nobody has asked to repair this file yet."))
    return _repaired(row)


def _shape(project: Project, sha256: str) -> File:
    file = project.files.filter(sha256=sha256, format__in=formats.MESHES).order_by("-pk").first()
    if file is None:
        raise HttpError(404, _("This project has no such content."))
    return file


def _repaired(row: Repair) -> dict[str, Any]:
    return {"state": row.state, "report": row.facts, "refusal": row.refusal or None}
