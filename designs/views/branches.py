"""Branches and tags of a project, and which branches are protected."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from designs import policy
from designs.actions import branches as actions
from designs.actions.change_project import update_project
from designs.actions.errors import RefusedError
from designs.models import Project
from designs.views.commits import Line, with_people
from designs.views.lookup import person
from designs.views.page import project_page, show
from storage.git import branches as git

PER_PAGE = 30


@dataclass(frozen=True)
class Row:
    """One branch: its last commit, how far it is from the default one, whether it is protected."""

    name: str
    line: Line
    ahead: int
    behind: int
    is_default: bool
    is_protected: bool


@project_page()
def branches(request: HttpRequest, project: Project) -> HttpResponse:
    """Every branch; writers make, rename and delete here."""
    if request.method == "POST":
        return _changed(request, project)
    refs = sorted(project.repo.branches(), key=lambda ref: ref.name != project.default_branch)
    words = request.GET.get("q", "").casefold()
    page = Paginator([ref for ref in refs if words in ref.name.casefold()], PER_PAGE).get_page(request.GET.get("page"))
    tips = [ref.commit for ref in page]
    lines = {line.commit.id: line for line in with_people(project, project.repo.commits(tips))}
    apart = git.apart(project.path, project.head, tips) if project.head else {}
    patterns = list(project.protected_branches.all())
    rows = [
        Row(
            ref.name,
            lines[ref.commit],
            *apart.get(ref.commit, (0, 0)),
            ref.name == project.default_branch,
            policy.is_protected(project, ref.name, patterns=patterns),
        )
        for ref in page
    ]
    context = {"rows": rows, "page": page, "words": request.GET.get("q", "")}
    return show(request, project, "designs/branches.html", context, tab="commits")


@require_safe
@project_page()
def tags(request: HttpRequest, project: Project) -> HttpResponse:
    """Every tag, with its release where it has one."""
    page = Paginator(project.repo.tags(), PER_PAGE).get_page(request.GET.get("page"))
    lines = {c.commit.id: c for c in with_people(project, project.repo.commits([ref.commit for ref in page]))}
    released = set(project.releases.filter(tag__in=[ref.name for ref in page]).values_list("tag", flat=True))
    rows = [(ref.name, lines[ref.commit], ref.name in released) for ref in page]
    return show(request, project, "designs/tags.html", {"rows": rows, "page": page}, tab="commits")


@project_page("manage")
def protected(request: HttpRequest, project: Project) -> HttpResponse:
    """Which branches nobody rewrites or deletes."""
    if request.method == "POST":
        action = request.POST.get("action", "")
        try:
            if action == "add":
                actions.protect(project, request.POST.get("pattern", "").strip())
            elif action == "default":
                actions.protect_default(project, wanted=request.POST.get("wanted") == "yes")
            elif action == "remove" and (number := request.POST.get("rule", "")).isdecimal():
                for rule in project.protected_branches.filter(pk=int(number[:18])):
                    rule.project = project
                    actions.unprotect(rule)
        except RefusedError as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("Saved."))
        return redirect("designs:protected_branches", project.namespace.handle, project.slug)
    names = [ref.name for ref in project.repo.branches()]
    rules = list(project.protected_branches.all())
    shown = [
        (rule, [n for n in names if policy.is_protected(project, n, patterns=[rule], default=False)]) for rule in rules
    ]
    return show(request, project, "designs/protected_branches.html", {"rules": shown}, tab="settings")


def _changed(request: HttpRequest, project: Project) -> HttpResponse:
    answer = redirect("designs:branches", project.namespace.handle, project.slug)
    if not policy.can_write(request.user, project):
        return _refused(request, answer, _("Only who may write to this project can change its branches."))
    sent, by = request.POST, person(request)
    name = sent.get("name", "").strip()
    try:
        match sent.get("action"):
            case "create":
                actions.create_branch(project, by=by, name=name, start=sent.get("start", "").strip())
                said = _("The branch “%(name)s” is there.") % {"name": name}
            case "delete":
                actions.delete_branch(project, by=by, name=name)
                said = _("The branch “%(name)s” is deleted.") % {"name": name}
            case "rename":
                actions.rename_branch(project, by=by, name=name, to=sent.get("to", "").strip())
                said = _("The branch has a new name.")
            case "default" if policy.can_manage(request.user, project):
                update_project(project, {"default_branch": name})
                said = _("“%(name)s” is the default branch now.") % {"name": name}
            case _other:
                return answer
    except RefusedError as refused:
        return _refused(request, answer, str(refused))
    messages.success(request, said)
    return answer


def _refused(request: HttpRequest, answer: HttpResponse, sentence: str) -> HttpResponse:
    messages.error(request, sentence)
    return answer
