"""A lab's page and its settings: who may do what, and what is kept of it."""

import json
import re
from datetime import date, time, timedelta

import pytest
from django.utils import timezone

from designs.actions.errors import RefusedError
from fablab import policy
from fablab.actions.change_lab import add_special_day, add_tariff, set_hours
from fablab.actions.claims import claim_lab, decide_claim
from fablab.actions.members import ask_membership, end_membership, set_member
from fablab.actions.propose_lab import free_slug, propose_lab
from fablab.actions.staff import add_staff, remove_staff
from fablab.actions.verify_lab import verify, vouch
from fablab.models import Claim, Lab, Notice, Staff
from fablab.week import other_days
from tests.fablab.factories import make_lab, make_machine
from tests.factories import make_user, picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    return make_user("ada")


@pytest.fixture
def lab(ada):
    return make_lab(
        manager=ada, email="hello@example.org", story="**We** <script>alert(1)</script> print", phone="+33 1"
    )


def told(user):
    return list(Notice.objects.filter(user=user).order_by("pk").values_list("kind", flat=True))


def test_the_page_tells_who_where_when(lab, client):
    make_machine(lab, name="Mini")
    page = client.get("/labs/atelier/").content.decode()
    for words in ("Atelier", "Paris", "France", "09:00–18:00", "Mini", "<strong>We</strong>", "+33 1"):
        assert words in page
    assert "<script>alert" not in page


def test_the_e_mail_address_is_for_people_who_are_signed_in(lab, client):
    assert "hello@example.org" not in client.get("/labs/atelier/").content.decode()
    client.force_login(make_user("bob"))
    assert "hello@example.org" in client.get("/labs/atelier/").content.decode()
    assert "hello@example.org" not in client.get("/labs/atelier/okw.json").content.decode()


def test_search_engines_read_the_lab_and_no_name_ends_the_script(lab, client):
    lab.name = "A </script><b>lab"
    lab.save()
    page = client.get("/labs/atelier/").content.decode()
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    facts = json.loads(found[1])
    assert facts["name"] == "A </script><b>lab"
    assert facts["geo"]["latitude"] == 48.8566
    assert facts["openingHoursSpecification"][0]["opens"] == "09:00"


def test_space_api_says_whether_it_is_open(lab, client):
    answer = client.get("/labs/atelier/spaceapi.json")
    facts = answer.json()
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert "15" in facts["api_compatibility"]
    assert {"space", "logo", "url", "contact", "location"} <= facts.keys()
    assert isinstance(facts["state"]["open"], bool)
    assert facts["state"]["ext_next_change"] > timezone.now().timestamp()
    assert facts["location"]["timezone"] == "Europe/Paris"
    assert facts["ext_opening_hours"] == "Mo-Fr 09:00-18:00"


def test_a_lab_of_unknown_hours_says_no_state(lab, client):
    lab.hours.all().delete()
    assert client.get("/labs/atelier/spaceapi.json").json()["state"] == {}


SETTINGS = ["", "hours/", "photos/", "people/", "members/", "terms/", "data/"]


@pytest.mark.parametrize("tail", SETTINGS)
def test_settings_are_for_managers_and_the_staff_of_the_site(lab, client, tail):
    address = f"/labs/atelier/settings/{tail}"
    assert client.get(address).status_code == 302
    operator = make_user("olga")
    Staff.objects.create(lab=lab, user=operator, role=Staff.Role.OPERATOR)
    expected = {
        operator: 403,
        make_user("eve"): 403,
        lab.staff.first().user: 200,
        make_user("boss", is_staff=True): 200,
    }
    for person, status in expected.items():
        client.force_login(person)
        assert client.get(address).status_code == status, person
        if status == 403:
            assert client.post(address, {"action": "close"}).status_code == 403


