"""Trainings: who has learned what, until when, and who says so."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from designs.actions.errors import RefusedError
from fablab import policy
from fablab.actions import trainings as acts
from fablab.models import Notice, Staff, Trained
from tests.fablab.factories import make_lab, make_machine
from tests.factories import make_user


@pytest.fixture
def ada(db):
    return make_user("ada")


@pytest.fixture
def bob(db):
    return make_user("bob")


@pytest.fixture
def lab(ada):
    return make_lab(manager=ada)


@pytest.fixture
def laser(lab):
    return acts.add_training(lab, name="Laser", text="Fire and fumes", valid_months=12)


@pytest.mark.parametrize(
    ("on", "months", "later"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 6, 15), 24, date(2028, 6, 15)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
    ],
)
def test_months_later_is_the_same_day_or_the_last_of_the_month(on, months, later):
    assert acts.later(on, months) == later


def test_who_has_done_it_may_use_the_machine_until_it_runs_out(lab, laser, ada, bob):
    machine = make_machine(lab, training=laser)
    assert not policy.is_trained(bob, machine)
    row = acts.grant(laser, bob, by=ada)
    assert policy.is_trained(bob, machine)
    assert row.expires_on == acts.later(timezone.localdate(), 12)
    Trained.objects.filter(pk=row.pk).update(expires_on=timezone.localdate())
    assert policy.is_trained(bob, machine)
    Trained.objects.filter(pk=row.pk).update(expires_on=timezone.localdate() - timedelta(days=1))
    assert not policy.is_trained(bob, machine)
    acts.grant(laser, bob, by=ada)
    assert policy.is_trained(bob, machine)
    assert Trained.objects.count() == 1
    acts.revoke(Trained.objects.get())
    assert not policy.is_trained(bob, machine)
    assert list(bob.lab_notices.order_by("pk").values_list("kind", flat=True)) == ["trained", "training_revoked"]


def test_a_training_for_ever_never_runs_out(lab, ada, bob):
    assert acts.grant(acts.add_training(lab, name="Printer"), bob, by=ada).expires_on is None


def test_nobody_has_learned_something_tomorrow(laser, ada, bob):
    with pytest.raises(RefusedError):
        acts.grant(laser, bob, by=ada, on=timezone.localdate() + timedelta(days=1))


def test_who_has_it_is_reminded_once_a_week_before(lab, laser, ada, bob):
    eve = make_user("eve")
    row = acts.grant(laser, bob, by=ada)
    acts.grant(laser, eve, by=ada)
    assert acts.remind() == 0
    today = timezone.localdate()
    Trained.objects.filter(pk=row.pk).update(expires_on=today + timedelta(days=8))
    assert acts.remind() == 0
    Trained.objects.filter(pk=row.pk).update(expires_on=today + timedelta(days=6))
    assert acts.remind() == 1
    assert acts.remind() == 0
    told = Notice.objects.get(kind="training_expires")
    assert (told.user, told.params["training"]) == (bob, "Laser")
    acts.grant(laser, bob, by=ada)
    Trained.objects.filter(pk=row.pk).update(expires_on=today + timedelta(days=7))
    assert acts.remind() == 1


def test_two_trainings_of_one_name_are_refused(lab, laser, client, ada):
    client.force_login(ada)
    answer = client.post("/labs/atelier/trainings/", {"name": "laser", "valid_months": "0"})
    assert answer.status_code == 422
    assert "has a training of that name" in answer.content.decode()
    other = acts.add_training(lab, name="Mill")
    with pytest.raises(RefusedError):
        acts.change_training(other, name="LASER", text="", valid_months=0)


def test_trainers_say_who_has_it_and_others_do_not(client, lab, laser, bob):
    tim, oli = make_user("tim"), make_user("oli")
    Staff.objects.create(lab=lab, user=tim, role=Staff.Role.TRAINER)
    Staff.objects.create(lab=lab, user=oli, role=Staff.Role.OPERATOR)
    page = f"/labs/atelier/trainings/{laser.pk}/"
    for person, status in ((oli, 403), (bob, 403), (tim, 302)):
        client.force_login(person)
        answer = client.post(page, {"action": "grant", "person": "@Bob", "on": ""})
        assert answer.status_code == status, person
    row = Trained.objects.get()
    assert (row.user, row.by) == (bob, tim)
    assert "bob" in client.get(page).content.decode()
    client.force_login(oli)
    assert client.post(f"{page}{row.pk}/revoke/").status_code == 403
    client.force_login(tim)
    answer = client.post(page, {"action": "grant", "person": "nobody-at-all"})
    assert answer.status_code == 422
    assert "Nobody here has that name" in answer.content.decode()
    assert client.post(f"{page}{row.pk}/revoke/").status_code == 302
    assert not Trained.objects.exists()
    assert client.post(page, {"action": "edit", "name": "Laser 2", "text": "", "valid_months": "6"}).status_code == 302
    laser.refresh_from_db()
    assert (laser.name, laser.valid_months) == ("Laser 2", 6)


def test_one_sees_ones_own_trainings(client, lab, laser, ada, bob):
    make_machine(lab, "cutter", training=laser)
    acts.grant(laser, bob, by=ada)
    client.force_login(bob)
    page = client.get("/labs/atelier/trainings/").content.decode()
    assert "You have it until" in page
    assert "Cutter" in page
    assert "You have it" in client.get("/labs/atelier/machines/cutter/").content.decode()
    client.logout()
    assert "You have it" not in client.get("/labs/atelier/trainings/").content.decode()
    assert client.post("/labs/atelier/trainings/", {"name": "X"}).status_code == 302
    assert lab.trainings.count() == 1
