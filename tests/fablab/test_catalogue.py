"""The machines that labs start from."""

from collections import Counter

from designs.discovery import machines
from fablab.catalogue import catalogue, suggest
from fablab.models import Machine
from fablab.processes import PROCESSES


def test_there_are_more_than_a_hundred_common_machines_of_each_sort():
    kinds = Counter(one.process for one in catalogue().values())
    assert sum(kinds.values()) > 200
    assert {kind for kind, count in kinds.items() if count >= 3} >= {
        "material-extrusion", "vat-photopolymerisation", "powder-bed-fusion", "laser-cutting", "cnc-milling",
        "precision-milling", "vinyl-cutting", "electronics", "embroidery", "sewing", "scanning",
    }  # fmt: skip


def test_each_machine_is_sound():
    for key, one in catalogue().items():
        assert one.key == key
        assert one.process in PROCESSES, one
        assert one.name, one
        assert one.model, one
        assert min(one.x_mm, one.y_mm, one.z_mm, one.nozzle_mm, one.spot_mm, one.power_w) >= 0, one
        assert (one.nozzle_mm > 0) == (one.process == "material-extrusion"), one
        if PROCESSES[one.process].kernel in {"fdm", "sla", "sls", "cnc"} and one.process != "electronics":
            assert min(one.x_mm, one.y_mm, one.z_mm) >= 40, one
        if one.process == "laser-cutting":
            assert min(one.x_mm, one.y_mm) >= 100, one


def test_the_search_and_the_labs_have_the_same_facts_of_a_machine():
    for key, known in machines.catalogue().items():
        one = catalogue()[key]
        assert ((one.x_mm, one.y_mm, one.z_mm), one.nozzle_mm, one.name) == (known.bed_mm, known.nozzle_mm, known.name)


def test_no_two_machines_have_one_name():
    assert not [name for name, count in Counter(one.name for one in catalogue().values()).items() if count > 1]


def test_facts_are_fields_of_a_machine():
    fields = {field.name for field in Machine._meta.get_fields()}
    for one in catalogue().values():
        assert set(one.facts) <= fields
        Machine(slug="x", lab_id=1, **one.facts).clean_fields(exclude=["lab"])


def test_a_machine_is_found_by_parts_of_its_name():
    assert suggest("mk4")[0].key == "prusa-mk4s"
    assert "ender-3-v2" in [one.key for one in suggest("ender v2")]
    assert suggest("epilog fus")[0].make == "Epilog"
    assert [one.key for one in suggest("GLOWFORGE pro")] == ["glowforge-pro"]
    assert suggest("") == suggest("no such thing") == []
    assert len(suggest("e")) == 12
