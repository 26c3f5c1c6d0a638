"""3MF: what a package holds, in mm and apart; and packages made to do harm."""

import io
import zipfile

import numpy as np
import pytest

from designs.mesh import load, measure
from designs.mesh.load import scan, threemf
from designs.mesh.types import RefusedError
from tests.designs.mesh import oracle_rows

MODEL_TYPE = "http://schemas.microsoft.com/3dmanufacturing/2013/01/3dmodel"
CORE = 'xmlns="http://schemas.microsoft.com/3dmanufacturing/core/2015/02"'
EXTENSIONS = (
    'xmlns:m="http://schemas.microsoft.com/3dmanufacturing/material/2015/02" '
    'xmlns:p="http://schemas.microsoft.com/3dmanufacturing/production/2015/06"'
)
RELATIONS = f'<Relationships><Relationship Target="/3D/a.model" Id="r" Type="{MODEL_TYPE}"/></Relationships>'
CORNERS = [(0, 0, 0), (10, 0, 0), (0, 10, 0), (0, 0, 10)]
SIDES = [(0, 2, 1), (0, 1, 3), (1, 2, 3), (0, 3, 2)]
POINTS = "".join(f'<vertex x="{x}" y="{y}" z="{z}"/>' for x, y, z in CORNERS)
FACES = "".join(f'<triangle v1="{a}" v2="{b}" v3="{c}"/>' for a, b, c in SIDES)
MESH = f"<mesh><vertices>{POINTS}</vertices><triangles>{FACES}</triangles></mesh>"


def package(model, relations=RELATIONS, **others):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("_rels/.rels", relations)
        made.writestr("3D/a.model", model)
        for name, content in others.items():
            made.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return packed.getvalue()


def model(resources, build, unit="millimeter", before=""):
    return (
        f'<model unit="{unit}" {CORE} {EXTENSIONS}>{before}<resources>{resources}</resources>'
        f"<build>{build}</build></model>"
    )


def refusal(data):
    with pytest.raises(RefusedError) as caught:
        threemf.read(data)
    return caught.value.refusal


def test_each_build_item_is_a_part_with_its_name_and_place():
    resources = f'<object id="1" name="peg">{MESH}</object><object id="2" name="cap">{MESH}</object>'
    build = '<item objectid="1"/><item objectid="2" transform="1 0 0 0 1 0 0 0 1 100 0 0"/>'
    loaded = threemf.read(package(model(resources, build)))
    assert [part.name for part in loaded.parts] == ["peg", "cap"]
    assert loaded.parts[1].points.min(axis=0).tolist() == [100, 0, 0]
    assert loaded.extra["build_items"] == 2


def test_components_are_placed_within_components():
    turned = "0 1 0 -1 0 0 0 0 1 5 0 0"
    resources = (
        f'<object id="1">{MESH}</object>'
        f'<object id="2"><components><component objectid="1" transform="{turned}"/></components></object>'
        '<object id="3"><components><component objectid="2" transform="2 0 0 0 2 0 0 0 2 0 0 0"/>'
        '<component objectid="1"/></components></object>'
    )
    (part,) = threemf.read(package(model(resources, '<item objectid="3"/>'))).parts
    assert len(part.faces) == 8
    assert part.points[:4].tolist() == [[10, 0, 0], [10, 20, 0], [-10, 0, 0], [10, 0, 20]]
    assert part.points[4:].tolist() == [list(map(float, corner)) for corner in CORNERS]


def test_what_only_holds_a_part_up_is_none():
    resources = f'<object id="1" name="peg">{MESH}</object><object id="2" type="support" name="prop">{MESH}</object>'
    loaded = threemf.read(package(model(resources, '<item objectid="1"/><item objectid="2"/>')))
    assert [part.name for part in loaded.parts] == ["peg"]


def test_mirrored_items_and_components_stay_the_right_side_out():
    mirror = 'transform="-1 0 0 0 1 0 0 0 1 0 0 0"'
    pair = (
        f'<object id="2"><components><component objectid="1"/><component objectid="1" {mirror}/></components></object>'
    )
    build = f'<item objectid="1" {mirror}/><item objectid="2"/><item objectid="2" {mirror}/>'
    loaded = threemf.read(package(model(f'<object id="1">{MESH}</object>{pair}', build)))
    found = measure.facts_of(loaded, "3mf")
    assert [item["volume_mm3"] for item in found["objects"]] == pytest.approx([1000 / 6, 1000 / 3, 1000 / 3])
    assert found["inverted_shells"] == 0


