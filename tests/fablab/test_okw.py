"""Open Know-Where in and out, lists of labs, and files that want to do harm."""

import io
import json
from datetime import time

import pytest
from django.core.management import CommandError, call_command

from designs.actions.errors import RefusedError
from fablab.actions.import_labs import import_into, import_labs
from fablab.models import Lab, Machine
from fablab.okw import terms, values, write
from fablab.okw.read import read_facility
from fablab.okw.values import UnreadError
from tests.conftest import SHARED
from tests.fablab.factories import make_lab, make_machine, make_stock
from tests.factories import make_user

pytestmark = pytest.mark.django_db
WIKI = "https://en.wikipedia.org/wiki/"
FACILITY = {
    "name": "Makers of Nantes",
    "id": "https://maps.example.org/facilities/7",
    "location": {
        "address": {"number": 5, "street": "rue de la Loire", "city": "Nantes", "country": "France", "postcode": 44000},
        "gps_coordinates": "47.218371, -1.553621",
        "directions": "behind the school",
    },
    "owner": {"name": "The association"},
    "contact": {
        "name": "Ana",
        "website": "makers.example.org",
        "languages": ["fra", "English"],
        "contact": {"landline": "+33 2 40 00 00 00", "email": "ana@example.org"},
    },
    "facilityStatus": "Active",
    "openingHours": "Tu-Fr 10:00-12:30,14:00-18:00",
    "description": "A workshop by the river.",
    "dateFounded": "2013-05",
    "accessType": "Membership (access requires membership)",
    "wheelchairAccessibility": "Yes",
    "manufacturingProcesses": [WIKI + "Laser_cutting", WIKI + "Falconry"],
    "typicalBatchSize": "0 -- 50 units",
    "floorSize": 120,
    "equipment": [
        {
            "equipmentType": WIKI + "3D_printing",
            "manufacturingProcess": WIKI + "Fused_filament_fabrication",
            "make": "Prusa",
            "model": "MK4",
            "quantity": 2,
            "nozzleSize": "0.4 mm",
            "buildVolume": 11550000,
            "bedSize": "250 x 210",
            "toleranceClass": "ISO 2768-m",
            "materialsWorked": [{"materialType": WIKI + "Polylactic_acid"}],
            "usageLevels": "daily",
        },
        {"equipment_type": WIKI + "Laser_cutter", "laser_power": "60 W", "x_travel": 900, "y_travel": 600},
    ],
}


def lines(*records):
    return "\n".join(json.dumps(one) for one in records)


def test_every_field_of_a_facility_lands():
    report = import_labs(json.dumps(FACILITY), source="f.json")
    assert (report.made, report.machines, report.problems) == (1, 3, [])
    lab = Lab.objects.get()
    assert (lab.name, lab.street, lab.city, lab.country, lab.postcode) == (
        "Makers of Nantes", "5 rue de la Loire", "Nantes", "FR", "44000",
    )  # fmt: skip
    assert (lab.latitude, lab.longitude, lab.timezone) == (47.218371, -1.553621, "Europe/Paris")
    assert (lab.website, lab.email, lab.phone) == ("https://makers.example.org", "ana@example.org", "+33 2 40 00 00 00")
    assert (lab.languages, lab.access, lab.is_accessible, lab.founded) == (["fr", "en"], "members", True, 2013)
    assert lab.story == "A workshop by the river."
    assert set(lab.hours.values_list("weekday", "opens")) == {
        (day, at) for day in range(1, 5) for at in (time(10), time(14))
    }
    assert lab.okw["owner"] == {"name": "The association"}
    assert lab.okw["location"] == {"directions": "behind the school"}
    assert (lab.okw["floorSize"], lab.okw["processes"], lab.okw["otherProcesses"]) == (
        120, ["laser-cutting"], [WIKI + "Falconry"],
    )  # fmt: skip
    first, second = lab.machines.filter(make="Prusa").order_by("name")
    assert (first.name, second.name) == ("Prusa MK4", "Prusa MK4 2")
    assert (first.x_mm, first.y_mm, first.z_mm, first.nozzle_mm, first.tolerance) == (250, 210, 220, 0.4, "m")
    assert (first.process, first.okw["usageLevels"]) == ("material-extrusion", "daily")
    laser = lab.machines.get(process="laser-cutting")
    assert (laser.x_mm, laser.y_mm, laser.power_w) == (900, 600, 60)


