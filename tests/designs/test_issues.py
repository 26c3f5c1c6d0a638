"""Issues: numbered once each, discussed, closed by people and by commits."""

import threading
from datetime import UTC, datetime

import pytest
from django.db import connections

from designs.actions.add_comment import add_comment
from designs.actions.close_issue import close_issue, reopen_issue
from designs.actions.closing_words import close_by_commits, closed_in
from designs.actions.errors import RefusedError
from designs.actions.open_issue import open_issue
from designs.models import Event, Issue
from storage.git.types import Commit
from tests.factories import make_project, make_user


@pytest.fixture
def ada(db):
    return make_user("ada")


@pytest.fixture
def project(ada):
    return make_project(ada)


def said(message, number=1):
    return Commit(f"{number:040x}", (), "Ada", "ada@example.org", datetime(2026, 1, 1, tzinfo=UTC), message)


def test_issues_are_numbered_within_their_project(ada, project):
    other = make_project(ada, name="Other")
    first = open_issue(project, by=ada, kind="question", title=" Which   screws? ")
    open_issue(other, by=ada, kind="wish", title="A lid")
    second = open_issue(project, by=ada, kind="problem", title="It breaks")
    assert (first.number, second.number, other.issues.get().number) == (1, 2, 1)
    assert first.title == "Which screws?"
    assert list(project.events.filter(issue=second).values_list("kind", "actor")) == [("issue_opened", ada.pk)]


def test_an_issue_without_a_title_is_refused_and_takes_no_number(ada, project):
    with pytest.raises(RefusedError):
        open_issue(project, by=ada, kind="wish", title="  ")
    assert open_issue(project, by=ada, kind="wish", title="A lid").number == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_open_at_once_get_two_numbers():
    ada = make_user("ada")
    project = make_project(ada)
    failed = []

    def open_five():
        try:
            for n in range(5):
                open_issue(project, by=ada, kind="wish", title=f"Wish {n}")
        except Exception as error:
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=open_five) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert sorted(project.issues.values_list("number", flat=True)) == list(range(1, 16))


def test_an_issue_closes_once_and_opens_again(ada, project):
    issue = open_issue(project, by=ada, kind="wish", title="A lid")
    twin = Issue.objects.get(pk=issue.pk)
    assert close_issue(issue, by=ada)
    assert not close_issue(twin, by=ada)
    assert issue.closed_by == ada
    assert reopen_issue(issue, by=ada)
    assert not reopen_issue(issue, by=ada)
    assert issue.closed_at is None
    kinds = list(issue.events.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["issue_opened", "issue_closed", "issue_reopened"]


def test_a_comment_is_an_event_and_moves_the_issue_up(ada, project):
    issue = open_issue(project, by=ada, kind="wish", title="A lid")
    before = issue.updated_at
    comment = add_comment(issue, by=ada, text="Why not")
    issue.refresh_from_db()
    assert issue.updated_at > before
    assert issue.events.get(kind=Event.Kind.COMMENT).payload["comment"] == comment.pk
    with pytest.raises(RefusedError):
        add_comment(issue, by=ada, text=" \n")


@pytest.mark.parametrize(
    ("message", "numbers"),
    [
        ("Fixes #12", {12}),
        ("closes: #1, #2 and #3", {1, 2, 3}),
        ("Resolved #4.\n\nAlso see #5", {4}),
        ("Ferme #6", {6}),
        ("Corrige le trou, corrige #7 et #8", {7, 8}),
        ("Résout #9", {9}),
        ("résolu #10", {10}),
        ("prefix #11", set()),
        ("fixes ada/widget#12", set()),
        ("This closes the box, see #13", set()),
        ("fix #14th", set()),
    ],
)
def test_closing_words_in_english_and_french(message, numbers):
    assert closed_in(message) == numbers


def test_a_commit_closes_what_it_fixes_and_is_noted_where_it_is_named(ada, project):
    one, two = (open_issue(project, by=ada, kind="problem", title=title) for title in ("One", "Two"))
    closed = close_by_commits(project, [said("Fixes #1, see #2 and #99")], by=ada)
    assert [issue.number for issue in closed] == [1]
    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.state, two.state) == ("closed", "open")
    assert one.events.get(kind=Event.Kind.ISSUE_CLOSED).payload == {"commit": f"{1:040x}"}
    assert two.events.get(kind=Event.Kind.ISSUE_MENTIONED).payload["title"] == "Fixes #1, see #2 and #99"


def test_a_commit_pushed_again_does_not_close_what_was_reopened(ada, project):
    issue = open_issue(project, by=ada, kind="problem", title="One")
    close_by_commits(project, [said("Fixes #1")], by=ada)
    issue.refresh_from_db()
    reopen_issue(issue, by=ada)
    assert close_by_commits(project, [said("Fixes #1")], by=ada) == []
    issue.refresh_from_db()
    assert issue.is_open


def test_a_merge_does_not_close_the_contribution_that_it_names(ada, project):
    open_issue(project, by=ada, kind="contribution", title="A part")
    assert close_by_commits(project, [said("Closes #1")], by=ada) == []
    assert project.issues.get().is_open


def test_a_hundred_commits_without_numbers_ask_nothing(ada, project, django_assert_num_queries):
    with django_assert_num_queries(0):
        close_by_commits(project, [said(f"Step {n}", n) for n in range(100)], by=ada)
