"""Search for programs: what the page asks and shows, by the same rules."""

from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from ninja import File as Files
from ninja import Query, Router, Schema, Status
from ninja.errors import HttpError
from ninja.files import UploadedFile as NinjaFile
from pydantic import AfterValidator, Field

from accounts.models import Namespace
from designs import results
from designs.actions.ask_shape import ask_shape, of_token
from designs.api import auth
from designs.api.projects import find
from designs.api.projects import show as show_project
from designs.api.schemas import Text
from designs.discovery import asked as asking
from designs.discovery import facets, machines, shown
from designs.discovery.alike import alike
from designs.discovery.suggested import suggested
from designs.discovery.wrong import complaints
from designs.limits import within_limits
from designs.mesh.profiles import DEFAULT_FDM
from designs.models import Analysis
from jobs.models import Job
from search import index
from search.types import SORTS, WINDOW

router = Router(tags=["search"])
LAST_PAGE = WINDOW // asking.PER_PAGE
Values = Annotated[list[Text], Field(max_length=asking.MOST_VALUES)]
Number = Annotated[float | None, Field(ge=0, le=1e9)]


def _machine(value: str) -> str:
    if value and value not in machines.catalogue():
        raise ValueError(f"one of {', '.join(machines.catalogue())}, or nothing")
    return value


class Asking(Schema):
    """The parameters of a search's address: of one facet any value holds, and every facet."""

    q: Annotated[
        Text, Field(max_length=asking.MOST_TEXT, description='Words, "phrases", -word, tag:, by:, licence:')
    ] = ""
    kind: Annotated[Literal["", "parts", "people"], Field(description="Projects where it is left out")] = ""
    material: Values = []
    process: Values = []
    licence_family: Values = []
    licence: Annotated[Values, Field(description="SPDX names")] = []
    format: Values = []
    source: Annotated[list[Literal["yes"]], Field(description="Has files that CAD programs edit")] = []
    verdict: Annotated[list[Literal["prints", "care", "fails"]], Field(description="On the machine `profile`")] = []
    tag: Values = []
    language: Values = []
    category: Values = []
    released: list[Literal["yes"]] = []
    makes: list[Literal["yes"]] = []
    bom: list[Literal["yes"]] = []
    owner: Values = []
    profile: Text = DEFAULT_FDM.key
    machine: Annotated[str, AfterValidator(_machine), Field(description="Only what it takes, in any orientation")] = ""
    bed: Annotated[Text, Field(max_length=40, description='Such as "220 x 220 x 250", in mm')] = ""
    nozzle: Annotated[Number, Field(description="mm; no wall is thinner")] = None
    size_min: Annotated[Number, Field(description="Longest side, mm")] = None
    size_max: Annotated[Number, Field(description="Longest side, mm")] = None
    mass_min: Annotated[Number, Field(description="In PLA, g")] = None
    mass_max: Annotated[Number, Field(description="In PLA, g")] = None
    sort: Literal[SORTS] = "relevance"  # type: ignore[valid-type]
    page: Annotated[int, Field(ge=1, le=LAST_PAGE)] = 1


class Counted(Schema):
    """A value of a facet, in words too, and how many have it; its own facet's choice is passed over."""

    value: str
    label: str
    count: int


class Found(Schema):
    """One page. `is_fuzzy`: only `exact` have every word, the others come near. `next` is the following page."""

    total: int
    is_fuzzy: bool
    exact: int
    items: list[dict[str, Any]]
    facets: dict[str, list[Counted]]
    next: str | None


class Suggestions(Schema):
    """The best of each kind while somebody types."""

    projects: list[dict[str, Any]]
    parts: list[dict[str, Any]]
    people: list[dict[str, Any]]
    materials: list[dict[str, str]]


class Family(Schema):
    """The nearest part of a project and its forks, its distance (0: the same shape), and the others of them."""

    part: dict[str, Any]
    distance: float
    others: list[dict[str, Any]]


class Shape(Schema):
    """What was brought to compare. While `state` is waiting, ask again; `families` are nearest first."""

    token: str
    state: Literal["waiting", "ready", "refused", "failed"]
    families: list[Family] = []


