"""Machines of a lab: added, changed, kept, seen; who may do which."""

from datetime import timedelta

import pytest
from django.utils import timezone

from designs.actions.errors import RefusedError
from fablab.actions import machines as acts
from fablab.actions.stock import load
from fablab.models import Machine, MaintenanceEntry, Staff
from tests.fablab.factories import make_lab, make_machine, make_stock
from tests.factories import make_user, picture


@pytest.fixture
def ada(db):
    return make_user("ada")


@pytest.fixture
def lab(ada):
    return make_lab(manager=ada)


@pytest.fixture
def machine(lab):
    return make_machine(lab)


@pytest.fixture
def as_ada(client, ada):
    client.force_login(ada)
    return client


def _facts(**values):
    facts = {
        "name": "Big one", "process": "material-extrusion", "x_mm": "300", "y_mm": "300", "z_mm": "400",
        "nozzle_mm": "0.6", "setup_cents": "2,50", "hour_cents": "1.20", "who": "members", "least_minutes": "15",
        "most_minutes": "240", "horizon_days": "60", "takes_requests": "on",
    }  # fmt: skip
    return facts | values


def test_a_machine_from_the_catalogue_comes_filled_in(as_ada, lab):
    page = as_ada.get("/labs/atelier/machines/new/?from=prusa-mk4s").content.decode()
    assert 'value="Prusa MK4S"' in page
    assert 'value="250.0"' in page or 'value="250"' in page
    assert "as it is sold" in page


def test_the_catalogue_is_searched_while_one_types(as_ada, lab):
    page = as_ada.get("/labs/atelier/machines/catalogue/?find=speedy", headers={"HX-Request": "true"}).content.decode()
    assert "Trotec Speedy 300" in page
    assert "<html" not in page
    assert "describe it below" in as_ada.get("/labs/atelier/machines/catalogue/?find=zzzz").content.decode()


def test_a_machine_is_added_with_its_rates_and_rules(as_ada, lab):
    answer = as_ada.post("/labs/atelier/machines/new/", _facts(catalogue="cr-10"))
    assert answer.status_code == 302, answer.content.decode()
    machine = lab.machines.get()
    assert answer.headers["Location"] == machine.get_absolute_url() == "/labs/atelier/machines/big-one/"
    assert (machine.setup_cents, machine.hour_cents, machine.minimum_cents) == (250, 120, 0)
    assert (machine.x_mm, machine.nozzle_mm, machine.spot_mm, machine.most_minutes) == (300, 0.6, 0, 240)
    assert machine.log.get().kind == MaintenanceEntry.Kind.STATE


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"name": ""}, "This field is required"),
        ({"x_mm": "-3"}, "greater than or equal to 0"),
        ({"x_mm": "wide"}, "Enter a number"),
        ({"setup_cents": "much"}, "Enter a number"),
        ({"setup_cents": "1.234"}, "no more than 2 decimal"),
        ({"most_minutes": "5", "least_minutes": "30"}, "shorter than the shortest"),
        ({"process": "magic"}, "not one of the available choices"),
    ],
)
def test_what_makes_no_sense_is_said_and_nothing_is_lost(as_ada, lab, values, sentence):
    answer = as_ada.post("/labs/atelier/machines/new/", _facts(make="Creality", **values))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert sentence in page
    assert 'value="Creality"' in page
    assert not lab.machines.exists()


def test_addresses_of_machines_are_told_apart_and_hide_no_page(lab, ada):
    names = ["Mini", "Mini", "mini", "New", "Catalogue", "日本"]
    slugs = [acts.add_machine(lab, by=ada, name=name, process="other").slug for name in names]
    assert slugs == ["mini", "mini-2", "mini-3", "new-2", "catalogue-2", "machine"]


def test_a_machine_is_changed_and_keeps_its_address(as_ada, lab, machine):
    answer = as_ada.post("/labs/atelier/machines/mini/edit/", _facts(name="Renamed", photo=picture()))
    assert answer.status_code == 302, answer.content.decode()
    machine.refresh_from_db()
    assert (machine.name, machine.slug, machine.large_mm, machine.small_mm) == ("Renamed", "mini", 400, 300)
    photo = as_ada.get(machine.photo.url)
    assert photo.headers["Content-Type"] == "image/webp"
    assert b"".join(photo.streaming_content)[8:12] == b"WEBP"
    as_ada.post("/labs/atelier/machines/mini/edit/", _facts(name="Renamed", no_photo="1"))
    machine.refresh_from_db()
    assert not machine.photo


