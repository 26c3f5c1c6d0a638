"""What labs keep of a person: all of it is given to them, and what names them goes when they go."""

import json
import zipfile
from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.actions.delete_account import delete_account
from accounts.actions.memberships import LastOwnerError
from accounts.models import User
from designs.actions.export_mine import open_export, request_export, run_export
from designs.models import Export
from fablab.actions.book import book
from fablab.actions.feeds import feed_of
from fablab.actions.make_request import forget_contacts
from fablab.actions.notify import tell
from fablab.actions.say_request import say
from fablab.actions.wait import wait
from fablab.models import (
    Booking,
    CalendarFeed,
    Lab,
    Member,
    Notice,
    Occupation,
    PrintRequest,
    Quote,
    Staff,
    Strike,
    Trained,
    Training,
    Waiting,
)
from tests.fablab.factories import make_lab, make_machine
from tests.factories import make_user

pytestmark = pytest.mark.django_db
SECRET_WORDS = "He never pays"


@pytest.fixture
def ada():
    return make_user("ada")


@pytest.fixture
def bob():
    return make_user("bob")


@pytest.fixture
def lab(ada):
    return make_lab(manager=ada)


def noon(days=0):
    now = datetime.now(UTC)
    day = now + timedelta(days=7 - now.weekday() + days)
    return day.replace(hour=12, minute=0, second=0, microsecond=0)


@pytest.fixture
def filled(lab, ada, bob):
    """Bob has a part in everything."""
    machine = make_machine(lab)
    asked = PrintRequest.objects.create(
        lab=lab, requester=bob, state="submitted", number=1, submitted_at=datetime.now(UTC), phone="+33 6 11",
        note="Ring twice", purpose="A gift", project_title="Gear",
    )  # fmt: skip
    PrintRequest.objects.create(lab=lab, requester=bob, note="not sent")
    Quote.objects.create(request=asked, version=1, machine=machine, note="too dear?", by=ada)
    say(asked, by=bob, text="When will it be ready?")
    say(asked, by=ada, text="On Monday")
    say(asked, by=ada, text=SECRET_WORDS, is_internal=True)
    book(machine, bob, noon(), noon() + timedelta(hours=1), by=bob, purpose="Gears")
    past = Booking.objects.create(
        machine=machine, person=bob, starts=noon(-30), ends=noon(-30) + timedelta(hours=1), state="no_show", purpose="x"
    )
    Strike.objects.create(lab=lab, person=bob, booking=past, expires_at=noon(60))
    Member.objects.create(lab=lab, user=bob, since=date(2026, 1, 1))
    Staff.objects.create(lab=lab, user=bob, role=Staff.Role.TRAINER)
    Trained.objects.create(training=Training.objects.create(lab=lab, name="Fire"), user=bob, on=date(2026, 1, 1))
    book(machine, ada, noon(1), noon(1) + timedelta(hours=1), by=ada)
    wait(machine, bob, noon(1), noon(1) + timedelta(hours=1))
    feed_of(bob)
    tell(bob, "member_agreed", url="/labs/", lab=lab, lab_name=lab.name)
    return asked


def exported(person):
    """Name -> rows of what a person gets."""
    request_export(person)
    row = Export.objects.get(by=person)
    Export.objects.filter(pk=row.pk).update(state="running")
    row.refresh_from_db()
    run_export(row)()
    with open_export(row) as file, zipfile.ZipFile(file) as archive:
        return {
            name.removeprefix("me/labs/").removesuffix(".json"): json.loads(archive.read(name))
            for name in archive.namelist()
            if name.startswith("me/labs/")
        }


def test_everything_of_mine_has_what_labs_keep_of_me(filled, bob):
    found = exported(bob)
    assert [(one["project_title"], one["phone"], one["requester"]) for one in found["requests"]] == [
        ("Gear", "+33 6 11", "bob"),
        ("", "", "bob"),
    ]
    said = [(one["author"], one["text"]) for one in found["request_messages"]]
    assert said == [("bob", "When will it be ready?"), ("ada", "On Monday")]
    assert [one["purpose"] for one in found["bookings"]] == ["Gears", "x"]
    for name in ("memberships", "roles", "trainings", "missed", "waiting", "calendars"):
        assert len(found[name]) == 1, name
    assert "member_agreed" in [one["kind"] for one in found["notices"]]
    assert "secret" not in found["calendars"][0]
    assert found["quotes"] == []


