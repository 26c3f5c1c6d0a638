"""STEP and IGES: sizes in mm whatever the unit, names, closed surfaces, plain refusals."""

import pytest

from designs.mesh import load, measure
from designs.mesh.load import cad
from designs.mesh.types import RefusedError
from tests.designs.mesh import iges

STEP_FILES = [
    ("OpenBCI__Ultracortex/M4_Hardware_09_Eholder.STEP", "M4_Hardware_09_Eholder", [16.256, 16.192, 16.256]),
    ("NemoAndrea__SpotiStation/433_remote_lid.step", "front-plate", [93.0, 63.0, 7.615]),
    ("prusa3d__Original-Prusa-i3/fs-cover.stp", "mk3splus-extruder-fs-cover", [36.0, 28.0, 4.0]),
    ("josefadamcik__SofleKeyboard/sofle_v2_oled_cover_0.1.step", "oled_cover_v1 v2", [19.9, 0.1, 56.45]),
]


def refusal(read, data):
    with pytest.raises(RefusedError) as caught:
        read(data)
    return caught.value.refusal


@pytest.mark.parametrize(("name", "part", "size"), STEP_FILES)
def test_a_real_step_part_is_closed_named_and_in_mm(shared, name, part, size):
    loaded = load.load(shared / "files" / name, "step")
    facts = measure.facts_of(loaded, "step")
    assert [p.name for p in loaded.parts] == [part]
    assert facts["size_mm"] == pytest.approx(size, abs=1e-3)
    assert (facts["boundary_edges"], facts["non_manifold_edges"]) == (0, 0)
    assert facts["volume_mm3"] > 0
    assert loaded.extra == {"declared_units": "mm", "tolerance_mm": 0.1}


@pytest.mark.parametrize(("unit", "mm"), [("mm", 1.0), ("cm", 10.0), ("inch", 25.4), ("m", 1000.0)])
def test_an_iges_box_is_closed_and_in_mm_whatever_its_unit(tmp_path, unit, mm):
    (tmp_path / "box.igs").write_bytes(iges.box(1.0, 2.0, 3.0, unit))
    loaded = load.load(tmp_path / "box.igs", "iges")
    facts = measure.facts_of(loaded, "iges")
    assert facts["size_mm"] == pytest.approx([mm, 2 * mm, 3 * mm], rel=1e-6)
    assert abs(facts["volume_mm3"]) == pytest.approx(6 * mm**3, rel=1e-5)
    assert (facts["triangles"], facts["boundary_edges"]) == (12, 0)
    assert (loaded.units, loaded.extra["declared_units"]) == (unit, unit)


def test_an_iges_of_curves_alone_is_refused_as_such(shared):
    data = (shared / "files/OpenBCI__Ultracortex/M4J6_Small 13mm_Curves2.igs").read_bytes()
    assert cad.iges_unit(data) == "mm"
    assert refusal(cad.read_iges, data).sentence == "the IGES file holds curves or points, no surface"


STEP_UNITS = [
    (b"#9=(LENGTH_UNIT()NAMED_UNIT(*)SI_UNIT(.MILLI.,.METRE.));", "mm"),
    (b"#9 = (\nLENGTH_UNIT()\nNAMED_UNIT(*)\nSI_UNIT($,.METRE.)\n);", "m"),
    (b"#1=(LENGTH_UNIT()NAMED_UNIT(*)SI_UNIT(.MILLI.,.METRE.));"
     b"#9=(CONVERSION_BASED_UNIT('INCH',#2)LENGTH_UNIT()NAMED_UNIT(#3));", "inch"),
    (b"#9=(NAMED_UNIT(*)PLANE_ANGLE_UNIT()SI_UNIT($,.RADIAN.));", "unknown"),
]  # fmt: skip


@pytest.mark.parametrize(("entities", "unit"), STEP_UNITS)
def test_the_unit_of_a_step_file_is_the_one_that_its_shapes_use(entities, unit):
    context = (
        b"#20=(GEOMETRIC_REPRESENTATION_CONTEXT(3)GLOBAL_UNIT_ASSIGNED_CONTEXT((#9,#10))REPRESENTATION_CONTEXT());"
    )
    assert cad.step_unit(b"ISO-10303-21;DATA;" + entities + context) == unit