def test_what_cannot_be_read_is_named_and_the_rest_lands():
    broken = {
        **FACILITY,
        "location": {"gpsCoordinates": "somewhere", "address": {"country": "Atlantis", "city": "Nantes"}},
        "accessType": "by moonlight",
        "dateFounded": "long ago",
        "contact": {"website": "javascript:alert(1)", "contact": {"email": "not an address"}},
        "equipment": [{"make": "Prusa", "model": "MK4", "nozzleSize": "thin", "quantity": 9000}, 5, {}],
    }
    report = import_labs(json.dumps(broken), source="f.json")
    assert report.made == 1
    for field in (
        "gpsCoordinates",
        "country",
        "accessType",
        "dateFounded",
        "website",
        "email",
        "nozzleSize",
        "quantity",
    ):
        assert any(field in one for one in report.problems), field
    assert sum("equipment" in one for one in report.problems) == 4
    lab = Lab.objects.get()
    assert (lab.city, lab.country, lab.website, lab.email, lab.founded) == ("Nantes", "", "", "", None)
    assert lab.machines.count() == 1


def test_free_text_hours_stay_as_they_are():
    import_labs(json.dumps({**FACILITY, "openingHours": "by appointment"}), source="f.json")
    lab = Lab.objects.get()
    assert not lab.hours.exists()
    assert write.facility(lab)["openingHours"] == "by appointment"


def test_a_lab_goes_out_and_comes_back_the_same(client):
    lab = make_lab(story="Open to all", street="1 rue X", access="members", languages=["fr"], founded=2010)
    machine = make_machine(lab, make="Prusa", model="MINI", tolerance="m", power_w=150)
    make_stock(lab, machine=machine)
    said = client.get("/labs/atelier/okw.json").json()
    assert said["equipment"][0]["buildVolume"] == 180**3
    assert said["equipment"][0]["bedSize"] == 180
    assert said["equipment"][0]["materialsWorked"] == [{"materialType": WIKI + "Polylactic_acid"}]
    assert said["openingHours"] == "Mo-Fr 09:00-18:00"
    assert said["manufacturingProcesses"] == [WIKI + "Fused_filament_fabrication"]
    report = import_labs(json.dumps(said), source="f.json")
    assert report.problems == []
    twin = Lab.objects.exclude(pk=lab.pk).get()
    same = ("name", "story", "street", "city", "country", "latitude", "longitude", "timezone", "access", "languages")
    assert {name: getattr(twin, name) for name in same} == {name: getattr(lab, name) for name in same}
    other = twin.machines.get()
    same = ("name", "make", "model", "process", "x_mm", "y_mm", "z_mm", "nozzle_mm", "layer_mm", "tolerance", "power_w")
    assert {name: getattr(other, name) for name in same} == {name: getattr(machine, name) for name in same}
    assert write.facility(twin)["equipment"][0]["materialsWorked"] == said["equipment"][0]["materialsWorked"]


def test_the_feed_has_every_listed_lab_in_pages(client, django_assert_max_num_queries):
    for number in range(5):
        make_machine(make_lab(f"lab-{number}"))
    with django_assert_max_num_queries(12):
        feed = client.get("/labs/okw.json").json()
    assert (feed["total"], feed["next"], len(feed["manufacturingFacilities"])) == (5, None, 5)


def test_a_second_import_changes_and_does_not_double():
    import_labs(json.dumps(FACILITY), source="f.json")
    changed = {**FACILITY, "name": "Makers of the Loire", "equipment": FACILITY["equipment"][:1]}
    report = import_labs(json.dumps(changed), source="other.json")
    assert (report.made, report.changed, report.machines) == (0, 1, 0)
    assert Lab.objects.get().name == "Makers of the Loire"
    assert Machine.objects.count() == 3


def test_a_lab_that_its_people_run_is_left_alone():
    import_labs(json.dumps(FACILITY), source="f.json")
    Lab.objects.update(standing=Lab.Standing.CLAIMED, name="Ours")
    report = import_labs(json.dumps(FACILITY), source="f.json")
    assert (report.changed, report.left) == (0, 1)
    assert Lab.objects.get().name == "Ours"