def test_what_a_lab_says_among_its_own_is_not_the_requesters(filled, bob):
    assert SECRET_WORDS not in json.dumps(exported(bob))


def test_nothing_of_others_comes_along(filled):
    eve = make_user("eve")
    assert all(rows == [] for rows in exported(eve).values())


def test_who_leaves_takes_name_number_and_times_along(filled, bob, ada):
    before = filled.tracking
    delete_account(bob)
    filled.refresh_from_db()
    assert (filled.requester, filled.phone, filled.note, filled.purpose) == (None, "", "", "")
    assert (filled.state, filled.project_title) == ("cancelled", "Gear")
    assert filled.tracking != before
    assert PrintRequest.objects.count() == 1
    coming = Booking.objects.get(starts=noon(), machine=Booking.objects.get(state="no_show").machine)
    assert (coming.state, coming.occupation, coming.purpose) == ("cancelled", None, "")
    assert Occupation.objects.count() == 1
    ghost = User.objects.get(pk=bob.pk)
    for model, name in (
        (Member, "user"), (Staff, "user"), (Trained, "user"), (Strike, "person"), (Waiting, "person"),
        (CalendarFeed, "owner"), (Notice, "user"),
    ):  # fmt: skip
        assert not model.objects.filter(**{name: ghost}).exists(), model
    told = Notice.objects.filter(user=ada, kind="request_cancelled")
    assert told.count() == 1


def test_a_part_that_is_ready_stays_with_the_lab_without_a_name(filled, bob):
    PrintRequest.objects.filter(pk=filled.pk).update(state="ready")
    delete_account(bob)
    filled.refresh_from_db()
    assert (filled.state, filled.requester) == ("ready", None)


def test_the_last_manager_names_another_before_leaving(client, lab, ada, bob):
    Staff.objects.create(lab=lab, user=bob, role=Staff.Role.OPERATOR)
    with pytest.raises(LastOwnerError, match="Atelier"):
        delete_account(ada)
    ada.refresh_from_db()
    assert ada.deleted_at is None
    Staff.objects.create(lab=lab, user=bob, role=Staff.Role.MANAGER)
    delete_account(ada)
    assert [one.user.username for one in lab.staff.filter(role=Staff.Role.MANAGER)] == ["bob"]


def test_a_lab_with_work_under_way_is_not_left_alone(lab, ada, bob):
    asked = PrintRequest.objects.create(lab=lab, requester=bob, state="accepted", number=1)
    with pytest.raises(LastOwnerError):
        delete_account(ada)
    PrintRequest.objects.filter(pk=asked.pk).update(state="collected")
    delete_account(ada)


def test_a_lab_that_nobody_runs_any_more_can_be_claimed_again(lab, ada):
    Lab.objects.filter(pk=lab.pk).update(standing=Lab.Standing.VERIFIED, verified_at=datetime.now(UTC))
    delete_account(ada)
    lab.refresh_from_db()
    assert (lab.standing, lab.verified_at) == ("proposed", None)
    assert not lab.staff.exists()


def test_phone_numbers_of_old_requests_are_forgotten_when_the_lab_says(lab, bob):
    old = datetime.now(UTC) - timedelta(days=lab.retention_days + 1)
    gone = PrintRequest.objects.create(lab=lab, requester=bob, state="collected", number=1, phone="1", ended_at=old)
    kept = PrintRequest.objects.create(
        lab=lab, requester=bob, state="collected", number=2, phone="2", ended_at=datetime.now(UTC)
    )
    assert forget_contacts() == 1
    gone.refresh_from_db()
    kept.refresh_from_db()
    assert (gone.phone, kept.phone) == ("", "2")