def show_part(part: shown.Part) -> dict[str, Any]:
    """A part for programs."""
    one = part.result
    return {
        "owner": one.project.namespace.handle,
        "project": one.project.slug,
        "path": one.file.path,
        "sha256": one.file.sha256,
        "format": one.file.format,
        "grade": one.verdict.grade if one.verdict else None,
        "thumbnail": one.thumbnail_url or None,
        "url": part.url,
    }


def show_owner(owner: Namespace) -> dict[str, Any]:
    """A person or an organisation for programs."""
    kind = "organisation" if owner.organisation else "person"
    return {"handle": owner.handle, "name": owner.title, "kind": kind, "url": owner.get_absolute_url()}


@router.get("/search", auth=auth.READ, response=Found)
def search(request: HttpRequest, params: Query[Asking]) -> dict[str, Any]:
    """Find designs, parts, or people and organisations, with the counts to narrow by."""
    asked = asking.read(request.GET)
    if wrong := complaints(asked):
        raise HttpError(422, " ".join(wrong))
    found = index.find(asked.words, asked.query(request.user, facet_fields=facets.FIELDS))
    hits, total = found.results.hits, found.results.total
    items = [
        *map(show_project, shown.projects(hits, request.user)),
        *map(show_part, shown.parts(hits, request.user)),
        *map(show_owner, shown.owners(hits)),
    ]
    more = asked.page * asking.PER_PAGE < total and asked.page < LAST_PAGE
    following = asked.address("api:search", page=asked.page + 1) if more else None
    counted = {
        name: facets.counted(asked, name, values) for name, values in found.results.facets.items() if name != "kind"
    }
    return {
        "total": total,
        "is_fuzzy": found.is_fuzzy,
        "exact": found.exact,
        "items": items,
        "facets": counted,
        "next": following,
    }


@router.get("/search/suggestions", auth=auth.READ, response=Suggestions)
def suggest(request: HttpRequest, q: Annotated[Text, Field(max_length=asking.MOST_TEXT)]) -> dict[str, Any]:
    """What begins or goes on like `q`."""
    offered = suggested(q, request.user)
    return {
        "projects": [show_project(one) for one in offered.projects],
        "parts": [show_part(one) for one in offered.parts],
        "people": [show_owner(one) for one in offered.owners],
        "materials": [{"value": one.value, "label": one.name} for one in offered.materials],
    }


@router.get("/projects/{owner}/{slug}/similar/{path:path}", auth=auth.READ, response=list[Family])
def similar(request: HttpRequest, owner: str, slug: str, path: Text) -> list[dict[str, Any]]:
    """Parts whose shape is like that of a part of this project's default branch, nearest first."""
    project = find(request, owner, slug)
    if not project.head:
        raise HttpError(404, _("There is no such file."))
    entry = project.repo.entry(project.head, path)
    one = results.at(project, [(entry.path, entry.oid)]).get(entry.path)
    return _families(request, one.analysis, without=one.file.pk) if one and one.analysis else []


@router.post("/search/shapes", auth=auth.READ, response={202: Shape})
def bring(request: HttpRequest, file: Files[NinjaFile]) -> Status[dict[str, Any]]:
    """Bring a part to compare: it is measured for this alone, and nobody else sees it."""
    within_limits(request, "shape")
    return Status(202, _shape(request, ask_shape(file)))


@router.get("/search/shapes/{token}", auth=auth.READ, response=Shape)
def compared(request: HttpRequest, token: Text) -> dict[str, Any]:
    """The parts that are like what was brought."""
    return _shape(request, token)


def _shape(request: HttpRequest, token: str) -> dict[str, Any]:
    row = of_token(token)
    if row is None:
        raise Http404("no such shape, or no longer")
    if row.state != Job.State.DONE:
        return {"token": token, "state": "failed" if row.state == Job.State.FAILED else "waiting"}
    if row.refusal_code:
        return {"token": token, "state": "refused"}
    return {"token": token, "state": "ready", "families": _families(request, row)}


def _families(request: HttpRequest, row: Analysis, *, without: int = 0) -> list[dict[str, Any]]:
    vector = row.descriptor
    found = alike(vector, request.user, without=without) if vector and any(vector) else []
    return [
        {
            "part": show_part(one.nearest),
            "distance": round(one.distance, 6),
            "others": [show_part(other) for other in one.others],
        }
        for one in found
    ]