def test_a_manager_changes_what_the_lab_says(lab, client, ada):
    client.force_login(ada)
    said = {
        "action": "describe", "name": "New name", "city": "Lyon", "country": "FR", "latitude": "", "longitude": "",
        "timezone": "Europe/Paris", "access": "members", "languages": "français, English", "is_accessible": "no",
    }  # fmt: skip
    assert client.post("/labs/atelier/settings/", said).status_code == 302
    lab.refresh_from_db()
    assert (lab.name, lab.access, lab.languages, lab.is_accessible) == ("New name", "members", ["fr", "en"], False)
    assert lab.latitude == pytest.approx(45.75, abs=0.05)
    wrong = client.post("/labs/atelier/settings/", {**said, "languages": "Klingonish", "latitude": "5"})
    assert wrong.status_code == 422
    assert "Klingonish" in wrong.content.decode()


def test_hours_are_typed_as_people_write_them(lab, client, ada):
    client.force_login(ada)
    said = {"action": "week", "all_0": "9h-12h, 14:00-18:30", "members_0": "19-22", "all_4": "20:00-2:00"}
    assert client.post("/labs/atelier/settings/hours/", said).status_code == 302
    rows = set(lab.hours.values_list("weekday", "opens", "closes", "for_members"))
    assert rows == {
        (0, time(9), time(12), False),
        (0, time(14), time(18, 30), False),
        (0, time(19), time(22), True),
        (4, time(20), time(2), False),
    }
    page = client.post("/labs/atelier/settings/hours/", {"action": "week", "all_0": "nine to five"})
    assert page.status_code == 422
    assert "nine to five" in page.content.decode()
    assert lab.hours.count() == 4


def test_hours_of_one_day_do_not_overlap(lab):
    with pytest.raises(RefusedError):
        set_hours(lab, {0: [(time(9), time(12)), (time(11), time(18))]}, {})
    assert lab.hours.count() == 5


def test_holidays_are_set_for_many_days_and_told_in_one_line(lab, client, ada):
    client.force_login(ada)
    first = timezone.localdate() + timedelta(days=30)
    said = {"action": "special", "day": first, "until": first + timedelta(days=9), "hours": "", "reason": "Holidays"}
    assert client.post("/labs/atelier/settings/hours/", said).status_code == 302
    assert lab.special_days.count() == 10
    assert len(other_days(lab, first)) == 1
    client.post(
        "/labs/atelier/settings/hours/",
        {"action": "remove", "first": f"{first:%Y-%m-%d}", "last": f"{first + timedelta(days=4):%Y-%m-%d}"},
    )
    assert lab.special_days.count() == 5
    with pytest.raises(RefusedError):
        add_special_day(lab, date(2026, 1, 2), date(2026, 1, 1), [], "")


def test_open_now_is_said_and_taken_back(lab, client, ada):
    client.force_login(ada)
    client.post("/labs/atelier/settings/", {"action": "now", "now": "open"})
    assert client.get("/labs/atelier/spaceapi.json").json()["state"]["open"] is True
    client.post("/labs/atelier/settings/", {"action": "now", "now": "closed"})
    assert client.get("/labs/atelier/spaceapi.json").json()["state"]["open"] is False
    client.post("/labs/atelier/settings/", {"action": "now", "now": ""})
    lab.refresh_from_db()
    assert lab.says_until is None


def test_photos_are_written_anew_and_removed_whole(lab, client, ada):
    client.force_login(ada)
    address = "/labs/atelier/settings/photos/"
    assert client.post(address, {"action": "add", "title": "Room", "file": picture()}).status_code == 302
    photo = lab.photos.get()
    shown = client.get(photo.file.url)
    assert shown["Content-Type"] == "image/webp"
    assert client.post(address, {"action": "main", "file": picture()}).status_code == 302
    lab.refresh_from_db()
    assert lab.photo.name.endswith(".webp")
    client.post(address, {"action": "remove", "photo": photo.pk})
    assert not lab.photos.exists()
    assert not photo.file.storage.exists(photo.file.name)
    bad = client.post(address, {"action": "add", "file": picture(kind="TIFF")}, follow=True)
    assert "no picture that we can read" in bad.content.decode()


