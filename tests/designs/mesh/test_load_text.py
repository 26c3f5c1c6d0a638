"""OBJ, PLY, OFF and AMF: real files, variants, and files that lie."""

import io
import struct
import zipfile

import numpy as np
import pytest
import trimesh

from designs.mesh import load, measure
from designs.mesh.load import amf, off, ply, wavefront
from designs.mesh.types import RefusedError
from tests.designs.mesh import oracle_rows

TETRAHEDRON = "v 0 0 0\nv 10 0 0\nv 0 10 0\nv 0 0 10\n"
SIDES = "f 1 3 2\nf 1 2 4\nf 2 3 4\nf 1 4 3\n"


def refusal(read, data):
    with pytest.raises(RefusedError) as caught:
        read(data if isinstance(data, bytes) else data.encode())
    return caught.value.refusal


def volume(loaded):
    return measure.facts_of(loaded, "x")["volume_mm3"]


@pytest.mark.parametrize("kind", ["obj", "ply", "amf"])
def test_real_files_agree_with_the_oracle(shared, kind):
    rows = [row for row in oracle_rows.of(shared, kind) if row["admesh_facets"]]
    assert rows
    for row in rows:
        facts = measure.facts_of(load.load(row["path"], kind), kind)
        assert facts["triangles"] == int(row["admesh_facets"]), row["file"]
        assert facts["size_mm"][0] == pytest.approx(float(row["admesh_size_x"]), rel=1e-4), row["file"]
        if row["ps_volume"]:
            assert facts["volume_mm3"] == pytest.approx(float(row["ps_volume"]), rel=1e-4), row["file"]
            assert facts["object_count"] == int(row["ps_objects"]), row["file"]


def test_indices_from_the_end_textures_normals_and_continued_lines_are_read():
    text = TETRAHEDRON + "f -4//1 -2/7/2 \\\n -3\r\nf 1 2 4 # a side\n  f 2/1 3 4\n\tf 1\t4\t3"
    assert volume(wavefront.read(text.encode())) == pytest.approx(1000 / 6)


def test_polygons_become_fans_and_colours_of_points_are_passed_over():
    square = "v 0 0 0 1 0 0\nv 1 0 0 1 0 0\nv 1 1 0 1 0 0\nv 0 1 0 1 0 0\nf 1 2 3 4\nf 1 2\n"
    assert wavefront.read(square.encode()).parts[0].faces.tolist() == [[0, 1, 2], [0, 2, 3]]


def test_objects_that_share_no_point_are_parts_with_their_names():
    second = TETRAHEDRON.replace("v 0", "v 30") + SIDES.translate(str.maketrans("1234", "5678"))
    loaded = wavefront.read(f"o peg\n{TETRAHEDRON}{SIDES}o cap é\nusemtl red\n{second}".encode())
    assert [(part.name, len(part.faces), len(part.points)) for part in loaded.parts] == [("peg", 4, 4), ("cap é", 4, 4)]
    assert loaded.extra["materials"] == [{"name": "red", "color": ""}]


def test_groups_of_one_solid_stay_one_part():
    sides = SIDES.splitlines()
    text = TETRAHEDRON + "".join(f"g side{i}\n{side}\n" for i, side in enumerate(sides))
    (part,) = wavefront.read(text.encode()).parts
    assert len(part.faces) == 4
    assert volume(wavefront.read(text.encode())) == pytest.approx(1000 / 6)


def test_groups_that_repeat_the_points_of_one_solid_stay_one_part():
    text = "".join(
        f"g side{i}\n{TETRAHEDRON}" + "f " + " ".join(str(int(n) + 4 * i) for n in side.split()[1:]) + "\n"
        for i, side in enumerate(SIDES.splitlines())
    )
    assert len(wavefront.read(text.encode()).parts) == 1


ABSURD = ["0", "5", "-5", "99999999999999999999", "2147483648", "-99999999999"]


