"""What people are told of labs: on the site, and by mail."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core import mail

import fablab
from fablab import words
from fablab.actions.notify import tell
from fablab.actions.send_notice import message, send_notice
from fablab.models import Booking, Notice, NoticeMail
from tests.fablab.factories import make_lab, make_machine
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    return make_user("ada")


@pytest.fixture
def lab():
    return make_lab("atelier", name="L'Atelier")


def _quoted(user, lab):
    return tell(
        user, "request_quoted", url="/requests/ABC/", lab=lab, project="Widget", ref="ABC", lab_name=lab.name,
        total_cents=1250, currency="EUR", until_at="2026-12-01T11:00:00+00:00",
    )  # fmt: skip


def test_a_notice_is_on_the_page_and_in_the_head_until_it_is_read(client, ada, lab):
    notice = _quoted(ada, lab)
    client.force_login(ada)
    page = client.get("/notifications/").content.decode()
    assert "Your quote: €12.50 for Widget" in page
    assert "1 unread notification" in page
    answer = client.post("/notifications/read/", {"told": f"lab-{notice.pk}", "go": "1"})
    assert answer.url == "/requests/ABC/"
    assert client.get("/notifications/").context["items"] == []
    assert [one.key for one in client.get("/notifications/?show=all").context["items"]] == [f"lab-{notice.pk}"]


def test_nobody_reads_the_notice_of_somebody_else(client, ada, lab):
    notice = _quoted(ada, lab)
    client.force_login(make_user("eve"))
    assert client.post("/notifications/read/", {"told": f"lab-{notice.pk}"}).status_code == 404
    assert client.post("/notifications/read/", {"told": "lab-x"}).status_code == 404
    notice.refresh_from_db()
    assert notice.read_at is None


def test_pages_of_notices_hold_every_one_once(client, ada, lab):
    for number in range(45):
        tell(ada, "staff_added", url=f"/{number}/", lab=lab, lab_name=lab.name, by="Bo")
    client.force_login(ada)
    first = client.get("/notifications/").context["items"]
    second = client.get("/notifications/?page=2").context["items"]
    assert [one.url for one in [*first, *second]] == [f"/{number}/" for number in range(44, -1, -1)]


def test_a_notice_is_mailed_once_in_the_language_of_the_person(ada, lab):
    ada.language = "fr"
    ada.save()
    _quoted(ada, lab)
    send_notice(NoticeMail.objects.get())()
    (sent,) = mail.outbox
    assert sent.to == ["ada@example.org"]
    assert "12,50" in sent.subject
    assert "1 décembre" in sent.body
    assert "12:00" in sent.body
    assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@pytest.mark.parametrize("how", ["read", "refused", "gone"])
def test_no_mail_for_what_was_read_or_refused_or_for_who_left(ada, lab, how):
    notice = _quoted(ada, lab)
    if how == "read":
        notice.read_at = notice.at
        notice.save()
    else:
        ada.notifications, ada.is_active = {"requests": how != "refused"}, how != "gone"
        ada.save()
    send_notice(NoticeMail.objects.get())()
    assert mail.outbox == []


def test_who_refused_such_mail_is_still_told_on_the_site(ada, lab):
    ada.notifications = {"requests": False}
    ada.save()
    assert _quoted(ada, lab) is not None
    assert not NoticeMail.objects.exists()


def test_the_mail_of_a_booking_carries_a_calendar_entry(ada, lab):
    machine = make_machine(lab)
    booking = Booking.objects.create(
        machine=machine,
        person=ada,
        starts=datetime(2027, 1, 4, 9, tzinfo=UTC),
        ends=datetime(2027, 1, 4, 10, tzinfo=UTC),
    )
    notice = tell(
        ada, "booking_confirmed", url="/", lab=lab, booking=booking, machine="Mini", lab_name="L", when="soon"
    )
    (entry,) = [one for one in message(notice).message().walk() if one.get_content_type() == "text/calendar"]
    assert entry.get_param("method") == "REQUEST"
    assert b"DTSTART:20270104T090000Z" in entry.get_payload(decode=True)


def test_every_notice_of_the_code_has_words():
    said = set()
    for file in (Path(fablab.__file__).parent / "actions").glob("*.py"):
        text = file.read_text()
        said |= set(re.findall(r'tell(?:_requester|_lab|_of)?\(\s*[\w.]*,?\s*"(\w+)"', text))
    assert said
    assert said <= set(words.NOTICES), said - set(words.NOTICES)


def test_a_notice_with_a_value_missing_still_says_the_rest(ada):
    notice = Notice(user=ada, kind="request_rejected", params={"project": "Widget"})
    assert words.subject(notice) == "Not made: Widget"
    assert "None" not in words.sentence(notice)