def test_anybody_proposes_a_lab_and_it_finds_its_town_and_its_time(client):
    client.force_login(make_user("bob"))
    said = {"name": "Open Café Lab!", "city": "Montréal", "country": "CA"}
    assert client.post("/labs/new/", said).url == "/labs/open-cafe-lab/"
    lab = Lab.objects.get(slug="open-cafe-lab")
    assert lab.standing == Lab.Standing.PROPOSED
    assert lab.timezone == "America/Toronto"
    assert lab.latitude == pytest.approx(45.5, abs=0.1)
    assert not lab.staff.exists()
    assert client.post("/labs/new/", {"name": ""}).status_code == 422


def test_who_runs_it_manages_it_at_once(client):
    bob = make_user("bob")
    client.force_login(bob)
    client.post("/labs/new/", {"name": "Mine", "is_mine": "on"})
    assert policy.can_manage(bob, Lab.objects.get(slug="mine"))


@pytest.mark.parametrize("name", ["new", "Labs", "Ünïcode  --  x", "日本", "a", "x" * 120, "claims"])
def test_every_name_gives_an_address(name):
    from accounts import handles

    slug = free_slug(name)
    handles.validate(slug)
    make_lab(slug)
    assert free_slug(name) != slug


def test_a_claim_is_decided_once_and_by_the_right_people(client):
    proposer, owner, rival, eve = (make_user(name) for name in ("pam", "owen", "rita", "eve"))
    staff = make_user("boss", is_staff=True)
    lab = propose_lab(by=proposer, is_mine=False, name="Lab")
    claim = claim_lab(lab, by=owner, reason="My name is on its site")
    other = claim_lab(lab, by=rival, reason="Mine!")
    with pytest.raises(RefusedError):
        claim_lab(lab, by=owner, reason="again")
    assert told(proposer) == told(staff) == ["lab_claimed", "lab_claimed"]
    client.force_login(eve)
    assert client.post(f"/labs/claims/{claim.pk}/", {"answer": "yes"}).status_code == 403
    assert "Mine!" not in client.get("/labs/claims/").content.decode()
    client.force_login(proposer)
    assert client.post(f"/labs/claims/{claim.pk}/", {"answer": "yes"}).status_code == 302
    lab.refresh_from_db()
    other.refresh_from_db()
    assert lab.standing == Lab.Standing.CLAIMED
    assert policy.can_manage(owner, lab)
    assert other.is_granted is False
    assert told(owner) == ["claim_granted"]
    assert told(rival) == ["claim_refused"]
    with pytest.raises(RefusedError):
        decide_claim(other, by=staff, is_granted=True)
    with pytest.raises(RefusedError):
        claim_lab(lab, by=rival, reason="still mine")


def test_a_claim_needs_a_reason_and_a_sign_in(client):
    lab = make_lab(standing=Lab.Standing.PROPOSED)
    assert client.get("/labs/atelier/claim/").status_code == 302
    client.force_login(make_user("bob"))
    assert client.post("/labs/atelier/claim/", {"reason": " "}).status_code == 422
    assert client.post("/labs/atelier/claim/", {"reason": "I sweep its floor"}).status_code == 302
    assert Claim.objects.get(lab=lab).decided_at is None


def test_three_verified_labs_make_another_verified(lab, ada):
    managers = [make_user(f"m{number}") for number in range(3)]
    known = [
        make_lab(f"known-{number}", manager=one, standing=Lab.Standing.VERIFIED) for number, one in enumerate(managers)
    ]
    stranger = make_lab("stranger")
    with pytest.raises(RefusedError):
        vouch(lab, stranger, by=ada)
    for number, (one, person) in enumerate(zip(known, managers, strict=True), 1):
        assert policy.labs_to_vouch(person, lab) == [one]
        vouch(lab, one, by=person)
        vouch(lab, one, by=person) if number < 3 else None
        assert policy.labs_to_vouch(person, lab) == []
        lab.refresh_from_db()
        assert lab.standing == (Lab.Standing.VERIFIED if number == 3 else Lab.Standing.CLAIMED)
    assert told(ada) == ["lab_verified"]