@pytest.mark.parametrize("index", ABSURD)
def test_an_absurd_index_is_refused_with_its_line(index):
    found = refusal(wavefront.read, f"{TETRAHEDRON}f 1 2 {index}\n")
    assert found.code == "bad-index"
    assert found.sentence == "line 5: a face names a point that is not there (4 points)"


@pytest.mark.parametrize("line", ["f 1 2 x", "f 1 2 3.5x/a b", "v 1 2", "v 1 2 z", "v"])
def test_a_line_that_is_not_numbers_is_named(line):
    found = refusal(wavefront.read, f"# head\n{TETRAHEDRON}{line} \n{SIDES}")
    assert found.code in {"unreadable", "bad-index"}
    assert found.params["line"] == 6


def test_a_control_character_in_a_line_holds_nobody_up():
    text = (TETRAHEDRON + SIDES).replace("f 1 3 2", "f\0 1 3 2\nf 1\v 3\0 2").encode()
    assert volume(wavefront.read(text)) == pytest.approx(1000 / 6)


def test_words_for_what_is_no_number_are_refused_as_non_finite(tmp_path):
    (tmp_path / "x.obj").write_text(TETRAHEDRON.replace("10", "-nan(ind)") + SIDES)
    with pytest.raises(RefusedError) as caught:
        load.load(tmp_path / "x.obj", "obj")
    assert caught.value.refusal.code == "non-finite"


def test_more_than_a_thousand_objects_are_measured_as_one(tmp_path):
    text = "".join(f"o {i}\n{TETRAHEDRON}f -4 -2 -3\nf -4 -3 -1\nf -3 -2 -1\nf -4 -1 -2\n" for i in range(1001))
    (tmp_path / "x.obj").write_text(text)
    assert len(load.load(tmp_path / "x.obj", "obj").parts) == 1


PLY = (
    "ply\nformat {} 1.0\ncomment made by hand\nelement vertex 4\nproperty float x\nproperty float y\n"
    "property uchar red\nproperty float z\nelement face 4\nproperty list uchar int vertex_indices\n"
    "property uchar flags\nelement edge 1\nproperty int a\nend_header\n"
)
CORNERS = [(0, 0, 0), (10, 0, 0), (0, 10, 0), (0, 0, 10)]
TRIANGLES = [(0, 2, 1), (0, 1, 3), (1, 2, 3), (0, 3, 2)]


def binary_ply(order, kind):
    body = b"".join(struct.pack(order + "ffBf", x, y, 200, z) for x, y, z in CORNERS)
    body += b"".join(struct.pack(order + "B3iB", 3, *corners, 7) for corners in TRIANGLES)
    return PLY.format(kind).encode() + body + struct.pack(order + "i", 0)


def test_ply_is_read_in_text_and_in_both_byte_orders():
    rows = [f"{x} {y} 200 {z}" for x, y, z in CORNERS] + ["3 {} {} {} 7".format(*corners) for corners in TRIANGLES]
    text = PLY.format("ascii").replace("\n", "\r\n") + "\n".join([*rows, "0"])
    for data in (text.encode(), binary_ply("<", "binary_little_endian"), binary_ply(">", "binary_big_endian")):
        assert volume(ply.read(data)) == pytest.approx(1000 / 6)


LYING_PLY = [
    (lambda data: data[:-20], "truncated"),
    (lambda data: data.replace(b"vertex 4", b"vertex 400000"), "truncated"),
    (lambda data: data.replace(b"vertex 4", b"vertex -4"), "truncated"),
    (lambda data: data.replace(b"face 4", b"face 5"), "truncated"),
    (lambda data: data.replace(b"float z", b"float w"), "unreadable"),
    (lambda data: data.replace(b"float z", b"quark z"), "unreadable"),
    (lambda data: data.replace(b"binary_little", b"binary_middle"), "unreadable"),
    (lambda data: data.replace(b"vertex_indices", b"something_else"), "no-triangles"),
    (lambda data: data.replace(b"list uchar int", b"list uchar float"), "unreadable"),
    (lambda data: data.replace(struct.pack("<B3i", 3, 1, 2, 3), struct.pack("<B3i", 3, 1, 2, 4)), "bad-index"),
    (lambda data: data.replace(struct.pack("<B3i", 3, 1, 2, 3), struct.pack("<B3i", 3, 1, 2, -1)), "bad-index"),
]


