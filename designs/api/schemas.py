"""What the API takes. Unknown fields, NUL bytes and half characters are refused."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field

from designs import categories, licences


def _clean(value: str) -> str:
    if "\0" in value or any("\ud800" <= one <= "\udfff" for one in value):
        raise ValueError("no NUL bytes, no half characters")
    return value


def _licence(value: str) -> str:
    if value not in licences.LICENCES:
        raise ValueError("not an SPDX name that we know")
    return value


def _sooner(value: datetime) -> datetime:
    if not 2000 < value.year < 3000:
        raise ValueError("not a date of our time")
    return value.astimezone(UTC)


Text = Annotated[str, AfterValidator(_clean)]
Word = Annotated[str, Field(min_length=1, max_length=40), AfterValidator(_clean)]
Words = Annotated[list[Word], Field(max_length=20)]
Name = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_clean)]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9_-]{0,62}[a-z0-9])?$")]
Summary = Annotated[str, Field(max_length=300), AfterValidator(_clean)]
Licence = Annotated[str, AfterValidator(_licence)]
Visibility = Literal["public", "unlisted", "private"]
Ref = Annotated[str, Field(max_length=200), AfterValidator(_clean)]
Limit = Annotated[int, Field(ge=1, le=100)]
Cursor = Annotated[str, Field(max_length=60), AfterValidator(_clean)]


def _category(value: str) -> str:
    if value and value not in categories.NAMES:
        raise ValueError(f"one of {', '.join(categories.NAMES)}, or nothing")
    return value


Category = Annotated[str, Field(max_length=20), AfterValidator(_category)]


class Strict(Schema):
    """Unknown fields are mistakes."""

    model_config = ConfigDict(extra="forbid")


class NewProject(Strict):
    """A project to create; `owner` is a handle, one's own where it is left out."""

    name: Name
    owner: Annotated[str, Field(max_length=100), AfterValidator(_clean)] = ""
    slug: Slug | Literal[""] = ""
    summary: Summary = ""
    licence: Licence = licences.DEFAULT
    category: Category = ""
    tags: Words = []
    processes: Words = []
    materials: Words = []
    visibility: Visibility = "public"
    readme: bool = True


class ProjectChange(Strict):
    """What to change of a project; what is left out stays."""

    name: Name | None = None
    slug: Slug | None = None
    summary: Summary | None = None
    licence: Licence | None = None
    category: Category | None = None
    tags: Words | None = None
    processes: Words | None = None
    materials: Words | None = None
    visibility: Visibility | None = None
    default_branch: Name | None = None


class NewCommit(Schema):
    """The words beside the files of a commit: a `path` for each, paths to `delete`."""

    path: list[Text] = []
    delete: list[Text] = []
    message: Annotated[str, Field(max_length=100_000), AfterValidator(_clean)] = ""
    branch: Annotated[str, Field(max_length=100), AfterValidator(_clean)] = ""


class NewRelease(Strict):
    """A release to publish; `target` is a branch or commit."""

    tag: Annotated[str, Field(min_length=1, max_length=60), AfterValidator(_clean)]
    title: Annotated[str, Field(max_length=120), AfterValidator(_clean)] = ""
    notes: Annotated[str, Field(max_length=100_000), AfterValidator(_clean)] = ""
    target: Annotated[str, Field(max_length=200), AfterValidator(_clean)] = ""
    is_prerelease: bool = False


class ReleaseChange(Strict):
    """What a release says; what is left out stays. Tag, commit and files are frozen."""

    title: Annotated[str, Field(max_length=120), AfterValidator(_clean)] | None = None
    notes: Annotated[str, Field(max_length=100_000), AfterValidator(_clean)] | None = None
    is_prerelease: bool | None = None


class NewImport(Strict):
    """A project to bring in from a git address; `owner` is a handle, one's own where it is left out.

    `username` and `secret` are who you are there, for a private repository: used once, then forgotten.
    """

    url: Annotated[str, Field(min_length=1, max_length=2000), AfterValidator(_clean)]
    name: Name
    owner: Annotated[str, Field(max_length=100), AfterValidator(_clean)] = ""
    slug: Slug | Literal[""] = ""
    licence: Licence = licences.DEFAULT
    visibility: Visibility = "public"
    username: Annotated[str, Field(max_length=200), AfterValidator(_clean)] = ""
    secret: Annotated[str, Field(max_length=1000), AfterValidator(_clean)] = ""


class NewFileImport(Schema):
    """The words beside a bundle or ZIP that is sent."""

    source: Literal["bundle", "zip"]
    name: Name
    owner: Annotated[str, Field(max_length=100), AfterValidator(_clean)] = ""
    slug: Slug | Literal[""] = ""
    licence: Licence = licences.DEFAULT
    visibility: Visibility = "public"


IssueState = Literal["open", "closed"]


class NewIssue(Strict):
    """An issue to open."""

    kind: Literal["question", "problem", "wish"]
    title: Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_clean)]
    text: Annotated[str, Field(max_length=40_000), AfterValidator(_clean)] = ""
    labels: Words = []


class IssueChange(Strict):
    """What to change of an issue."""

    state: IssueState


class NewComment(Strict):
    """Something to say."""

    text: Annotated[str, Field(min_length=1, max_length=40_000), AfterValidator(_clean)]


class NewContribution(Strict):
    """Commits to offer: a branch of `source` (`owner/slug`, the project itself where it is left out)."""

    source: Annotated[str, Field(max_length=200), AfterValidator(_clean)] = ""
    source_branch: Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_clean)]
    target_branch: Annotated[str, Field(max_length=100), AfterValidator(_clean)] = ""
    title: Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_clean)]
    text: Annotated[str, Field(max_length=40_000), AfterValidator(_clean)] = ""
    is_draft: bool = False


class Merge(Strict):
    """How to merge: the commit's message, and which side of each conflict stays."""

    message: Annotated[str, Field(max_length=10_000), AfterValidator(_clean)] = ""
    sides: dict[str, Literal["ours", "theirs"]] = {}


class NewToken(Strict):
    """An access token to make."""

    name: Annotated[str, Field(min_length=1, max_length=80), AfterValidator(_clean)]
    scopes: list[Literal["read", "write", "account"]] = ["read"]
    expires_at: Annotated[AwareDatetime, AfterValidator(_sooner)] | None = None


class Page(Schema):
    """One page of a listing; `next` is the address of the following one."""

    items: list[dict[str, Any]]
    next: str | None
