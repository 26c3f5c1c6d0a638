"""A discussion in the order of time: comments, and what happened between them. For issues and contributions alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Page, Paginator
from django.http import HttpRequest

from accounts.models import User
from designs import discussions, policy, words_events
from designs.models import Comment, Event, Issue
from designs.views.paging import page_number

PER_PAGE = 60
SHOWN = [
    Event.Kind.ISSUE_CLOSED,
    Event.Kind.ISSUE_REOPENED,
    Event.Kind.ISSUE_LABELLED,
    Event.Kind.ISSUE_RENAMED,
    Event.Kind.ISSUE_MENTIONED,
    Event.Kind.CONTRIBUTION_UPDATED,
    Event.Kind.CONTRIBUTION_MERGED,
    Event.Kind.CONTRIBUTION_CLOSED,
    Event.Kind.CONTRIBUTION_REOPENED,
]

ICONS: dict[str, str] = {
    Event.Kind.ISSUE_CLOSED: "done",
    Event.Kind.CONTRIBUTION_CLOSED: "done",
    Event.Kind.CONTRIBUTION_MERGED: "branch",
    Event.Kind.ISSUE_REOPENED: "open",
    Event.Kind.CONTRIBUTION_REOPENED: "open",
    Event.Kind.ISSUE_LABELLED: "tag",
    Event.Kind.ISSUE_RENAMED: "edit",
}


@dataclass
class Item:
    """A comment with its HTML, or an event with its sentence; and what the reader may do with a comment."""

    at: datetime
    person: User | None
    comment: Comment | None = None
    html: str = ""
    event: Event | None = None
    deed: str = ""
    edit_url: str = ""
    delete_url: str = ""

    @property
    def icon(self) -> str:
        """The sign of an event."""
        return ICONS.get(self.event.kind, "commit") if self.event else "speech"

    @property
    def query(self) -> str:
        """Names the comment in the addresses of reports and of hiding."""
        return f"?comment={self.comment.pk}" if self.comment else ""


@dataclass
class Timeline:
    """One page of a discussion, and the opening text where it is the first page."""

    issue: Issue
    opening: str
    items: list[Item]
    page: Page[tuple[datetime, str, int]]
    edit_url: str
    can_settle: bool
    can_moderate: bool


def timeline(request: HttpRequest, issue: Issue) -> Timeline:
    """The page that is asked for: by `page`, or the one that holds `comment`. Seven queries, however long it is."""
    order = _order(issue)
    paginator = Paginator(order, PER_PAGE)
    page = paginator.get_page(_asked(request, order))
    comments = _comments(issue, [pk for _at, kind, pk in page if kind == "comment"])
    events = _events(issue, [pk for _at, kind, pk in page if kind == "event"])
    moderates = policy.can_moderate(request.user)
    manages = moderates or policy.can_manage(request.user, issue.project)
    told = [c for c in comments.values() if moderates or not c.hidden_at]
    opening, *rest = discussions.rendered(issue.project, [issue.text, *(c.text for c in told)])
    html = {comment.pk: text for comment, text in zip(told, rest, strict=True)}
    base = issue.project.get_absolute_url()
    items = []
    for at, kind, pk in page:
        if kind == "event" and pk in events:
            event = events[pk]
            items.append(Item(at, event.actor, event=event, deed=words_events.deed(event)))
        elif kind == "comment" and pk in comments:
            comment = comments[pk]
            mine = policy.can_reword(request.user, comment)
            body = html.get(pk, "")
            item = Item(at, comment.author, comment, body)
            item.edit_url = _act(comment, "edit") if mine else ""
            item.delete_url = _act(comment, "delete") if mine or manages else ""
            items.append(item)
    return Timeline(
        issue=issue,
        opening=opening,
        items=items,
        page=page,
        edit_url=f"{base}issues/{issue.number}/edit/" if policy.can_reword(request.user, issue) else "",
        can_settle=policy.can_settle(request.user, issue),
        can_moderate=moderates,
    )


def _act(comment: Comment, name: str) -> str:
    return f"{comment.issue.project.get_absolute_url()}comments/{comment.pk}/{name}/"


def _order(issue: Issue) -> list[tuple[datetime, str, int]]:
    said = issue.comments.order_by("pk").values_list("created_at", "pk")
    done = issue.events.filter(kind__in=SHOWN).order_by("pk").values_list("at", "pk")
    return sorted([*((at, "comment", pk) for at, pk in said), *((at, "event", pk) for at, pk in done)])


def _asked(request: HttpRequest, order: Sequence[tuple[datetime, str, int]]) -> int:
    wanted = request.GET.get("comment", "")
    if wanted.isascii() and wanted.isdigit() and len(wanted) < 19:
        for number, (_at, kind, pk) in enumerate(order):
            if kind == "comment" and pk == int(wanted):
                return number // PER_PAGE + 1
    return page_number(request)


def _comments(issue: Issue, pks: list[int]) -> dict[int, Comment]:
    found = {comment.pk: comment for comment in issue.comments.filter(pk__in=pks).select_related("author")}
    for comment in found.values():
        comment.issue = issue
    return found


def _events(issue: Issue, pks: list[int]) -> dict[int, Event]:
    return {event.pk: event for event in issue.events.filter(pk__in=pks).select_related("actor")}
