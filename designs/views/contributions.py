"""Contributions: the list, a new one, one with what it changes, and merging it."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from designs import discussions, policy
from designs.actions import contributions as actions
from designs.actions.errors import RefusedError
from designs.limits import within_limits
from designs.models import Comment, Contribution, Issue, Project
from designs.views import diffs
from designs.views.commits import SHOWN, with_people
from designs.views.issues import issue_of
from designs.views.lookup import person
from designs.views.page import project_page, show
from designs.views.paging import page_number
from designs.views.photos import with_photos
from designs.views.sign_in import signed_in
from designs.views.timeline import timeline
from storage.git.errors import GitError
from storage.git.merge import Side

PER_PAGE = 25
COMMITS = 100
SOURCES = 20


@project_page()
def contributions(request: HttpRequest, project: Project) -> HttpResponse:
    """Those that wait, and those that were merged or closed."""
    rows = Contribution.objects.filter(issue__project=project)
    if not policy.can_moderate(request.user):
        rows = rows.filter(issue__hidden_at=None)
    closed = Q(issue__state=Issue.State.CLOSED)
    counts = rows.aggregate(open=Count("pk", filter=~closed), closed=Count("pk", filter=closed))
    state = "closed" if request.GET.get("state") == "closed" else "open"
    found = rows.filter(issue__state=state).select_related("issue__author", "source__namespace")
    page = Paginator(found.order_by("-issue__number"), PER_PAGE).get_page(page_number(request))
    context = {"page": page, "counts": counts, "state": state}
    return show(request, project, "designs/contributions.html", context, tab="contributions")


@dataclass(frozen=True)
class Source:
    """A branch that this person may offer."""

    project: Project
    branch: str

    @property
    def value(self) -> str:
        """As it stands in the form and in addresses."""
        return f"{self.project}:{self.branch}"


def _sources(request: HttpRequest, project: Project) -> list[Source]:
    """Branches of one's own forks, and of the project itself where one may write to it."""
    family = Project.objects.visible_to(request.user).with_card()
    forks = family.filter(Q(forked_from=project) | Q(forked_from__forked_from=project))
    mine = [fork for fork in forks.order_by("-updated_at")[:SOURCES] if policy.can_offer(request.user, fork)]
    if project.forked_from_id and (parent := family.filter(pk=project.forked_from_id).first()):
        mine += [parent] if policy.can_offer(request.user, parent) else []
    mine += [project] if policy.can_offer(request.user, project) else []
    return [Source(one, ref.name) for one in mine for ref in one.repo.branches()]


@project_page()
def contribution_new(request: HttpRequest, project: Project) -> HttpResponseBase:
    """Choose what is offered and where it goes, look at it, say what it is, and send it."""
    signed_in(request)
    sources = _sources(request, project)
    targets = [ref.name for ref in project.repo.branches()]
    asked = request.POST if request.method == "POST" else request.GET
    source = _chosen(sources, asked.get("from", ""), project)
    into = asked.get("into", "")
    into = into if into in targets else project.default_branch
    context: dict[str, Any] = {"sources": sources, "targets": targets, "source": source, "into": into}
    status = 200
    try:
        if request.method == "POST" and source:
            within_limits(request, "open_issue")
            made = actions.open_contribution(
                project,
                by=person(request),
                source=source.project,
                source_branch=source.branch,
                target_branch=into,
                title=asked.get("title", ""),
                text=with_photos(request, project, asked.get("text", "")[:40_000]),
                is_draft="is_draft" in asked,
            )
            return redirect(made.issue)
        if source:
            context["offer"] = actions.look_at(project, source.project, source.branch, into)
    except RefusedError as refused:
        context["fault"] = str(refused)
        status = 422 if request.method == "POST" else 200
    context |= {"title": asked.get("title", ""), "text": asked.get("text", ""), "is_draft": "is_draft" in asked}
    return show(request, project, "designs/contribution_new.html", context, tab="contributions", status=status)


def _chosen(sources: list[Source], value: str, project: Project) -> Source | None:
    """The branch asked for; else the first that is not the project's own default branch."""
    found = next((source for source in sources if source.value == value), None)
    own = f"{project}:{project.default_branch}"
    return found or next((source for source in sources if source.value != own), None)