def test_what_is_no_picture_is_refused_and_the_rest_is_kept(as_ada, lab, machine):
    bad = picture()
    bad.seek(0)
    bad.write(b"<svg onload=alert(1)>")
    bad.seek(0)
    page = as_ada.post("/labs/atelier/machines/mini/edit/", _facts(name="Kept", photo=bad), follow=True)
    assert "no picture that we can read" in page.content.decode()
    machine.refresh_from_db()
    assert (machine.name, machine.photo.name) == ("Kept", "")


def test_each_change_of_state_has_a_line_in_the_log(machine, ada):
    acts.set_state(machine, "broken", by=ada, text="The belt tore")
    acts.set_state(machine, "ready", by=ada)
    acts.set_state(machine, "ready", by=ada)
    lines = list(machine.log.values_list("kind", "state", "text"))
    assert lines == [("state", "ready", ""), ("fault", "broken", "The belt tore")]
    with pytest.raises(RefusedError):
        acts.set_state(machine, "on holiday", by=ada)


def test_who_follows_a_machine_is_called_once_when_it_goes_down(machine, ada, monkeypatch):
    called = []
    monkeypatch.setattr(acts, "DOWN", [lambda machine, by: called.append((machine.pk, machine.state, by))])
    acts.set_state(machine, "in_use", by=ada)
    acts.set_state(machine, "maintenance", by=ada)
    acts.set_state(machine, "broken", by=ada)
    assert called == [(machine.pk, "maintenance", ada)]


def test_a_retired_machine_has_nothing_loaded_and_is_listed_for_staff_alone(as_ada, client, lab, machine, ada):
    spool = make_stock(lab)
    load(spool, machine)
    as_ada.post("/labs/atelier/machines/mini/state/", {"state": "retired", "text": "Worn out"})
    spool.refresh_from_db()
    machine.refresh_from_db()
    assert (machine.state, spool.machine) == ("retired", None)
    assert "Mini" in as_ada.get("/labs/atelier/machines/").content.decode()
    as_ada.logout()
    assert "Mini" not in client.get("/labs/atelier/machines/").content.decode()


def test_counters_grow_with_runs_and_can_be_set(as_ada, machine):
    acts.count_run(machine, seconds=5400)
    acts.count_run(machine, seconds=1800, jobs=2)
    assert (machine.hours_run, machine.jobs_run) == (2.0, 3)
    as_ada.post("/labs/atelier/machines/mini/counters/", {"hours": "812.5", "jobs": "90"})
    machine.refresh_from_db()
    assert (machine.hours_run, machine.jobs_run) == (812.5, 90)
    assert "2.0 h and 3 jobs" in machine.log.first().text


def test_the_log_is_written_by_staff_and_seen_by_staff(as_ada, client, machine):
    as_ada.post("/labs/atelier/machines/mini/log/add/", {"kind": "service", "text": "Greased <b>rods</b>"})
    page = as_ada.get("/labs/atelier/machines/mini/").content.decode()
    assert "Greased &lt;b&gt;rods" in page
    assert "Greased" in as_ada.get("/labs/atelier/machines/mini/log/").content.decode()
    as_ada.logout()
    page = client.get("/labs/atelier/machines/mini/")
    assert page.status_code == 200
    assert "Greased" not in page.content.decode()


def test_limits_of_the_kernel_are_overridden_for_one_machine(as_ada, machine):
    page = as_ada.get("/labs/atelier/machines/mini/limits/").content.decode()
    assert "Thinnest wall: it does not print" in page
    assert "0.4 mm" in page
    as_ada.post("/labs/atelier/machines/mini/limits/", {"wall_care": "1.2", "bridge_care": "", "overhang_care": "7.5"})
    machine.refresh_from_db()
    assert machine.overrides == {"wall_care": 1.2, "overhang_care": 0.075}
    assert machine.profile().limits["wall_care"].value == 1.2
    acts.change_machine(machine, process="vat-photopolymerisation")
    assert machine.overrides == {"wall_care": 1.2}
    acts.change_machine(machine, process="sewing")
    assert machine.overrides == {}


def test_a_limit_that_is_no_number_is_said(as_ada, machine):
    answer = as_ada.post("/labs/atelier/machines/mini/limits/", {"wall_care": "thick"})
    assert answer.status_code == 422
    machine.refresh_from_db()
    assert machine.overrides == {}