@pytest.mark.parametrize(
    ("unit", "name", "size"), [("inch", "inch", 254), ("micron", "micron", 0.01), ("meter", "m", 10_000)]
)
def test_declared_units_become_mm_and_are_named(unit, name, size):
    loaded = threemf.read(package(model(f'<object id="1">{MESH}</object>', '<item objectid="1"/>', unit)))
    assert loaded.units == name
    assert loaded.parts[0].points.max() == pytest.approx(size)


def test_title_terms_materials_and_picture_are_told():
    resources = (
        '<basematerials id="5"><base name="PETG" displaycolor="#ff8000"/></basematerials>'
        '<m:colorgroup id="6"><m:color color="#00FF0080"/><m:color color="javascript:"/></m:colorgroup>'
        f'<object id="1">{MESH}</object>'
    )
    before = '<metadata name="Title">Peg</metadata><metadata name="LicenseTerms">CC <![CDATA[<BY>]]> ' + "x" * 400
    thumbnail = '<Relationship Target="/m/t.png" Id="t" Type="http://x/metadata/thumbnail"/></Relationships>'
    found = threemf.read(
        package(
            model(resources, '<item objectid="1"/>', before=before + "</metadata>"),
            RELATIONS.replace("</Relationships>", thumbnail),
            m__t_dot_png=b"12345",
        )
    ).extra
    assert found["metadata"]["Title"] == "Peg"
    assert found["metadata"]["LicenseTerms"].startswith("CC <BY> xxx")
    assert len(found["metadata"]["LicenseTerms"]) == 300
    assert found["materials"] == [
        {"name": "PETG", "color": "#FF8000"},
        {"name": "", "color": "#00FF0080"},
        {"name": "", "color": ""},
    ]
    assert (found["thumbnail"], found["thumbnail_bytes"]) == (True, 5)


def test_at_most_fifty_lines_of_metadata_are_kept():
    before = "".join(f'<metadata name="n{i}">v</metadata>' for i in range(80))
    data = package(model(f'<object id="1">{MESH}</object>', '<item objectid="1"/>', before=before))
    assert len(threemf.read(data).extra["metadata"]) == 50


def test_names_that_a_slicer_keeps_apart_are_used():
    config = '<config><object id="1"><metadata type="object" key="name" value="hinge"/></object></config>'
    data = package(
        model(f'<object id="1">{MESH}</object>', '<item objectid="1"/>'),
        Metadata__Slic3r_PE_model_dot_config=config,
    )
    assert threemf.read(data).parts[0].name == "hinge"


def test_objects_of_other_model_parts_are_read():
    other = model(f'<object id="9" name="far">{MESH}</object>', "")
    resources = '<object id="1"><components><component p:path="/3D/b.model" objectid="9"/></components></object>'
    (part,) = threemf.read(package(model(resources, '<item objectid="1"/>'), **{"3D__b_dot_model": other})).parts
    assert len(part.faces) == 4


def test_attributes_in_any_order_prefixes_comments_and_utf16_are_read_alike():
    points = "".join(
        f"<!-- {i} --><c:vertex\n z = '{z}' extra='>' x='{x}.0e0'\ty='+{y}'></c:vertex>"
        for i, (x, y, z) in enumerate(CORNERS)
    )
    mesh = MESH.replace(f"<vertices>{POINTS}</vertices>", f"<c:vertices a='b' >{points}</c:vertices >")
    text = model(f'<object id="1"><!-- <vertices> -->{mesh}</object>', '<item objectid="1"/>')
    text = '<?xml version="1.0" encoding="UTF-16"?>' + text.replace("<model ", f"<model {CORE.replace('=', ':c=', 1)} ")
    for encoding in ("utf-16", "utf-8"):
        data = package(text.replace("UTF-16", encoding).encode(encoding))
        assert np.array_equal(threemf.read(data).parts[0].points, np.array(CORNERS, float))


BROKEN = [
    (MESH.replace('x="10"', 'x="ten"'), "unreadable"),
    (MESH.replace('x="10"', 'x="10" x'), "unreadable"),
    (MESH.replace('x="10"', ""), "unreadable"),
    (MESH.replace('v1="1"', 'v1="1.5"'), "unreadable"),
    (MESH.replace('v1="1"', 'v1="1e300"'), "unreadable"),
    (MESH.replace('v1="1"', 'v1="4"'), "bad-index"),
    (MESH.replace('v1="1"', 'v1="-1"'), "bad-index"),
    (MESH.replace("</vertices>", "&lol;</vertices>"), "unreadable"),
    (MESH.replace("</vertices>", "<!DOCTYPE x></vertices>"), "unreadable"),
    (MESH.replace("</triangles>", ""), "unreadable"),
]