def test_a_step_in_metres_is_a_thousand_times_larger(shared):
    data = (shared / "files/josefadamcik__SofleKeyboard/sofle_v2_oled_cover_0.1.step").read_bytes()
    loaded = cad.read_step(data.replace(b".MILLI.,.METRE.", b"$,.METRE."))
    assert loaded.units == "m"
    assert loaded.parts[0].points.max() - loaded.parts[0].points.min() == pytest.approx(56_450, rel=0.01)


ASSEMBLY = """#901=PRODUCT('kit','kit','',(#415));
#902=PRODUCT_DEFINITION_FORMATION('','',#901);
#903=PRODUCT_DEFINITION('kit','kit',#902,#409);
#904=PRODUCT_DEFINITION_SHAPE('','',#903);
#905=CARTESIAN_POINT('',(0.,0.,0.));
#906=CARTESIAN_POINT('',(100.,0.,0.));
#907=DIRECTION('',(0.,0.,1.));
#908=DIRECTION('',(1.,0.,0.));
#909=AXIS2_PLACEMENT_3D('',#905,#907,#908);
#910=AXIS2_PLACEMENT_3D('',#906,#907,#908);
#911=SHAPE_REPRESENTATION('',(#909,#910),#400);
#912=SHAPE_DEFINITION_REPRESENTATION(#904,#911);
"""
INSTANCE = """#9{0}1=NEXT_ASSEMBLY_USAGE_OCCURRENCE('{0}','{1}','',#903,#410,$);
#9{0}2=PRODUCT_DEFINITION_SHAPE('','',#9{0}1);
#9{0}3=ITEM_DEFINED_TRANSFORMATION('','',#242,#{2});
#9{0}4=(REPRESENTATION_RELATIONSHIP('','',#408,#911)REPRESENTATION_RELATIONSHIP_WITH_TRANSFORMATION(#9{0}3)
SHAPE_REPRESENTATION_RELATIONSHIP());
#9{0}5=CONTEXT_DEPENDENT_SHAPE_REPRESENTATION(#9{0}4,#9{0}2);
"""


def test_the_instances_of_an_assembly_are_parts_with_their_names(shared):
    text = (shared / "files/josefadamcik__SofleKeyboard/sofle_v2_oled_cover_0.1.step").read_text()
    begun, ended = text.rsplit("ENDSEC;", 1)
    assembly = ASSEMBLY + INSTANCE.format(2, "left", 909) + INSTANCE.format(3, "right", 910)
    left, right = cad.read_step(f"{begun}{assembly}ENDSEC;{ended}".encode()).parts
    assert len(left.faces) == len(right.faces) == 340
    assert right.points.mean(axis=0) - left.points.mean(axis=0) == pytest.approx([100, 0, 0], abs=1e-3)
    assert [left.name, right.name] == ["left", "right"]


def test_no_part_is_named_by_a_label_of_opencascade(shared):
    text = (shared / "files/josefadamcik__SofleKeyboard/sofle_v2_oled_cover_0.1.step").read_text()
    begun, ended = text.rsplit("ENDSEC;", 1)
    assembly = ASSEMBLY + INSTANCE.format(2, "left", 907) + INSTANCE.format(3, "right", 907)
    names = [part.name for part in cad.read_step(f"{begun}{assembly}ENDSEC;{ended}".encode()).parts]
    assert names == ["right", "right"]


BAD_STEP = [
    (b"solid", "not-step"),
    (b"ISO-10303-21;\nHEADER;\n#1=", "truncated"),
    (b"ISO-10303-21;\nHEADER;\nENDSEC;\nDATA;\nENDSEC;\nEND-ISO-10303-21;\n", "unreadable"),
    (b"ISO-10303-21;\nDATA;\n#1=BLOCK((;\nENDSEC;\nEND-ISO-10303-21;\n", "unreadable"),
]


@pytest.mark.parametrize(("data", "code"), BAD_STEP)
def test_a_step_without_a_shape_is_refused(data, code):
    assert refusal(cad.read_step, data).code == code


def test_an_iges_that_is_none_or_cut_is_refused():
    whole = iges.box(1.0, 1.0, 1.0)
    assert refusal(cad.read_iges, b"ISO-10303-21;").code == "not-iges"
    assert refusal(cad.read_iges, whole[: len(whole) // 2]).code == "truncated"
    lines = whole.splitlines(keepends=True)
    empty = b"".join(line for line in lines if line[72:73] not in b"DP")
    assert refusal(cad.read_iges, empty).code == "unreadable"
