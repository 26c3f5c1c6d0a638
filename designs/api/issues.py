"""Issues: list, open, read, comment, close; and likes."""

from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router, Status
from ninja.errors import HttpError

from designs import policy
from designs.actions.add_comment import add_comment
from designs.actions.close_issue import close_issue, reopen_issue
from designs.actions.like import like, unlike
from designs.actions.open_issue import open_issue
from designs.api import auth, pagination
from designs.api.projects import find
from designs.api.schemas import Cursor, IssueChange, IssueState, Limit, NewComment, NewIssue, Page
from designs.limits import within_limits
from designs.models import Comment, Issue

router = Router(tags=["issues"])
AT = "/projects/{owner}/{slug}/issues"
Kind = Literal["question", "problem", "wish"]


def _issue(request: HttpRequest, owner: str, slug: str, number: int) -> Issue:
    project = find(request, owner, slug)
    rows = project.issues.exclude(kind=Issue.Kind.CONTRIBUTION).select_related("author")
    if not policy.can_moderate(request.user):
        rows = rows.filter(hidden_at=None)
    issue = rows.filter(number=number).first() if 0 < number < 1 << 31 else None
    if issue is None:
        raise Http404("no such issue")
    issue.project = project
    return issue


def _show(issue: Issue) -> dict[str, Any]:
    return {
        "number": issue.number,
        "kind": issue.kind,
        "state": issue.state,
        "title": issue.title,
        "text": issue.text,
        "author": issue.author.username if issue.author else None,
        "labels": [label.name for label in issue.labels.all()],
        "created_at": issue.created_at,
        "updated_at": issue.updated_at,
        "closed_at": issue.closed_at,
        "url": issue.get_absolute_url(),
    }


def _said(comment: Comment) -> dict[str, Any]:
    return {
        "id": comment.pk,
        "author": comment.author.username if comment.author else None,
        "text": comment.text,
        "created_at": comment.created_at,
        "edited_at": comment.edited_at,
    }


@router.get(AT, auth=auth.READ, response=Page)
def list_issues(
    request: HttpRequest,
    owner: str,
    slug: str,
    state: Annotated[IssueState | None, Query()] = None,
    kind: Annotated[Kind | None, Query()] = None,
    cursor: Cursor = "",
    limit: Limit = 30,
) -> dict[str, Any]:
    """The issues, newest first: all, or those of one state or kind."""
    project = find(request, owner, slug)
    found = project.issues.filter(hidden_at=None).exclude(kind=Issue.Kind.CONTRIBUTION)
    found = found.select_related("author", "project__namespace").prefetch_related("labels")
    if state:
        found = found.filter(state=state)
    if kind:
        found = found.filter(kind=kind)
    return pagination.rows(request, found, cursor, limit, _show)


@router.post(AT, auth=auth.WRITE, response={201: dict[str, Any]})
def add_issue(request: HttpRequest, owner: str, slug: str, body: NewIssue) -> Status[dict[str, Any]]:
    """Open an issue; `labels` are names of labels of the project."""
    user: Any = request.user
    project = find(request, owner, slug)
    labels = list(project.labels.filter(name__in=body.labels))
    if len(labels) < len(set(body.labels)):
        raise HttpError(422, _("This project has no such label."))
    within_limits(request, "open_issue")
    made = open_issue(project, by=user, kind=body.kind, title=body.title, text=body.text, labels=labels)
    return Status(201, _show(made))


@router.get(AT + "/{int:number}", auth=auth.READ, response=dict[str, Any])
def get_issue(request: HttpRequest, owner: str, slug: str, number: int) -> dict[str, Any]:
    """One issue."""
    return _show(_issue(request, owner, slug, number))


@router.patch(AT + "/{int:number}", auth=auth.WRITE, response=dict[str, Any])
def change_issue(request: HttpRequest, owner: str, slug: str, number: int, body: IssueChange) -> dict[str, Any]:
    """Close an issue, or open it again: who opened it, and who may write."""
    user: Any = request.user
    issue = _issue(request, owner, slug, number)
    if not policy.can_settle(user, issue):
        raise HttpError(403, _("You may not do this here."))
    if body.state == Issue.State.CLOSED.value:
        close_issue(issue, by=user)
    else:
        reopen_issue(issue, by=user)
    return _show(issue)


@router.get(AT + "/{int:number}/comments", auth=auth.READ, response=Page)
def list_comments(
    request: HttpRequest, owner: str, slug: str, number: int, cursor: Cursor = "", limit: Limit = 30
) -> dict[str, Any]:
    """What was said, newest first."""
    found = _issue(request, owner, slug, number).comments.filter(hidden_at=None).select_related("author")
    return pagination.rows(request, found, cursor, limit, _said)


@router.post(AT + "/{int:number}/comments", auth=auth.WRITE, response={201: dict[str, Any]})
def comment_issue(request: HttpRequest, owner: str, slug: str, number: int, body: NewComment) -> Status[dict[str, Any]]:
    """Say something."""
    user: Any = request.user
    issue = _issue(request, owner, slug, number)
    within_limits(request, "comment")
    return Status(201, _said(add_comment(issue, by=user, text=body.text)))


@router.put("/projects/{owner}/{slug}/like", auth=auth.WRITE, response={204: None})
def add_like(request: HttpRequest, owner: str, slug: str) -> HttpResponse:
    """Like a project."""
    user: Any = request.user
    like(find(request, owner, slug), by=user)
    return HttpResponse(status=204)


@router.delete("/projects/{owner}/{slug}/like", auth=auth.WRITE, response={204: None})
def delete_like(request: HttpRequest, owner: str, slug: str) -> HttpResponse:
    """Like it no longer."""
    user: Any = request.user
    unlike(find(request, owner, slug), by=user)
    return HttpResponse(status=204)
