"""Contributions: list, offer, read, merge, close."""

from typing import Annotated, Any, Literal

from django.db.models import Q
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router, Status
from ninja.errors import HttpError

from designs import policy
from designs.actions import contributions as actions
from designs.actions.close_issue import close_issue, reopen_issue
from designs.actions.errors import RefusedError
from designs.api import auth, pagination
from designs.api.projects import find
from designs.api.schemas import Cursor, IssueChange, Limit, Merge, NewContribution, Page
from designs.limits import within_limits
from designs.models import Contribution, Issue, Project

router = Router(tags=["contributions"])
AT = "/projects/{owner}/{slug}/contributions"
State = Literal["draft", "open", "merged", "closed"]
_STATES = {
    "merged": ~Q(merged_commit=""),
    "closed": Q(merged_commit="", issue__state=Issue.State.CLOSED),
    "draft": Q(merged_commit="", issue__state=Issue.State.OPEN, is_draft=True),
    "open": Q(merged_commit="", issue__state=Issue.State.OPEN, is_draft=False),
}


def _one(request: HttpRequest, owner: str, slug: str, number: int) -> Contribution:
    project = find(request, owner, slug)
    rows = Contribution.objects.filter(issue__project=project).select_related("issue__author", "source__namespace")
    if not policy.can_moderate(request.user):
        rows = rows.filter(issue__hidden_at=None)
    found = rows.filter(issue__number=number).first() if 0 < number < 1 << 31 else None
    if found is None:
        raise Http404("no such contribution")
    found.issue.project = project
    return found


def _show(request: HttpRequest, row: Contribution, visible: set[int]) -> dict[str, Any]:
    issue = row.issue
    return {
        "number": issue.number,
        "state": row.state,
        "title": issue.title,
        "text": issue.text,
        "author": issue.author.username if issue.author else None,
        "source": str(row.source) if row.source_id in visible else None,
        "source_branch": row.source_branch,
        "target_branch": row.target_branch,
        "head": row.head,
        "base": row.base,
        "merged_commit": row.merged_commit or None,
        "created_at": issue.created_at,
        "updated_at": issue.updated_at,
        "url": issue.get_absolute_url(),
    }


def _visible(request: HttpRequest, row: Contribution) -> set[int]:
    """The source, where this person may know of it."""
    user: Any = request.user
    return set(Project.objects.visible_to(user).filter(contributions_made=row).values_list("pk", flat=True))


@router.get(AT, auth=auth.READ, response=Page)
def list_contributions(
    request: HttpRequest,
    owner: str,
    slug: str,
    state: Annotated[State | None, Query()] = None,
    cursor: Cursor = "",
    limit: Limit = 30,
) -> dict[str, Any]:
    """The contributions, newest first: all, or those of one state."""
    project = find(request, owner, slug)
    found = Contribution.objects.filter(issue__project=project, issue__hidden_at=None)
    found = found.select_related("issue__author", "issue__project__namespace", "source__namespace")
    if state:
        found = found.filter(_STATES[state])
    user: Any = request.user
    sources = Project.objects.visible_to(user).filter(contributions_made__issue__project=project)
    visible = set(sources.values_list("pk", flat=True))
    return pagination.rows(request, found.order_by("-pk"), cursor, limit, lambda row: _show(request, row, visible))


@router.post(AT, auth=auth.WRITE, response={201: dict[str, Any]})
def add_contribution(request: HttpRequest, owner: str, slug: str, body: NewContribution) -> Status[dict[str, Any]]:
    """Offer the commits of a branch: `source` is `owner/slug`, the project itself where it is left out."""
    user: Any = request.user
    project = find(request, owner, slug)
    source = project
    if body.source:
        there, _slash, name = body.source.partition("/")
        source = find(request, there, name)
    within_limits(request, "open_issue")
    made = actions.open_contribution(
        project,
        by=user,
        source=source,
        source_branch=body.source_branch,
        target_branch=body.target_branch or project.default_branch,
        title=body.title,
        text=body.text,
        is_draft=body.is_draft,
    )
    return Status(201, _show(request, made, {source.pk}))


@router.get(AT + "/{int:number}", auth=auth.READ, response=dict[str, Any])
def get_contribution(request: HttpRequest, owner: str, slug: str, number: int) -> dict[str, Any]:
    """One contribution; `conflicts` names the files that both sides changed, while it waits."""
    row = _one(request, owner, slug, number)
    told = _show(request, row, _visible(request, row))
    if row.state in {"open", "draft"}:
        try:
            told["conflicts"] = list(actions.attempt(row).conflicts)
        except RefusedError as refused:
            told["hindrance"] = str(refused)
    return told


@router.post(AT + "/{int:number}/merge", auth=auth.WRITE, response=dict[str, Any])
def merge_contribution(request: HttpRequest, owner: str, slug: str, number: int, body: Merge) -> dict[str, Any]:
    """Merge it; `sides` says for each conflict whether `ours` or `theirs` stays."""
    user: Any = request.user
    row = _one(request, owner, slug, number)
    actions.merge_contribution(row, by=user, message=body.message, sides=body.sides)
    return _show(request, row, _visible(request, row))


@router.patch(AT + "/{int:number}", auth=auth.WRITE, response=dict[str, Any])
def change_contribution(request: HttpRequest, owner: str, slug: str, number: int, body: IssueChange) -> dict[str, Any]:
    """Close a contribution without merging it, or open it again: who made it, and who may write."""
    user: Any = request.user
    row = _one(request, owner, slug, number)
    if not policy.can_settle(user, row.issue):
        raise HttpError(403, _("You may not do this here."))
    if row.merged_commit:
        raise HttpError(409, _("Only an open contribution can be merged."))
    if body.state == Issue.State.CLOSED.value:
        close_issue(row.issue, by=user)
    else:
        reopen_issue(row.issue, by=user)
    return _show(request, row, _visible(request, row))