@pytest.mark.parametrize(("mesh", "code"), BROKEN)
def test_a_damaged_mesh_is_refused(mesh, code):
    assert refusal(package(model(f'<object id="1">{mesh}</object>', '<item objectid="1"/>'))).code == code


def test_a_coordinate_that_is_not_a_number_is_refused_as_such(tmp_path):
    mesh = MESH.replace('x="10"', 'x="nan"')
    (tmp_path / "x.3mf").write_bytes(package(model(f'<object id="1">{mesh}</object>', '<item objectid="1"/>')))
    with pytest.raises(RefusedError) as caught:
        load.load(tmp_path / "x.3mf", "3mf")
    assert caught.value.refusal.code == "non-finite"


def test_entities_and_document_types_are_refused_wherever_they_stand():
    good = model(f'<object id="1">{MESH}</object>', '<item objectid="1"/>')
    bomb = '<!DOCTYPE m [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
    assert refusal(package(bomb + good)).code == "xml-dtd"
    assert refusal(package((bomb + good).encode("utf-16"))).code == "xml-dtd"
    assert refusal(package(good, bomb + RELATIONS)).code == "xml-dtd"


def test_components_in_a_circle_are_refused():
    ring = "".join(
        f'<object id="{i}"><components><component objectid="{(i + 1) % 3}"/></components></object>' for i in range(3)
    )
    assert refusal(package(model(ring, '<item objectid="0"/>'))).code == "component-cycle"


def test_a_bomb_of_instances_is_refused_before_it_is_expanded():
    tens = "".join(
        f'<object id="{i}"><components>{f"<component objectid={chr(34)}{i - 1}{chr(34)}/>" * 10}</components></object>'
        for i in range(2, 12)
    )
    found = refusal(package(model(f'<object id="1">{MESH}</object>{tens}', '<item objectid="11"/>')))
    assert found.code == "too-many-instances"


def test_a_bomb_of_triangles_is_refused():
    big = MESH.replace(FACES, FACES * 5000)
    found = refusal(package(model(f'<object id="1">{big}</object>', '<item objectid="1"/>' * 400)))
    assert found.sentence == "copies of objects add up to more than 2000000 triangles"


def test_a_package_that_unpacks_a_thousandfold_is_refused():
    assert refusal(package(model(" " * (40 << 20), ""))).code == "unpacks-too-large"


def test_a_lattice_of_beams_is_refused_as_such(shared):
    data = (shared / "files/3MFConsortium__3mf-samples/pyramid.3mf").read_bytes()
    assert refusal(data).sentence == "a lattice of beams, no triangles"


def test_real_packages_agree_with_the_oracle(shared):
    rows = [row for row in oracle_rows.of(shared, "3mf") if row["admesh_facets"] and "MUSTFAIL" not in row["file"]]
    assert len(rows) >= 8
    for row in rows:
        loaded = load.load(row["path"], "3mf")
        facts = measure.facts_of(loaded, "3mf")
        assert facts["triangles"] == int(row["admesh_facets"]), row["file"]
        assert facts["volume_mm3"] == pytest.approx(float(row["ps_volume"]), rel=1e-4), row["file"]
        assert facts["size_mm"][0] == pytest.approx(float(row["ps_size_x"]), rel=1e-4), row["file"]
        assert len(loaded.parts) == int(row["ps_objects"]), row["file"]


NUMBERS = "0 -0 1 -1.5 3.14159265358979 1e3 1E-3 -2.5e+2 .5 5. 123456789.123456789 1e-30 6.02214076e23 0.1 0.3 1e22"


@pytest.mark.parametrize("text", [*NUMBERS.split(), "9" * 40, "0." + "0" * 30 + "7", "1e400", "1e-400"])
def test_numbers_are_read_as_python_reads_them(text):
    value, after = scan.number(scan.view(text.encode()), 0, len(text))
    assert after == len(text)
    assert value == pytest.approx(float(text), rel=3e-16, abs=0)


@pytest.mark.parametrize("text", ["", "-", ".", "e5", "1e", "abc", "+-1"])
def test_what_is_no_number_is_not_read_as_one(text):
    assert scan.number(scan.view(text.encode() + b" "), 0, len(text))[1] < 0
