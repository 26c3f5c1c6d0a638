"""Contributions: offer commits, follow the branch they come from, merge, close."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from designs import contents, policy
from designs.actions import licence_gate
from designs.actions.commit_files import signature
from designs.actions.errors import RefusedError
from designs.actions.locks import refuse_locked
from designs.actions.open_issue import open_issue
from designs.actions.receive_push import receive_push
from designs.actions.record_event import record_event
from designs.descriptions import note_held
from designs.models import Contribution, Event, Issue, LfsObject, Project
from storage.git import history, merge, reads
from storage.git.errors import ConflictError, GitError
from storage.git.merge import Side, Tried
from storage.git.types import Change, Commit, Signature


def kept_ref(issue: Issue) -> str:
    """Where the commits offered stay in the project's repository; clones do not see it."""
    return f"refs/merge/{issue.number}/head"


def open_contribution(
    project: Project,
    *,
    by: User,
    source: Project,
    source_branch: str,
    target_branch: str,
    title: str,
    text: str = "",
    is_draft: bool = False,
) -> Contribution:
    """Offer what a branch has and the target branch has not. Raises RefusedError with a sentence."""
    if not policy.can_offer(by, source):
        raise RefusedError(_("You may not offer what others have made: fork it first."), "forbidden")
    if (source.pk, source_branch) == (project.pk, target_branch):
        raise RefusedError(_("A branch cannot be merged into itself."), "same")
    head, target = source.repo.tip(source_branch), project.repo.tip(target_branch)
    if head is None or target is None:
        raise RefusedError(_("There is no such branch."), "missing")
    if _waiting(project).filter(source=source, source_branch=source_branch, target_branch=target_branch).exists():
        raise RefusedError(_("This branch is offered already."), "taken")
    with transaction.atomic():
        issue = open_issue(project, by=by, kind=Issue.Kind.CONTRIBUTION, title=title, text=text)
        contribution = Contribution(
            issue=issue,
            source=source,
            source_branch=source_branch,
            target_branch=target_branch,
            is_draft=is_draft,
        )
        _bring(contribution)
        if merge.ahead_behind(project.path, contribution.head, target)[0] == 0:
            raise RefusedError(_("There is nothing to offer: the project has all of these commits."), "nothing")
        contribution.save()
        record_event(project, Event.Kind.CONTRIBUTION_OPENED, by=by, issue=issue, head=contribution.head)
    _index(contribution, by)
    return contribution


@dataclass(frozen=True)
class Offer:
    """What a branch would bring: commits oldest first, and what they change."""

    commits: list[Commit]
    changes: list[Change]


def look_at(project: Project, source: Project, source_branch: str, target_branch: str) -> Offer:
    """What would be offered, before anything is brought over. Raises RefusedError."""
    head, target = source.repo.tip(source_branch), project.repo.tip(target_branch)
    if head is None or target is None:
        raise RefusedError(_("There is no such branch."), "missing")
    env = merge.borrowing(project.path, source.path)
    base = merge.base(project.path, target, head, env=env)
    if base is None:
        raise RefusedError(_("The two have no history in common: fork the project, and work there."), "unrelated")
    commits = reads.between(project.path, [target], head, env=env)
    return Offer(commits, reads.changes(project.path, base, head, env=env) if commits else [])


def _waiting(project: Project) -> QuerySet[Contribution]:
    return Contribution.objects.filter(issue__project=project, issue__state=Issue.State.OPEN, merged_commit="")


def _bring(contribution: Contribution) -> None:
    """Fetch the commits offered, and see where they left the target. Raises RefusedError."""
    project, source = contribution.issue.project, contribution.source
    if source is None:
        raise RefusedError(_("The project that this came from is gone."), "gone")
    ref = kept_ref(contribution.issue)
    if source.pk == project.pk:
        contribution.head = project.repo.tip(contribution.source_branch) or contribution.head
        merge.keep(project.path, ref, contribution.head)
    else:
        contribution.head = merge.fetch_from(project.path, source.path, contribution.source_branch, ref)
    target = project.repo.tip(contribution.target_branch)
    found = merge.base(project.path, target, contribution.head) if target else None
    if found is None:
        raise RefusedError(_("The two have no history in common: fork the project, and work there."), "unrelated")
    contribution.base = found


def _index(contribution: Contribution, by: User | None) -> None:
    """Rows of the commits offered, so that their parts are drawn and compared. Contents are known from the source."""
    project, source = contribution.issue.project, contribution.source
    if source is None or source.pk == project.pk:
        return
    known = _contents(contribution, source)
    receive_push(project, kept_ref(contribution.issue), None, contribution.head, by=by, known=known, is_news=False)


def _contents(contribution: Contribution, source: Project) -> dict[str, contents.Content]:
    """What the source knows of the new blobs: for a pointer, the content behind it."""
    path = contribution.issue.project.path
    return contents.known(source, history.new_blobs(path, contribution.base, contribution.head, least=0))