def test_bad_lines_are_skipped_with_their_number():
    text = (
        lines({"name": "A", "city": "Lyon", "country": "FR"})
        + '\n{"name": \n[1]\n{"city": "x"}\n\n'
        + lines({"name": "B"})
    )
    report = import_labs(text, source="f.jsonl")
    assert report.made == 2
    assert [one.split(" is skipped")[0] for one in report.problems] == ["Record 2", "Record 3", "Record 4"]


def test_records_of_the_map_of_the_internet_of_production_are_understood():
    record = {
        "geocoding": {"latitude": 47.2, "longitude": -1.55, "geocoding_id": "54157486"},
        "address": {"zip_code": "44000", "extended": "38 rue du Breil", "address_id": "8d33"},
        "region": {"country": "FR", "state_region": "Pays de la Loire", "city_town": "Nantes", "region_id": "6"},
        "location": {"geocoding_id": "54157486", "address_id": None, "location_id": "fdc4"},
        "facility": {"name": "PiNG", "url": "https://www.fablabs.io/labs/ping", "description": "fablab"},
    }
    report = import_labs(json.dumps([record]), source="f.json")
    lab = Lab.objects.get()
    assert report.problems == []
    assert (lab.name, lab.kind, lab.city, lab.postcode, lab.street) == (
        "PiNG",
        "fablab",
        "Nantes",
        "44000",
        "38 rue du Breil",
    )
    assert (lab.source, lab.source_id) == ("fablabs.io", "https://www.fablabs.io/labs/ping")
    assert "location" not in lab.okw


def test_records_of_fablabs_io_are_understood():
    record = {
        "id": 5, "name": "Fab Lab X", "slug": "x", "kind_name": "fab_lab",
        "blurb": "Make almost anything", "city": "Lyon",
        "country_code": "FR", "postal_code": "69001", "address_1": "1 rue Y", "latitude": 45.7, "longitude": 4.8,
        "capabilities": ["three_d_printing", "cnc_milling", "circuit_production", "laser", "precision_milling"],
        "email": "x@example.org", "phone": "+33", "url": "https://www.fablabs.io/labs/x", "links": [{"url": "https://x.example"}],
    }  # fmt: skip
    report = import_labs(json.dumps({"labs": [record]}), source="f.json")
    lab = Lab.objects.get()
    assert report.problems == []
    assert (lab.summary, lab.street, lab.email) == ("Make almost anything", "1 rue Y", "x@example.org")
    assert lab.okw["processes"] == [
        "cnc-milling", "electronics", "laser-cutting", "material-extrusion", "precision-milling",
    ]  # fmt: skip
    assert lab.okw["links"] == [{"url": "https://x.example"}]


def test_yaml_is_read_and_its_aliases_are_not():
    report = import_labs(
        "name: Yam\ndateFounded: 2013-05-01\nequipment:\n  - 3D printer\n", source="f.yaml", is_yaml=True
    )
    assert (report.made, report.machines, report.problems) == (1, 1, [])
    assert Lab.objects.get().founded == 2013
    bomb = "a: &a [x,x]\nb: &b [*a,*a]\nname: [*b,*b]\n"
    with pytest.raises(RefusedError, match="alias"):
        import_labs(bomb, source="f.yaml", is_yaml=True)


@pytest.mark.parametrize(
    "text",
    [
        "", "null", "5", '"x"', "[" * 100_000, '{"name":' * 5000, "\x00\x01", '{"name": "A", "lat": NaN, "lon": 1}',
        '{"name": "A", "latitude": 1e999, "longitude": 2}', '{"name": {"a": 1}}', '{"name": ["A"]}',
        "name: !!python/object:os.x {}",
        '{"name": "A", "equipment": {"x": 1}}', '{"name": "A", "contact": [1], "location": 7, "url": 5, "source": {}}',
    ],
)  # fmt: skip
def test_hostile_files_are_refused_or_named_and_never_break(text):
    try:
        report = import_labs(text, source="f.json")
    except RefusedError:
        report = None
    assert report is None or report.problems
    assert Lab.objects.count() == (report.made if report else 0)
    assert not Lab.objects.filter(latitude__isnull=False).exists()


