"""Issues of a project: the list, a new one, one with its discussion."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from designs import policy
from designs.actions.errors import RefusedError
from designs.actions.labels import ensure_labels
from designs.actions.open_issue import open_issue
from designs.issue_forms import KINDS, NewIssueForm
from designs.limits import within_limits
from designs.models import Comment, Issue, Notification, Project
from designs.views.lookup import person
from designs.views.page import project_page, show
from designs.views.paging import page_number
from designs.views.photos import with_photos
from designs.views.sign_in import signed_in
from designs.views.timeline import timeline

PER_PAGE = 25
LONGEST_FILTER = 100


def issue_of(request: HttpRequest, project: Project, number: int) -> Issue:
    """The issue or contribution of this number; hidden ones only for staff. Raises Http404."""
    rows = project.issues.select_related("author", "closed_by")
    if not policy.can_moderate(request.user):
        rows = rows.filter(hidden_at=None)
    if number >= 1 << 31:
        raise Http404("no such number")
    issue = get_object_or_404(rows, number=number)
    issue.project = project
    return issue


@project_page()
def issues(request: HttpRequest, project: Project) -> HttpResponse:
    """Open or closed, by kind, label, author and words."""
    asked = _asked(request)
    found = _filtered(_listed(request, project), asked)
    counts = found.aggregate(
        open=Count("pk", filter=Q(state=Issue.State.OPEN)), closed=Count("pk", filter=Q(state=Issue.State.CLOSED))
    )
    rows = found.filter(state=asked["state"]).select_related("author").prefetch_related("labels").defer("text")
    page = Paginator(rows.order_by("-number"), PER_PAGE).get_page(page_number(request))
    said = Comment.objects.filter(issue__in=[issue.pk for issue in page], hidden_at=None).order_by()
    comments = dict(said.values_list("issue").annotate(n=Count("pk")))
    context = {
        "page": page,
        "issues": [(issue, comments.get(issue.pk, 0)) for issue in page],
        "counts": counts,
        "asked": asked,
        "is_filtered": any(value for key, value in asked.items() if key != "state"),
        "kinds": KINDS,
        "labels": list(project.labels.all()),
    }
    return show(request, project, "designs/issues.html", context, tab="issues")


def _asked(request: HttpRequest) -> dict[str, str]:
    def value(name: str) -> str:
        return request.GET.get(name, "").replace("\0", "").strip()[:LONGEST_FILTER]

    asked = {name: value(name) for name in ("q", "kind", "label", "author")}
    asked["state"] = "closed" if value("state") == "closed" else "open"
    asked["author"] = asked["author"].removeprefix("@").lower()
    return asked


def _listed(request: HttpRequest, project: Project) -> QuerySet[Issue]:
    rows = project.issues.exclude(kind=Issue.Kind.CONTRIBUTION)
    return rows if policy.can_moderate(request.user) else rows.filter(hidden_at=None)


def _filtered(rows: QuerySet[Issue], asked: dict[str, str]) -> QuerySet[Issue]:
    if asked["kind"]:
        rows = rows.filter(kind=asked["kind"])
    if asked["label"]:
        rows = rows.filter(pk__in=Issue.objects.filter(labels__name=asked["label"]).values("pk"))
    if asked["author"]:
        rows = rows.filter(author__username=asked["author"])
    if asked["q"]:
        rows = rows.filter(Q(title__icontains=asked["q"]) | Q(text__icontains=asked["q"]))
    return rows


@project_page()
def issue_new(request: HttpRequest, project: Project) -> HttpResponseBase:
    """Open one; needs a sign-in, no right."""
    signed_in(request)
    ensure_labels(project)
    initial: dict[str, Any] = {name: request.GET[name] for name in ("kind", "title", "text") if name in request.GET}
    form = NewIssueForm(request.POST or None, project=project, initial=initial)
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data
        try:
            within_limits(request, "open_issue")
            text = with_photos(request, project, facts["text"])
            made = open_issue(project, by=person(request), **{**facts, "text": text})
        except RefusedError as refused:
            form.add_error(None, str(refused))
        else:
            return redirect(made)
    context = {"form": form, "kinds": KINDS}
    return show(request, project, "designs/issue_new.html", context, tab="issues", status=422 if form.errors else 200)


@project_page()
def issue(request: HttpRequest, project: Project, number: int) -> HttpResponseBase:
    """One with its discussion. The number of a contribution leads to its own page."""
    found = issue_of(request, project, number)
    if found.kind == Issue.Kind.CONTRIBUTION:
        return redirect(found)
    return show_issue(request, found)


def show_issue(request: HttpRequest, issue: Issue, *, draft: str = "", fault: str = "") -> HttpResponse:
    """The page; after a comment that was refused with what was written and why. What it shows counts as read."""
    project = issue.project
    if request.user.is_authenticated:
        told = Notification.objects.filter(user=person(request), event__issue=issue)
        told.unread().update(read_at=timezone.now())
    context = {
        "issue": issue,
        "timeline": timeline(request, issue),
        "issue_labels": list(issue.labels.all()),
        "labels": list(project.labels.all()),
        "draft": draft,
        "fault": fault,
    }
    return show(request, project, "designs/issue.html", context, tab="issues", status=422 if fault else 200)