def follow_branch(project: Project, branch: str, by: User | None) -> None:
    """What a moved branch means: contributions from it have new commits, those into it may have arrived."""
    rows = Contribution.objects.filter(issue__state=Issue.State.OPEN, merged_commit="").filter(
        Q(source=project, source_branch=branch) | Q(issue__project=project, target_branch=branch)
    )
    for contribution in rows.select_related("issue__project__namespace", "source__namespace"):
        if _has_arrived(contribution):
            _mark_merged(contribution, by, contribution.issue.project.repo.tip(contribution.target_branch) or "")
        elif contribution.source_id == project.pk and contribution.source_branch == branch:
            _update(contribution, by)


def _has_arrived(contribution: Contribution) -> bool:
    project = contribution.issue.project
    target = project.repo.tip(contribution.target_branch)
    return target is not None and merge.ahead_behind(project.path, contribution.head, target)[0] == 0


def _update(contribution: Contribution, by: User | None) -> None:
    before = contribution.head
    _bring(contribution)
    if contribution.head == before:
        return
    contribution.save(update_fields=["head", "base"])
    record_event(
        contribution.issue.project,
        Event.Kind.CONTRIBUTION_UPDATED,
        by=by,
        issue=contribution.issue,
        old=before,
        head=contribution.head,
    )
    _index(contribution, by)


def attempt(contribution: Contribution) -> Tried:
    """What merging would give now. Raises RefusedError where the target branch is gone."""
    project = contribution.issue.project
    target = project.repo.tip(contribution.target_branch)
    if target is None:
        raise RefusedError(_("The branch that this goes to is gone."), "gone")
    try:
        return merge.attempt(project.path, target, contribution.head)
    except GitError as error:
        raise RefusedError(_("These two histories cannot be merged."), "unrelated") from error


def merge_contribution(
    contribution: Contribution, *, by: User, message: str = "", sides: Mapping[str, Side] | None = None
) -> str:
    """Merge it, each conflict settled by the chosen side. Returns the commit. Raises RefusedError with a sentence."""
    issue = contribution.issue
    project = issue.project
    if contribution.state != "open":
        raise RefusedError(_("Only an open contribution can be merged."), "state")
    if not policy.can_merge(by, project):
        raise RefusedError(_("You may not write to this project."), "forbidden")
    target = project.repo.tip(contribution.target_branch)
    if contribution.source is not None:
        licence_gate.check_merge(contribution.source, project, commit=contribution.head)
    tried = attempt(contribution)
    if target:
        refuse_locked(project, {one.path for one in project.repo.changes(target, tried.tree)}, by=by)
    _take_large_files(contribution)
    mark = project.repo.mark_unindexed()
    try:
        tree = merge.settle(project.path, tried, target or "", contribution.head, sides or {})
        made = merge.commit_merge(
            project.path,
            contribution.target_branch,
            tree,
            ours=target or "",
            theirs=contribution.head,
            author=signature(issue.author) if issue.author else Signature("Somebody", "nobody@localhost"),
            committer=signature(by),
            message=message.strip() or _default_message(contribution),
        )
    except ConflictError as error:
        mark.unlink(missing_ok=True)
        raise RefusedError(str(error), "conflict") from error
    _mark_merged(contribution, by, made)
    receive_push(project, contribution.target_branch, target, made, by=by, known={})
    mark.unlink(missing_ok=True)
    return made


def _default_message(contribution: Contribution) -> str:
    source = contribution.source
    where = f"{source}:{contribution.source_branch}" if source else contribution.source_branch
    issue = contribution.issue
    return f"{issue.title}\n\nMerge contribution #{issue.number} from {where}\n"


def _take_large_files(contribution: Contribution) -> None:
    """From now on the project holds the large files that it gets, if their project holds them."""
    project, source = contribution.issue.project, contribution.source
    if source is None or source.pk == project.pk:
        return
    wanted = {content.sha256 for content in _contents(contribution, source).values()}
    held = source.lfs_objects.filter(sha256__in=wanted).values_list("sha256", "size")
    note_held(project, held)
    rows = [LfsObject(project=project, sha256=sha256, size=size) for sha256, size in held]
    LfsObject.objects.bulk_create(rows, ignore_conflicts=True)


def _mark_merged(contribution: Contribution, by: User | None, commit: str) -> None:
    issue = contribution.issue
    now = timezone.now()
    with transaction.atomic():
        contribution.merged_commit, contribution.merged_by, contribution.merged_at = commit, by, now
        contribution.save(update_fields=["merged_commit", "merged_by", "merged_at"])
        Issue.objects.filter(pk=issue.pk).update(state=Issue.State.CLOSED, closed_at=now, closed_by=by, updated_at=now)
        record_event(issue.project, Event.Kind.CONTRIBUTION_MERGED, by=by, issue=issue, commit=commit)
    issue.refresh_from_db(fields=["state", "closed_at", "closed_by", "updated_at"])


def set_draft(contribution: Contribution, *, is_draft: bool) -> None:
    """Say that it is not ready yet, or that it is."""
    contribution.is_draft = is_draft
    contribution.save(update_fields=["is_draft"])