def test_a_manager_takes_a_file_over_on_the_page(client):
    ada = make_user("ada")
    lab = make_lab(manager=ada)
    client.force_login(ada)
    file = io.BytesIO(json.dumps({**FACILITY, "accessType": "by moonlight"}).encode())
    file.name = "mine.json"
    page = client.post("/labs/atelier/settings/data/", {"file": file}).content.decode()
    assert "accessType" in page
    lab.refresh_from_db()
    assert (lab.name, lab.standing, lab.machines.count()) == ("Makers of Nantes", "claimed", 3)
    bad = io.BytesIO(b"\xff\xfe\x00")
    bad.name = "x.json"
    assert client.post("/labs/atelier/settings/data/", {"file": bad}).status_code == 422


def test_a_file_of_several_labs_gives_a_manager_their_own():
    ada = make_user("ada")
    lab = make_lab(manager=ada)
    text = json.dumps([{"name": "Other", "phone": "1"}, {"name": "atelier", "phone": "2"}])
    import_into(lab, text, by=ada)
    lab.refresh_from_db()
    assert lab.phone == "2"
    with pytest.raises(RefusedError):
        import_into(lab, json.dumps([{"name": "X"}, {"name": "Y"}]), by=ada)


def test_the_command_imports_the_shared_list_twice_without_doubling():
    file = SHARED / "labs.jsonl"
    if not file.exists():
        pytest.skip("no shared data")
    said = io.StringIO()
    call_command("labs", "import", str(file), stderr=said)
    call_command("labs", "import", str(file), stderr=said)
    count = len(file.read_text().splitlines())
    assert Lab.objects.count() == count
    assert f"made: {count}, changed: 0" in said.getvalue()
    assert f"made: 0, changed: {count}" in said.getvalue()
    lab = Lab.objects.get(source_id="https://www.fablabs.io/labs/fablabinsastrasbourg")
    assert (lab.city, lab.country, lab.timezone, lab.source) == ("Strasbourg", "FR", "Europe/Paris", "fablabs.io")
    assert "CC-BY-4.0" in lab.okw["attribution"]


def test_the_command_says_what_is_wrong_with_a_file(tmp_path):
    with pytest.raises(CommandError, match="No such file"):
        call_command("labs", "import", str(tmp_path / "none.jsonl"))
    (tmp_path / "bad.json").write_bytes(b"\xff\xff")
    with pytest.raises(CommandError, match=r"bad\.json"):
        call_command("labs", "import", str(tmp_path / "bad.json"))


@pytest.mark.parametrize(
    ("word", "process"),
    [
        (WIKI + "Fused_filament_fabrication", "material-extrusion"),
        (WIKI + "Milling_(machining)", "cnc-milling"),
        (WIKI + "Printed_circuit_board", "electronics"),
        (WIKI + "Molding_(process)", "casting"),
        ("vinyl_cutting", "vinyl-cutting"),
        ("Découpe laser", "laser-cutting"),
        ("Ultimaker 3D printer", "material-extrusion"),
        ("Kettle", ""),
    ],
)
def test_processes_are_known_by_their_addresses_and_names(word, process):
    assert terms.process_of(word) == process


def test_our_addresses_of_processes_are_read_back():
    from fablab.processes import PROCESSES

    lost = {
        key
        for key in PROCESSES
        if key not in {"other", "precision-milling"} and terms.process_of(PROCESSES[key].okw) != key
    }
    assert lost == set()


def test_the_chemical_that_the_standard_means_as_a_circuit_board_is_one():
    assert terms.material_name(WIKI + "Polychlorinated_biphenyl") == "PCB"
    assert terms.material_address("PCB") == WIKI + "Printed_circuit_board"
    assert terms.material_name(terms.material_address("PLA")) == "PLA"


@pytest.mark.parametrize(
    ("said", "code"), [("fr", "FR"), ("Deutschland", "DE"), ("Côte d'Ivoire", "CI"), ("GBR", "GB")]
)
def test_countries_are_known_by_code_and_name(said, code):
    assert values.country(said) == code


def test_a_record_without_a_name_is_no_lab():
    with pytest.raises(UnreadError):
        read_facility({"city": "Lyon"})