@pytest.mark.parametrize(("lie", "code"), LYING_PLY)
def test_a_ply_that_lies_is_refused(lie, code):
    assert refusal(ply.read, lie(binary_ply("<", "binary_little_endian"))).code == code


def test_a_list_longer_than_the_file_is_told_with_its_row(shared):
    found = refusal(ply.read, (shared / "hostile/ply_bad_list_length.ply").read_bytes())
    assert found.sentence == "row 1 of the PLY file announces a list of 4294967280, more than the file holds"


def test_a_word_among_the_numbers_of_a_ply_is_told_with_its_line():
    rows = [f"{x} {y} 200 {z}" for x, y, z in CORNERS] + ["3 0 2 1 7", "3 0 one 3 7"]
    assert refusal(ply.read, PLY.format("ascii") + "\n".join(rows)).params == {"line": 20}


OFF_BODY = "0 0 0{0}\n10 0 0{0}\n\n# half\n0 10 0{0}\n0 0 10{0}\n3 0 2 1 255 0 0\n3 0 1 3\n3 1 2 3\n3 0 3 2"
OFF_HEADS = [
    ("OFF\n4 4 6\n", ""), ("OFF 4 4 6\n", ""), ("OFF\n4 4\n", ""), ("# made by hand\nOFF # yes\n# counts\n4 4 0\n", ""),
    ("COFF\n4 4 0\n", " 255 0 0 255"), ("NOFF\n4 4 0\n", " 0 0 1"), ("STCNOFF\r\n4 4 0\r\n", " 0 0 1 .5 .5"),
]  # fmt: skip


@pytest.mark.parametrize(("head", "more"), OFF_HEADS)
def test_off_is_read_in_its_variants(head, more):
    assert volume(off.read((head + OFF_BODY.format(more)).encode())) == pytest.approx(1000 / 6)


LYING_OFF = [
    ("OFF\n-4 4 0\n", "bad-count"), ("OFF\n4 99999999999 0\n", "truncated"), ("OFF\n9 4 0\n", "truncated"),
    ("OFF\n4 5 0\n", "truncated"), ("OFF\nx\n", "not-off"), ("solid\n4 4 0\n", "not-off"),
    ("4OFF\n4 4 0\n", "unsupported-version"), ("OFF BINARY\n4 4 0\n", "unsupported-version"),
    ("OFF\n4 0 0\n", "no-triangles"), ("OFF\n3 4 0\n", "bad-index"),
]  # fmt: skip


@pytest.mark.parametrize(("head", "code"), LYING_OFF)
def test_an_off_that_lies_is_refused(head, code):
    assert refusal(off.read, head + OFF_BODY.format("")).code == code


def test_an_index_past_the_points_of_an_off_is_told_with_its_line():
    found = refusal(off.read, "OFF\n4 4 6\n" + OFF_BODY.format("").replace("3 1 2 3", "3 1 2 4"))
    assert (found.code, found.params) == ("bad-index", {"line": 11, "points": 4})


AMF_OBJECT = (
    '<object id="{}"><metadata type="name">{}</metadata><mesh><vertices>'
    + "".join(f"<vertex><coordinates><x>{x}</x><y>{y}</y><z>{z}</z></coordinates></vertex>" for x, y, z in CORNERS)
    + '</vertices><volume materialid="2">'
    + "".join(f"<triangle><v1>{a}</v1><v2>{b}</v2><v3>{c}</v3></triangle>" for a, b, c in TRIANGLES)
    + "</volume></mesh></object>"
)
AMF_MATERIAL = (
    '<material id="2"><metadata type="name">PLA</metadata><color><r>1</r><g>.5</g><b>0</b></color></material>'
)


