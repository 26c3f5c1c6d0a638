"""Who is told of what, on the site and by mail."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from django.utils.translation import gettext

from accounts.models import Membership
from designs.actions.add_comment import add_comment
from designs.actions.close_issue import close_issue
from designs.actions.moderate import hide_words
from designs.actions.notify import sweep_notifications
from designs.actions.open_issue import open_issue
from designs.actions.record_event import record_event
from designs.actions.send_notification import message, send
from designs.actions.watch import level_of, watch
from designs.models import Collaborator, Event, Notification, NotificationMail, Watch
from jobs.models import State
from jobs.worker import Worker
from tests.factories import make_organisation, make_project, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    return make_user("ada")


@pytest.fixture
def eve():
    return make_user("eve")


@pytest.fixture
def project(ada):
    return make_project(ada)


def told(user):
    rows = Notification.objects.filter(user=user).order_by("pk").select_related("event")
    return [(row.event.kind, row.reason) for row in rows]


def deliver():
    return Worker().drain()


def test_the_owner_is_told_and_who_did_it_is_not(ada, eve, project):
    open_issue(project, by=eve, kind="wish", title="A lid")
    assert told(ada) == [("issue_opened", "watching")]
    assert told(eve) == []


def test_members_of_the_organisation_and_collaborators_watch_from_the_start(ada, eve):
    lab, bob = make_organisation("lab", owner=ada), make_user("bob")
    project = make_project(ada)
    project.namespace = lab.namespace
    project.save()
    Collaborator.objects.create(project=project, user=bob, role="reader")
    cleo = make_user("cleo")
    Membership.objects.create(organisation=lab, user=cleo, role="member")
    open_issue(project, by=eve, kind="wish", title="A lid")
    assert told(ada) == told(bob) == told(cleo) == [("issue_opened", "watching")]
    assert [level_of(project, user) for user in (ada, bob, eve)] == ["all", "all", "participating"]


def test_who_takes_part_is_told_of_what_follows(ada, eve, project):
    issue = open_issue(project, by=eve, kind="wish", title="A lid")
    add_comment(issue, by=ada, text="Why")
    close_issue(issue, by=ada)
    assert told(eve) == [("comment", "participating"), ("issue_closed", "participating")]


def test_who_is_mentioned_is_told_once_and_not_in_code(ada, eve, project):
    bob = make_user("bob")
    open_issue(project, by=ada, kind="wish", title="A lid", text="@eve @Eve look; `@bob` and bob@bob.org not")
    assert told(eve) == [("issue_opened", "mentioned")]
    assert told(bob) == []


def test_who_was_mentioned_takes_part_from_then_on(ada, eve, project):
    issue = open_issue(project, by=ada, kind="wish", title="A lid", text="@eve")
    close_issue(issue, by=ada)
    assert told(eve)[-1] == ("issue_closed", "participating")


def test_watching_everything_participating_and_nothing(ada, eve, project):
    bob = make_user("bob")
    watch(project, by=eve, level=Watch.Level.ALL)
    watch(project, by=ada, level=Watch.Level.NOTHING)
    watch(project, by=bob, level=Watch.Level.PARTICIPATING)
    open_issue(project, by=make_user("zoe"), kind="wish", title="A lid", text="@ada")
    assert told(eve) == [("issue_opened", "watching")]
    assert told(ada) == []
    assert told(bob) == []


def test_pushes_and_labels_tell_nobody(ada, eve, project):
    record_event(project, Event.Kind.PUSH, by=eve, branch="main")
    assert not Notification.objects.exists()


def test_a_private_project_tells_only_those_who_may_see_it(ada, eve):
    project = make_project(ada, visibility="private")
    bob = make_user("bob")
    Collaborator.objects.create(project=project, user=bob, role="reader")
    watch(project, by=eve, level=Watch.Level.ALL)
    open_issue(project, by=ada, kind="wish", title="A lid", text="@eve @bob")
    assert told(eve) == []
    assert told(bob) == [("issue_opened", "mentioned")]


def test_who_loses_the_right_loses_the_notification_and_the_mail(client, ada, eve, project):
    open_issue(project, by=ada, kind="wish", title="Secret lid", text="@eve")
    project.visibility = "private"
    project.save()
    client.force_login(eve)
    page = client.get("/notifications/?show=all").content.decode()
    assert "Secret lid" not in page
    assert client.post("/notifications/read/", {"told": Notification.objects.get(user=eve).pk}).status_code == 404
    assert not Notification.objects.filter(user=eve).unread().exists()
    deliver()
    assert mail.outbox == []


def test_the_header_counts_the_unread_in_one_query(client, ada, eve, project):
    open_issue(project, by=eve, kind="wish", title="A lid")
    client.force_login(ada)
    with CaptureQueriesContext(connection) as seen:
        page = client.get("/about/").content.decode()
    asked = [query["sql"] for query in seen if "designs_notification" in query["sql"]]
    assert len(asked) == 1
    assert "1 unread notification" in page
    assert '<span class="badge" aria-hidden="true">1</span>' in page


def test_reading_the_issue_reads_its_notifications(client, ada, eve, project):
    open_issue(project, by=eve, kind="wish", title="A lid")
    client.force_login(ada)
    client.get("/@ada/widget/issues/1/")
    assert not Notification.objects.filter(user=ada).unread().exists()


def test_one_and_all_are_marked_as_read_and_only_ones_own(client, ada, eve, project):
    for n in range(3):
        open_issue(project, by=eve, kind="wish", title=f"Wish {n}")
    first = Notification.objects.filter(user=ada).order_by("pk").first()
    client.force_login(eve)
    assert client.post("/notifications/read/", {"told": first.pk}).status_code == 404
    client.force_login(ada)
    answer = client.post("/notifications/read/", {"told": first.pk, "go": "1"})
    assert answer["Location"] == "/@ada/widget/issues/1/"
    assert len(client.get("/notifications/").context["items"]) == 2
    client.post("/notifications/read/", {"all": "1"})
    assert client.get("/notifications/").context["items"] == []
    assert len(client.get("/notifications/?show=all").context["items"]) == 3


def test_the_list_costs_the_same_for_two_and_for_twenty(client, ada, eve, project, django_assert_num_queries):
    client.force_login(ada)
    for n in range(2):
        open_issue(project, by=eve, kind="wish", title=f"Wish {n}")
    client.get("/notifications/")
    with CaptureQueriesContext(connection) as counted:
        client.get("/notifications/")
    for n in range(18):
        open_issue(project, by=eve, kind="wish", title=f"Wish {n}")
    with django_assert_num_queries(len(counted)):
        client.get("/notifications/")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_mail_says_what_happened_in_the_persons_language(ada, eve, project, language):
    ada.language = language
    ada.save()
    open_issue(project, by=eve, kind="wish", title="A lid", text="Please\n\n**blue**, see #1")
    deliver()
    sent = mail.outbox[0]
    assert sent.to == ["ada@example.org"]
    assert sent.subject == "[ada/widget] #1 A lid"
    assert "http://127.0.0.1:8000/@ada/widget/issues/1/" in sent.body
    html = sent.alternatives[0][0]
    assert "<strong>blue</strong>" in html
    assert 'href="http://127.0.0.1:8000/@ada/widget/issues/1/"' in html
    assert f'<html lang="{language}">' in html
    with translation.override(language):
        assert f"eve {gettext('opened it')}: #1 A lid" in sent.body
        assert gettext("No more mail of this kind:") in sent.body
    assert NotificationMail.objects.get().state == State.DONE


def test_mails_of_one_discussion_make_a_thread_and_name_their_end(ada, eve, project):
    issue = open_issue(project, by=eve, kind="wish", title="A lid")
    add_comment(issue, by=eve, text="More")
    deliver()
    first, second = (sent.extra_headers for sent in mail.outbox)
    assert first["References"] == second["References"]
    assert first["Message-ID"] != second["Message-ID"]
    assert second["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_one_click_without_cookies_ends_mail_of_that_kind(ada, eve, project):
    open_issue(project, by=eve, kind="wish", title="A lid")
    deliver()
    address = mail.outbox[0].extra_headers["List-Unsubscribe"].strip("<>").removeprefix("http://127.0.0.1:8000")
    program = Client(enforce_csrf_checks=True)
    assert program.get(address).status_code == 200
    ada.refresh_from_db()
    assert ada.notifications["issues"] is True
    assert program.post(address, {"List-Unsubscribe": "One-Click"}).status_code == 200
    ada.refresh_from_db()
    assert ada.notifications["issues"] is False
    assert ada.notifications["mentions"] is True
    open_issue(project, by=eve, kind="wish", title="Another")
    deliver()
    assert len(mail.outbox) == 1
    assert len(told(ada)) == 2


def test_a_forged_link_ends_nothing(client, ada, eve, project):
    open_issue(project, by=eve, kind="wish", title="A lid")
    deliver()
    address = mail.outbox[0].extra_headers["List-Unsubscribe"].strip("<>").removeprefix("http://127.0.0.1:8000")
    forged = address[:-3] + ("aa/" if not address.endswith("aa/") else "bb/")
    assert client.post(forged).status_code == 404


def test_what_was_read_hidden_or_has_no_address_is_not_sent(client, ada, eve, project):
    bob = make_user("bob")
    bob.email = ""
    bob.save()
    open_issue(project, by=eve, kind="wish", title="Read", text="@bob")
    spam = open_issue(project, by=eve, kind="wish", title="Spam")
    client.force_login(ada)
    client.get("/@ada/widget/issues/1/")
    hide_words(spam)
    assert NotificationMail.objects.count() == 2
    assert deliver() == 2
    assert mail.outbox == []


def test_a_mail_server_that_is_down_is_tried_again(ada, eve, project, settings):
    open_issue(project, by=eve, kind="wish", title="A lid")
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", 9, 1
    Worker().step()
    job = NotificationMail.objects.get()
    assert (job.state, job.attempts) == (State.READY, 1)
    assert "Refused" in job.error
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    deliver()
    assert len(mail.outbox) == 1


def test_what_was_read_half_a_year_ago_is_swept(ada, eve, project):
    for n in range(2):
        open_issue(project, by=eve, kind="wish", title=f"Wish {n}")
    Notification.objects.filter(event__issue__number=1).update(read_at=timezone.now() - timedelta(days=181))
    assert sweep_notifications() == 1
    assert Notification.objects.get().event.issue.number == 2


def test_a_title_cannot_put_headers_into_the_mail(ada, eve, project):
    open_issue(project, by=eve, kind="wish", title="A lid\nBcc: all@example.org")
    sent = message(Notification.objects.select_related("event__issue").get(user=ada))
    assert "\n" not in sent.subject
    assert "Bcc" not in sent.message()


def test_a_notification_read_before_its_turn_finishes_without_mail(ada, eve, project):
    open_issue(project, by=eve, kind="wish", title="A lid")
    Notification.objects.update(read_at="2026-01-01T00:00:00Z")
    send(NotificationMail.objects.get())()
    assert mail.outbox == []