def contribution_of(request: HttpRequest, project: Project, number: int) -> Contribution:
    """The contribution of this number. Raises Http404."""
    issue = issue_of(request, project, number)
    found = Contribution.objects.filter(issue=issue).select_related("source__namespace", "merged_by").first()
    if found is None:
        raise Http404("no such contribution")
    found.issue = issue
    return found


@project_page()
def contribution(request: HttpRequest, project: Project, number: int) -> HttpResponseBase:
    """What is offered: the discussion, the commits, and what happens to each part. An issue's number leads to it."""
    issue = issue_of(request, project, number)
    if issue.kind != Issue.Kind.CONTRIBUTION:
        return redirect(issue)
    return _show(request, contribution_of(request, project, number))


def _show(request: HttpRequest, found: Contribution, *, fault: str = "", message: str = "") -> HttpResponse:
    project = found.issue.project
    repo = project.repo
    changes = repo.changes(found.base, found.head)
    changed = diffs.of_changes(project, changes[:SHOWN])
    context = {
        "contribution": found,
        "issue": found.issue,
        "timeline": timeline(request, found.issue),
        "lines": with_people(project, repo.between([found.base], found.head)[-COMMITS:][::-1]),
        "changes": _with_talk(found, changed),
        "overall": diffs.overall(changed),
        "total": len(changes),
        "shows_source": found.source is not None and _may_see(request, found.source),
        "fault": fault,
        "message": message,
        **_merging(request, found),
    }
    return show(
        request, project, "designs/contribution.html", context, tab="contributions", status=422 if fault else 200
    )


def _may_see(request: HttpRequest, source: Project) -> bool:
    return Project.objects.visible_to(request.user).filter(pk=source.pk).exists()


def _merging(request: HttpRequest, found: Contribution) -> dict[str, Any]:
    """Whether it can be merged now, what stands against it, and who may."""
    told: dict[str, Any] = {"can_merge": policy.can_merge(request.user, found.issue.project), "conflicts": []}
    if found.state in {"open", "draft"}:
        try:
            told["conflicts"] = actions.attempt(found).conflicts
        except RefusedError as refused:
            told["hindrance"] = str(refused)
    return told


@dataclass
class Talked:
    """What happens to a file, and what was said about it."""

    one: diffs.Changed
    comments: list[tuple[Comment, str]]


def _with_talk(found: Contribution, changed: list[diffs.Changed]) -> list[Talked]:
    rows = list(found.issue.comments.filter(hidden_at=None).exclude(path="").select_related("author").order_by("pk"))
    html = discussions.rendered(found.issue.project, [row.text for row in rows])
    by_path: dict[str, list[tuple[Comment, str]]] = {}
    for row, text in zip(rows, html, strict=True):
        by_path.setdefault(row.path, []).append((row, text))
    return [Talked(one, by_path.get(one.change.path, [])) for one in changed]


@require_POST
@project_page("write")
def contribution_merge(request: HttpRequest, project: Project, number: int) -> HttpResponseBase:
    """Merge, with a side for each conflict."""
    found = contribution_of(request, project, number)
    sides: dict[str, Side] = {}
    for name, value in request.POST.items():
        if name.startswith("side:") and value in {"ours", "theirs"}:
            sides[name.removeprefix("side:")] = "ours" if value == "ours" else "theirs"
    message = request.POST.get("message", "")
    try:
        actions.merge_contribution(found, by=person(request), message=message, sides=sides)
    except (RefusedError, GitError) as refused:
        return _show(request, found, fault=str(refused), message=message)
    messages.success(request, _("Merged into %(branch)s.") % {"branch": found.target_branch})
    return redirect(found.issue)


@require_POST
@project_page()
def contribution_draft(request: HttpRequest, project: Project, number: int) -> HttpResponseBase:
    """Say that it is ready, or not yet: who offers it, and who may write."""
    signed_in(request)
    found = contribution_of(request, project, number)
    if not policy.can_settle(request.user, found.issue):
        return HttpResponse(status=403)
    actions.set_draft(found, is_draft=request.POST.get("draft") == "yes")
    return redirect(found.issue)