def amf_file(more="", unit="millimeter", name="peg"):
    return f'<?xml version="1.0"?><amf unit="{unit}">{AMF_OBJECT.format(1, name)}{AMF_MATERIAL}{more}</amf>'.encode()


def instance(key, **place):
    values = "".join(f"<{axis}>{value}</{axis}>" for axis, value in place.items())
    return f'<instance objectid="{key}">{values}</instance>'


def test_amf_in_feet_is_read_in_feet():
    small, large = amf.read(amf_file()), amf.read(amf_file(unit="feet"))
    assert large.units == "foot"
    assert large.parts[0].points == pytest.approx(304.8 * small.parts[0].points)


def test_amf_declares_its_unit_names_and_materials():
    loaded = amf.read(amf_file(unit="inch"))
    assert (loaded.units, loaded.parts[0].name) == ("inch", "peg")
    assert loaded.parts[0].points.max() == 254
    assert loaded.extra["materials"] == [{"name": "PLA", "color": "#FF8000"}]


def test_an_amf_in_a_zip_is_read():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("part.amf", amf_file())
    assert volume(amf.read(packed.getvalue())) == pytest.approx(1000 / 6)


def test_a_constellation_places_and_turns_what_it_names():
    inner = f'<constellation id="8">{instance(1)}{instance(1, deltax=50, rz=90)}</constellation>'
    outer = f'<constellation id="9">{instance(8, deltaz=5)}</constellation>'
    one, two = amf.read(amf_file(inner + outer)).parts
    assert one.points.min(axis=0).tolist() == [0, 0, 5]
    assert two.points == pytest.approx(np.array([[50, 0, 5], [50, 10, 5], [40, 0, 5], [50, 0, 15]]))


BAD_AMF = [
    (
        f'<constellation id="8">{instance(9)}</constellation><constellation id="9">{instance(8)}</constellation>',
        "circle",
    ),
    (f'<constellation id="8">{instance(5)}</constellation>', "missing-part"),
    (
        "".join(
            f'<constellation id="{i}">{instance(i - 1 if i > 8 else 1) * 20}</constellation>' for i in range(8, 20)
        ),
        "too-many-instances",
    ),
]


@pytest.mark.parametrize(("more", "code"), BAD_AMF)
def test_constellations_in_circles_and_bombs_are_refused(more, code):
    if code == "circle":
        whole = amf_file(more).decode()
        only = whole[: whole.index("<object")] + whole[whole.index("<constellation") :]
        assert refusal(amf.read, only).code == "component-cycle"
        return
    assert refusal(amf.read, amf_file(more)).code == code


def test_a_damaged_amf_is_refused():
    whole = amf_file()
    assert refusal(amf.read, whole[:-40]).code == "unreadable"
    assert refusal(amf.read, whole.replace(b"<x>10</x>", b"<x>ten</x>")).code == "unreadable"
    assert refusal(amf.read, whole.replace(b"<x>10</x>", b"")).code == "unreadable"
    assert refusal(amf.read, whole.replace(b"<v1>1</v1>", b"<v1>4</v1>")).code == "bad-index"
    assert refusal(amf.read, whole.replace(b"<v1>1</v1>", b"<v1>-1</v1>")).code == "bad-index"
    assert refusal(amf.read, b"<html></html>").code == "not-amf"
    assert refusal(amf.read, b'<!DOCTYPE a [<!ENTITY b "c">]>' + whole).code == "xml-dtd"


def test_a_text_is_read_behind_the_mark_of_an_editor(tmp_path):
    mesh = trimesh.creation.box([1, 2, 3])
    for kind, written in (("obj", "obj"), ("ply", "ply"), ("off", "off"), ("stl", "stl_ascii")):
        text = mesh.export(file_type=written, **({"encoding": "ascii"} if kind == "ply" else {}))
        path = tmp_path / f"part.{kind}"
        path.write_bytes(b"\xef\xbb\xbf" + (text if isinstance(text, bytes) else text.encode()))
        assert volume(load.load(path, kind)) == pytest.approx(6), kind
