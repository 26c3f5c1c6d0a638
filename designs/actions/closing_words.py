"""Commits that name issues: “fixes #12” closes it, a bare “#12” is a mention in its discussion."""

import re
from collections.abc import Sequence

from django.db import transaction

from accounts.models import User
from designs.actions.close_issue import close_issue
from designs.actions.record_event import record_event
from designs.models import Event, Issue, Project
from storage.git.types import Commit

_NUMBER = r"(?<![\w/&#])#(\d{1,9})\b"
_VERB = (
    r"fix(?:e[sd])?|close[sd]?|resolve[sd]?"
    r"|ferm(?:e[rsz]?|é[es]*)|corrig(?:e[rsz]?|é[es]*)|r[ée]sou(?:t|dre|ds)|r[ée]solu[es]*|clos|cl[ôo]t(?:ure[rsz]?|uré[es]*)?"
)
_CLOSING = re.compile(rf"\b(?:{_VERB})\b\s*:?\s*((?:{_NUMBER}(?:\s*(?:,|and|et|&)\s*)?)+)", re.IGNORECASE)
_MENTION = re.compile(_NUMBER)
MOST = 200


def closed_in(message: str) -> set[int]:
    """The numbers that a commit message says are done: “fixes #1, #2 and #3”, « corrige #4 »."""
    return {int(number) for found in _CLOSING.finditer(message) for number in _MENTION.findall(found[1])}


def named_in(message: str) -> set[int]:
    """Every number that a commit message names."""
    return {int(number) for number in _MENTION.findall(message)}


def close_by_commits(project: Project, commits: Sequence[Commit], *, by: User | None) -> list[Issue]:
    """Close what commits that reached the default branch say is done, and note who names what. Returns the closed.

    A commit that was seen before is not heard again, so that a second push of it closes nothing anew. A merge does
    not close the contribution that it names.
    """
    wanted = {number for commit in commits for number in named_in(commit.message)}
    if not wanted:
        return []
    with transaction.atomic():
        issues = {issue.number: issue for issue in project.issues.filter(number__in=sorted(wanted)[:MOST])}
        merges = project.issues.filter(contribution__merged_commit__in=[commit.id for commit in commits])
        merged_by = dict(merges.values_list("contribution__merged_commit", "number"))
        told = project.events.filter(kind=Event.Kind.ISSUE_MENTIONED, issue__in=issues.values())
        seen = set(told.values_list("issue__number", "payload__commit"))
        closed = []
        for commit in commits:
            done = closed_in(commit.message)
            for number in sorted(named_in(commit.message) & issues.keys()):
                if (number, commit.id) in seen or merged_by.get(commit.id) == number:
                    continue
                issue = issues[number]
                facts = {"commit": commit.id, "title": commit.title[:200]}
                record_event(project, Event.Kind.ISSUE_MENTIONED, by=by, issue=issue, **facts)
                if number in done and issue.kind != Issue.Kind.CONTRIBUTION and _close(issue, by, commit):
                    closed.append(issue)
    return closed


def _close(issue: Issue, by: User | None, commit: Commit) -> bool:
    return close_issue(issue, by=by, commit=commit.id)
