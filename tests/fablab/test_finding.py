"""Labs that can make something: the nearest first, all over the world, with few machines or with many."""

import random

import pytest

from fablab import finding
from fablab.finding import Near, labs_for, machines_for
from fablab.matching import Need
from fablab.models import Lab, Machine
from tests.fablab.factories import make_lab, make_machine, make_stock

CUBE = Need(((100.0, 100.0, 100.0),), 1.0)
LONG = Need(((20.0, 20.0, 400.0),))


def _cube(side=100.0):
    return {"triangles": 12, "size_mm": [side] * 3, "boundary_edges": 0, "volume_mm3": side**3, "shells": 1}


@pytest.fixture
def world(db, monkeypatch):
    """Sixty labs over the globe with two machines each, every seventh of them large."""
    rng = random.Random(3)
    labs = []
    for number in range(60):
        lab = Lab(slug=f"lab-{number}", name=f"Lab {number}", latitude=rng.uniform(-70, 75))
        lab.longitude = rng.uniform(-180, 180)
        labs.append(lab)
    labs = Lab.objects.bulk_create(labs)
    side = [500 if number % 7 == 0 else 150 for number in range(60)]
    Machine.objects.bulk_create(
        Machine(lab=lab, slug=f"m{n}", name="M", process="material-extrusion", x_mm=s, y_mm=s, z_mm=s, nozzle_mm=0.4)
        for lab, s in zip(labs, side, strict=True)
        for n in range(2)
    )
    return list(zip(labs, side, strict=True))


def _expected(world, near, least, most):
    from fablab.distance import distance_km

    far = [
        (distance_km(near.latitude, near.longitude, lab.latitude, lab.longitude), lab.pk)
        for lab, side in world
        if side >= least
    ]
    return [pk for km, pk in sorted(far) if not near.km or km <= near.km][:most]


@pytest.mark.parametrize("few", [0, 5, 2000])
@pytest.mark.parametrize("place", [(48.8, 2.3), (0.0, 179.9), (-65.0, -179.5), (74.0, 10.0)])
@pytest.mark.parametrize("km", [0.0, 3000.0])
def test_the_nearest_labs_come_first_wherever_one_stands(world, monkeypatch, few, place, km):
    monkeypatch.setattr(finding, "FEW", few)
    monkeypatch.setattr(finding, "CHUNK", 7)
    near = Near(*place, km)
    for parts, least in (([CUBE], 100), ([LONG], 400), ([LONG, CUBE], 400)):
        for most in (3, 50):
            found = labs_for(parts, near=near, most=most)
            assert [one.lab.pk for one in found] == _expected(world, near, least, most)
            assert [one.km for one in found] == sorted(one.km for one in found)


def test_a_lab_makes_a_design_with_several_machines_together(db):
    lab = make_lab()
    make_machine(lab, "fine", nozzle_mm=0.2, x_mm=110, y_mm=110, z_mm=110)
    thin = Need(((50.0, 50.0, 50.0),), 0.3)
    assert labs_for([thin, LONG]) == []
    make_machine(lab, "tall", z_mm=450)
    assert [one.lab for one in labs_for([thin, LONG])] == [lab]
    assert labs_for([Need(((50.0, 50.0, 50.0),), 0.1)]) == []


def test_what_does_not_work_is_hidden_or_closed_makes_nothing(db):
    lab, gone, hidden = (
        make_lab(),
        make_lab("gone", standing="closed"),
        make_lab("hidden", hidden_at="2026-01-01T00:00Z"),
    )
    machine = make_machine(lab)
    for one in (gone, hidden):
        make_machine(one)
    assert [one.lab for one in labs_for([CUBE])] == [lab]
    Machine.objects.filter(pk=machine.pk).update(state="broken")
    assert labs_for([CUBE]) == []


def test_a_material_is_asked_of_the_lab_and_must_be_left(db):
    lab = make_lab()
    make_machine(lab)
    spool = make_stock(lab, "PETG")
    assert labs_for([CUBE], material="petg")
    assert not labs_for([CUBE], material="ABS")
    type(spool).objects.update(remaining_g=0)
    assert not labs_for([CUBE], material="petg")


def test_a_nozzle_that_nobody_named_is_the_usual_one(db):
    make_machine(make_lab(), nozzle_mm=0)
    assert labs_for([Need(((9.0, 9.0, 9.0),), 0.4)])
    assert not labs_for([Need(((9.0, 9.0, 9.0),), 0.39)])


def test_machines_that_make_all_come_before_nearer_ones_that_make_some(db):
    near, far = make_lab("near"), make_lab("far", latitude=43.3, longitude=5.4)
    small, large = make_machine(near, "small"), make_machine(far, "large", x_mm=300, y_mm=300, z_mm=300)
    found = machines_for([_cube(), _cube(250.0)], near=Near(48.85, 2.35))
    assert [(one.machine, one.made, one.of) for one in found] == [(large, 2, 2), (small, 1, 2)]
    assert found[0].km == pytest.approx(660, abs=5)


def test_a_machines_own_limits_change_its_verdict_alone(db):
    lab = make_lab()
    usual, strict = make_machine(lab, "usual"), make_machine(lab, "strict", overrides={"hole_care": 6.0})
    holes = {**_cube(), "round_holes": [{"diameter_mm": 4.0, "depth_mm": 5.0, "at_mm": [1, 1, 1], "axis": [0, 0, 1]}]}
    grades = {one.machine: one.grade for one in machines_for([holes])}
    assert grades == {usual: "prints", strict: "care"}