def test_the_page_says_what_it_takes_what_is_loaded_what_it_costs_and_when_it_is_free(client, lab, machine):
    load(make_stock(lab, colour_hex="#112233"), machine)
    page = client.get("/labs/atelier/machines/mini/").content.decode()
    for words in ("180 × 180 × 180 mm", "0.4 mm", "PLA black", "1 kg", "€1.50", "Ready", "free "):
        assert words in page, words
    assert "Serial number" not in page


def test_a_machine_that_does_not_work_is_not_said_to_be_free(client, lab, ada, machine):
    acts.set_state(machine, "broken", by=ada)
    page = client.get("/labs/atelier/machines/mini/").content.decode()
    assert "Broken" in page
    assert "free now" not in page
    assert "free from" not in page


def test_hostile_facts_are_words(client, lab):
    text = "<img src=x onerror=alert(1)> [a](javascript:b)"
    make_machine(lab, "evil", name="<script>alert(1)</script>", description=text)
    for address in ("/labs/atelier/machines/", "/labs/atelier/machines/evil/"):
        page = client.get(address).content.decode()
        assert "<script>alert(1)" not in page
        assert "onerror" not in page.replace("&lt;img src=x onerror", "")
        assert 'href="javascript' not in page


PAGES = {
    "machines/": 200, "machines/mini/": 200, "trainings/": 200, "machines/new/": 403, "machines/catalogue/": 403,
    "machines/mini/edit/": 403, "machines/mini/log/": 403, "machines/mini/limits/": 403, "stock/": 403,
    "stock/new/": 403, "stock.csv": 403,
}  # fmt: skip
POSTS = ["machines/mini/state/", "machines/mini/log/add/", "machines/mini/counters/", "machines/mini/load/"]


@pytest.mark.parametrize(
    ("who", "allowed"),
    [
        ("nobody", False),
        ("stranger", False),
        ("trainer", False),
        ("operator", True),
        ("manager", True),
        ("other", False),
    ],
)
def test_only_who_works_with_machines_changes_them(client, lab, machine, who, allowed):
    if who != "nobody":
        person = make_user(who)
        if who in {"trainer", "operator", "manager"}:
            Staff.objects.create(lab=lab, user=person, role=who)
        if who == "other":
            make_lab("elsewhere", manager=person)
        client.force_login(person)
    for page, usual in PAGES.items():
        wanted = 302 if who == "nobody" and usual == 403 else 200 if allowed else usual
        assert client.get(f"/labs/atelier/{page}").status_code == wanted, page
    for page in POSTS:
        answer = client.post(f"/labs/atelier/{page}", {"state": "broken", "stock": "1"})
        wanted = {302, 404} if allowed or who == "nobody" else {403}
        assert answer.status_code in wanted, page
    machine.refresh_from_db()
    assert machine.state == ("broken" if allowed else "ready")
    assert client.get("/labs/atelier/machines/mini/state/").status_code == 405


def test_nobody_changes_a_machine_of_another_lab_by_its_address(as_ada, machine):
    other = make_lab("elsewhere")
    make_machine(other, "theirs")
    assert as_ada.post("/labs/atelier/machines/theirs/state/", {"state": "broken"}).status_code == 404
    assert as_ada.post("/labs/elsewhere/machines/theirs/state/", {"state": "broken"}).status_code == 403
    assert Machine.objects.get(slug="theirs").state == "ready"
    spool = make_stock(other)
    assert as_ada.post("/labs/atelier/machines/mini/load/", {"stock": spool.pk}).status_code == 404


def test_the_list_asks_the_database_as_often_for_many_machines_as_for_few(client, lab, django_assert_max_num_queries):
    for number in range(3):
        make_machine(lab, f"m{number}")
    client.get("/labs/atelier/machines/")
    with django_assert_max_num_queries(25) as few:
        client.get("/labs/atelier/machines/")
    for number in range(3, 40):
        make_machine(lab, f"m{number}")
    with django_assert_max_num_queries(len(few)):
        client.get("/labs/atelier/machines/")


def test_a_day_from_now_the_machine_page_still_says_when(client, lab, machine):
    from fablab.actions.occupy import occupy

    now = timezone.now()
    occupy(machine, "closure", now - timedelta(hours=1), now + timedelta(days=1))
    assert "free from" in client.get("/labs/atelier/machines/mini/").content.decode()
