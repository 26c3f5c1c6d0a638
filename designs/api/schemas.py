"""What the API takes and gives."""

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import AfterValidator, ConfigDict, Field

from designs import licences
from designs.models import Project, Release
from designs.results import Result
from designs import words


def _plain(value: str) -> str:
    """Text that every database takes."""
    if "\0" in value:
        raise ValueError("the character NUL is not allowed")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise ValueError("unpaired surrogates are not allowed") from error
    return value


def _licence(value: str) -> str:
    if value not in licences.LICENCES:
        raise ValueError("say one of " + ", ".join(licences.LICENCES))
    return value


Text = Annotated[str, AfterValidator(_plain)]
Word = Annotated[str, Field(min_length=1, max_length=40), AfterValidator(_plain)]
Words = Annotated[list[Word], Field(max_length=20)]
SpdxLicence = Annotated[str, AfterValidator(_licence)]
Visibility = Literal["public", "unlisted", "private"]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]


class In(Schema):
    """What comes in has no field that we do not know."""

    model_config = ConfigDict(extra="forbid")


class ProjectIn(In):
    name: Annotated[Text, Field(min_length=1, max_length=100)]
    owner: Annotated[Text, Field(max_length=39)] = ""
    slug: Slug | Literal[""] = ""
    summary: Annotated[Text, Field(max_length=300)] = ""
    licence: SpdxLicence = licences.DEFAULT
    tags: Words = []
    processes: Words = []
    materials: Words = []
    visibility: Visibility = "public"


class ProjectPatch(In):
    name: Annotated[Text, Field(min_length=1, max_length=100)] | None = None
    slug: Slug | None = None
    owner: Annotated[Text, Field(max_length=39)] | None = None
    summary: Annotated[Text, Field(max_length=300)] | None = None
    licence: SpdxLicence | None = None
    tags: Words | None = None
    processes: Words | None = None
    materials: Words | None = None
    visibility: Visibility | None = None
    default_branch: Annotated[Text, Field(max_length=100)] | None = None


class ReleaseIn(In):
    tag: Annotated[Text, Field(min_length=1, max_length=60)]
    title: Annotated[Text, Field(max_length=120)] = ""
    notes: Annotated[Text, Field(max_length=50_000)] = ""
    target: Annotated[Text, Field(max_length=200)] = ""


class TokenIn(In):
    name: Annotated[Text, Field(min_length=1, max_length=80)]
    scopes: list[Literal["read", "write", "account"]] = ["read"]
    expires_at: datetime | None = None


class ProjectOut(Schema):
    owner: str
    slug: str
    name: str
    summary: str
    licence: str
    licence_is_open: bool
    tags: list[str]
    processes: list[str]
    materials: list[str]
    visibility: str
    default_branch: str
    head: str
    created_at: datetime
    updated_at: datetime
    url: str
    clone_url: str


class ProjectPage(Schema):
    items: list[ProjectOut]
    next: str | None


class CommittedFile(Schema):
    path: str
    sha256: str
    analysis: str | None


class Committed(Schema):
    commit: str
    files: list[CommittedFile]


class EntryOut(Schema):
    path: str
    size: int
    sha256: str | None
    format: str | None
    analysis: str | None


class EntryPage(Schema):
    ref: str
    commit: str
    items: list[EntryOut]
    next: str | None


class FindingOut(Schema):
    code: str
    severity: str
    message: str
    value: float | None = None
    limit: float | None = None
    unit: str = ""


class AnalysisOut(Schema):
    sha256: str
    format: str
    state: Literal["waiting", "ready", "refused", "failed"]
    facts: dict[str, Any] | None
    grade: str | None
    findings: list[FindingOut]
    error: str | None
    preview: str | None
    thumbnail: str | None
    model: str | None


class FileOut(Schema):
    path: str
    commit: str
    size: int
    sha256: str
    format: str | None
    units: str
    raw: str
    analysis: AnalysisOut | None


class CommitOut(Schema):
    commit: str
    parents: list[str]
    author: str
    username: str | None
    at: datetime
    message: str


class CommitPage(Schema):
    items: list[CommitOut]
    next: str | None


class ReleaseOut(Schema):
    tag: str
    title: str
    notes: str
    commit: str
    created_at: datetime
    files: list[dict[str, Any]]


class ReleasePage(Schema):
    items: list[ReleaseOut]
    next: str | None


class Me(Schema):
    username: str
    name: str
    email: str
    language: str
    organisations: list[str]


class TokenOut(Schema):
    id: int
    name: str
    start: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


class TokenMade(TokenOut):
    secret: str


def project_out(project: Project) -> ProjectOut:
    """A project as the API tells it."""
    return ProjectOut(
        owner=project.namespace.handle,
        licence_is_open=project.is_open,
        url=project.get_absolute_url(),
        clone_url=project.clone_url,
        **{
            name: getattr(project, name)
            for name in (
                "slug name summary licence tags processes materials visibility default_branch head created_at "
                "updated_at"
            ).split()
        },
    )


def release_out(release: Release) -> ReleaseOut:
    """A release as the API tells it."""
    return ReleaseOut(
        **{name: getattr(release, name) for name in ("tag", "title", "notes", "commit", "created_at", "files")}
    )


def analysis_out(result: Result) -> AnalysisOut | None:
    """What is known of a file's content; None for formats that are not measured."""
    row = result.analysis
    if row is None or result.state == "none":
        return None
    verdict = result.verdict
    sentence = row.refusal.get("sentence") or row.error or None
    return AnalysisOut(
        sha256=row.sha256,
        format=row.format,
        state=result.state,  # type: ignore[arg-type]
        facts=result.facts,
        grade=verdict.grade if verdict else None,
        findings=[
            FindingOut(
                code=found.code,
                severity=found.severity,
                message=words.finding(found).sentence,
                value=found.value,
                limit=found.limit,
                unit=found.unit,
            )
            for found in (verdict.findings if verdict else ())
        ],
        error=sentence,
        preview=result.preview_url or None,
        thumbnail=result.thumbnail_url or None,
        model=result.model_url or None,
    )
