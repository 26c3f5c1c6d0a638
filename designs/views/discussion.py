"""What people do in a discussion: comment, edit, remove, close, label, report, hide."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from designs import policy
from designs.actions.add_comment import add_comment
from designs.actions.close_issue import close_issue, reopen_issue
from designs.actions.edit_issue import delete_comment, edit_comment, edit_issue, set_labels
from designs.actions.errors import RefusedError
from designs.actions.moderate import hide_words, report_project, show_words
from designs.forms import ReportForm
from designs.issue_forms import LONGEST, IssueForm, LabelsForm, TextForm
from designs.limits import within_limits
from designs.models import Comment, Issue, Project
from designs.views.issues import issue_of, show_issue
from designs.views.lookup import person
from designs.views.page import project_page, show
from designs.views.photos import with_photos
from designs.views.sign_in import signed_in


def comment_of(request: HttpRequest, project: Project, comment_id: int) -> Comment:
    """A comment in this project; hidden ones only for staff. Raises Http404."""
    rows = Comment.objects.filter(issue__project=project).select_related("issue", "author")
    if not policy.can_moderate(request.user):
        rows = rows.filter(hidden_at=None, issue__hidden_at=None)
    if comment_id >= 1 << 63:
        raise Http404("no such comment")
    comment = get_object_or_404(rows, pk=comment_id)
    comment.issue.project = project
    return comment


def _to(comment: Comment) -> HttpResponseBase:
    return redirect(f"{comment.issue.get_absolute_url()}?comment={comment.pk}#comment-{comment.pk}")


def _demand(allowed: bool) -> None:
    if not allowed:
        raise PermissionDenied


@require_POST
@project_page()
def comment(request: HttpRequest, project: Project, number: int) -> HttpResponseBase:
    """Say something; with `settle`, close or reopen it in the same step."""
    signed_in(request)
    issue = issue_of(request, project, number)
    form, settle = TextForm(request.POST), request.POST.get("settle", "")
    try:
        if not form.is_valid():
            raise RefusedError(_("At most %(n)d letters.") % {"n": LONGEST}, "invalid")
        text = form.cleaned_data["text"]
        said = None
        if text.strip() or request.FILES or not settle:
            within_limits(request, "comment")
            path = request.POST.get("path", "")[:4096] if issue.kind == Issue.Kind.CONTRIBUTION else ""
            text = with_photos(request, project, text)
            said = add_comment(issue, by=person(request), text=text, path=path)
    except RefusedError as refused:
        if issue.kind == Issue.Kind.CONTRIBUTION:
            messages.error(request, str(refused))
            return redirect(issue)
        return show_issue(request, issue, draft=request.POST.get("text", ""), fault=str(refused))
    if settle:
        _settle(request, issue, settle)
    return _to(said) if said else redirect(issue)


@require_POST
@project_page()
def state(request: HttpRequest, project: Project, number: int) -> HttpResponseBase:
    """Close or reopen without a word."""
    signed_in(request)
    issue = issue_of(request, project, number)
    _settle(request, issue, request.POST.get("settle", ""))
    return redirect(issue)


def _settle(request: HttpRequest, issue: Issue, settle: str) -> None:
    _demand(policy.can_settle(request.user, issue) and issue.kind != Issue.Kind.CONTRIBUTION)
    if settle == "close":
        close_issue(issue, by=person(request))
    elif settle == "reopen":
        reopen_issue(issue, by=person(request))


@project_page()
def issue_edit(request: HttpRequest, project: Project, number: int) -> HttpResponseBase:
    """Title, text and labels: writers may change all but the text of others."""
    signed_in(request)
    issue = issue_of(request, project, number)
    _demand(policy.can_settle(request.user, issue))
    rewords = policy.can_reword(request.user, issue)
    initial = {"title": issue.title, "text": issue.text, "labels": issue.labels.all()}
    form = IssueForm(request.POST or None, project=project, initial=initial)
    if not rewords:
        del form.fields["text"]
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data
        try:
            text = with_photos(request, project, facts["text"]) if rewords else issue.text
            edit_issue(issue, by=person(request), title=facts["title"], text=text)
            set_labels(issue, by=person(request), labels=facts["labels"])
        except RefusedError as refused:
            form.add_error(None, str(refused))
        else:
            return redirect(issue)
    context = {"issue": issue, "form": form, "can_reword": rewords}
    return show(request, project, "designs/issue_edit.html", context, tab="issues", status=422 if form.errors else 200)


@require_POST
@project_page()
def issue_labels(request: HttpRequest, project: Project, number: int) -> HttpResponseBase:
    """Choose its labels."""
    signed_in(request)
    issue = issue_of(request, project, number)
    _demand(policy.can_settle(request.user, issue))
    form = LabelsForm(request.POST, project=project)
    if form.is_valid():
        set_labels(issue, by=person(request), labels=form.cleaned_data["labels"])
    return redirect(issue)


@project_page()
def comment_edit(request: HttpRequest, project: Project, comment_id: int) -> HttpResponseBase:
    """Change one's own comment."""
    signed_in(request)
    found = comment_of(request, project, comment_id)
    _demand(policy.can_reword(request.user, found))
    form = TextForm(request.POST or None, initial={"text": found.text})
    if request.method == "POST" and form.is_valid():
        try:
            edit_comment(found, text=with_photos(request, project, form.cleaned_data["text"]))
        except RefusedError as refused:
            form.add_error("text", str(refused))
        else:
            return _to(found)
    context = {"issue": found.issue, "form": form, "can_reword": True}
    return show(request, project, "designs/issue_edit.html", context, tab="issues", status=422 if form.errors else 200)


@require_POST
@project_page()
def comment_delete(request: HttpRequest, project: Project, comment_id: int) -> HttpResponseBase:
    """Remove a comment."""
    signed_in(request)
    found = comment_of(request, project, comment_id)
    _demand(policy.can_remove(request.user, found))
    delete_comment(found)
    messages.success(request, _("The comment is deleted."))
    return redirect(found.issue)


def _said(request: HttpRequest, project: Project, number: int) -> Issue | Comment:
    """The issue, or the comment of it that the address names."""
    wanted = request.GET.get("comment", "")
    if wanted.isascii() and wanted.isdigit() and len(wanted) < 19:
        found = comment_of(request, project, int(wanted))
        if found.issue.number == number:
            return found
    return issue_of(request, project, number)


@project_page()
def words_report(request: HttpRequest, project: Project, number: int) -> HttpResponseBase:
    """Tell the staff of an issue or a comment; signing in is not needed."""
    said = _said(request, project, number)
    form = ReportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        comment, issue = (said, said.issue) if isinstance(said, Comment) else (None, said)
        by = person(request) if request.user.is_authenticated else None
        try:
            within_limits(request, "report")
            report_project(project, by=by, **form.cleaned_data, issue=issue, comment=comment)
        except RefusedError as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Thank you. Somebody will look at it."))
            return redirect(issue)
    context = {"form": form, "said": said}
    return show(
        request, project, "designs/words_report.html", context, tab="issues", status=422 if form.errors else 200
    )


@require_POST
@project_page()
def words_hide(request: HttpRequest, project: Project, number: int) -> HttpResponseBase:
    """Hide an issue or a comment, or show it again: staff."""
    if not policy.can_moderate(request.user):
        raise Http404("no such page")
    said = _said(request, project, number)
    if request.POST.get("action") == "hide":
        hide_words(said)
        messages.success(request, _("Hidden: only staff read it."))
    else:
        show_words(said)
        messages.success(request, _("Shown again."))
    return _to(said) if isinstance(said, Comment) else redirect(said)