def test_nobody_vouches_for_their_own_lab_in_its_own_name(ada, client):
    lab = make_lab("one", manager=ada, standing=Lab.Standing.VERIFIED)
    assert policy.labs_to_vouch(ada, lab) == []
    other = make_lab("two", manager=ada)
    client.force_login(make_user("eve"))
    assert client.post("/labs/two/vouch/", {"by_lab": lab.pk}).status_code == 403
    assert not other.vouches.exists()


def test_the_staff_of_the_site_verifies_a_lab_that_is_run(lab, client):
    client.force_login(make_user("eve"))
    assert client.post("/labs/atelier/verify/").status_code == 403
    client.force_login(make_user("boss", is_staff=True))
    client.post("/labs/atelier/verify/")
    lab.refresh_from_db()
    assert lab.standing == Lab.Standing.VERIFIED
    with pytest.raises(RefusedError):
        verify(make_lab("proposed", standing=Lab.Standing.PROPOSED))


def test_the_last_manager_cannot_leave(lab, ada):
    bob = make_user("bob")
    own = lab.staff.get(user=ada)
    with pytest.raises(RefusedError, match="manager"):
        remove_staff(lab, own.pk)
    add_staff(lab, handle="@Bob", role="manager", by=ada)
    remove_staff(lab, own.pk)
    assert not policy.can_manage(ada, lab)
    assert told(bob) == ["staff_added"]
    with pytest.raises(RefusedError):
        add_staff(lab, handle="nobody", role="operator", by=bob)


def test_membership_is_asked_agreed_to_and_ends(lab, ada):
    bob = make_user("bob")
    ask_membership(lab, by=bob)
    assert not policy.is_member(bob, lab)
    assert told(ada) == ["member_asked"]
    half = add_tariff(lab, name="Students", percent=50, is_default=False)
    today = timezone.localdate()
    set_member(lab, handle="bob", tariff=half, until=today)
    assert policy.is_member(bob, lab)
    assert told(bob) == ["member_agreed"]
    set_member(lab, handle="bob", since=today - timedelta(days=9), until=today - timedelta(days=1))
    assert not policy.is_member(bob, lab)
    with pytest.raises(RefusedError):
        set_member(lab, handle="bob", since=today, until=today - timedelta(days=1))
    end_membership(lab, bob, by=ada)
    assert not lab.members.exists()


def test_members_join_and_leave_by_post_alone(lab, client):
    assert client.post("/labs/atelier/join/").status_code == 302
    assert not lab.members.exists()
    client.force_login(make_user("bob"))
    assert client.get("/labs/atelier/join/").status_code == 405
    client.post("/labs/atelier/join/")
    client.post("/labs/atelier/join/")
    assert lab.members.get().is_asked
    client.post("/labs/atelier/leave/")
    assert not lab.members.exists()


def test_there_is_one_default_tariff(lab):
    add_tariff(lab, name="A", percent=100, is_default=True)
    add_tariff(lab, name="B", percent=120, is_default=True)
    assert lab.tariffs.get(is_default=True).name == "B"
    with pytest.raises(RefusedError):
        add_tariff(lab, name="b", percent=1, is_default=False)


def test_a_closed_lab_stays_on_its_address_and_comes_back(lab, client, ada):
    client.force_login(ada)
    client.post("/labs/atelier/settings/", {"action": "close"})
    assert "Closed for good" in client.get("/labs/atelier/").content.decode()
    assert client.get("/labs/").context["found"] == []
    client.post("/labs/atelier/settings/", {"action": "reopen"})
    assert [one[0] for one in client.get("/labs/").context["found"]] == [lab]
