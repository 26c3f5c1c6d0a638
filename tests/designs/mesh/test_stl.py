"""STL of every writer: solids of a text are objects, and what lies, stops or is no number is said in one sentence."""

import io
import time

import numpy as np
import pytest
import stl as numpy_stl

from designs.mesh import measure
from designs.mesh.load import stl
from designs.mesh.types import RefusedError
from tests.designs.mesh import solids


def text(solid, name="", number="{:.6e}", end=True):
    lines = [f"solid {name}"]
    points, faces = solid
    for corners in points[faces]:
        lines += ["  facet normal 0 0 0", "    outer loop"]
        lines += ["      vertex " + " ".join(number.format(value) for value in corner) for corner in corners]
        lines += ["    endloop", "  endfacet"]
    return "\n".join([*lines, f"endsolid {name}\n" if end else ""]).encode()


def binary(solid, header=b"made by a test"):
    points, faces = solid
    mesh = numpy_stl.mesh.Mesh(np.zeros(len(faces), numpy_stl.mesh.Mesh.dtype))
    mesh.vectors[:] = points[faces]
    written = io.BytesIO()
    mesh.save("x", written, mode=numpy_stl.Mode.BINARY, update_normals=False)
    return header.ljust(80, b"\0") + written.getvalue()[80:]


def refusal(data):
    with pytest.raises(RefusedError) as caught:
        stl.read(data)
    return caught.value.refusal


def volumes(data):
    return [item["volume_mm3"] for item in measure.facts_of(stl.read(data), "stl")["objects"]]


def test_a_binary_file_comes_with_its_points_united():
    loaded = stl.read(binary(solids.torus()))
    assert len(loaded.parts[0].points) == 24 * 12
    assert loaded.parts[0].faces.dtype == np.int64
    again = numpy_stl.mesh.Mesh.from_file("x", fh=io.BytesIO(binary(solids.torus())), calculate_normals=False)
    assert np.array_equal(loaded.parts[0].points[loaded.parts[0].faces], again.vectors)


def test_a_binary_file_may_begin_with_solid():
    assert volumes(binary(solids.cube(), b"solid as a rock")) == pytest.approx([1000])


def test_bytes_after_the_last_facet_are_a_warning():
    assert stl.read(binary(solids.cube()) + b"abc").warnings == ["3 bytes after the last facet"]


def test_a_count_that_lies_is_refused():
    found = refusal(binary(solids.cube())[:-50])
    assert (found.code, found.sentence) == ("truncated", "truncated: 12 facets announced, 11 present")
    assert refusal(b"\0" * 80 + b"\xff\xff\xff\xff" + b"\0" * 500).code == "not-stl"
    assert refusal(b"no mesh at all").sentence == "not an STL file"


@pytest.mark.parametrize("number", ["{:.6e}", "{:g}", "{:+.3f}", "{:.17g}", "{:E}"])
def test_numbers_of_every_writer_are_read(number):
    assert volumes(text(solids.cube(), number=number)) == pytest.approx([1000])


@pytest.mark.parametrize("change", [bytes.upper, bytes.swapcase, lambda data: data.replace(b"\n", b"\r\n")])
def test_case_and_line_ends_do_not_matter(change):
    assert volumes(change(text(solids.cube()))) == pytest.approx([1000])


def test_each_solid_is_an_object_with_its_name():
    data = text(solids.cube(), "Lid, upper facet") + text(solids.cube(2), "pied réglable") + text(solids.cube(3))
    loaded = stl.read(data)
    assert [part.name for part in loaded.parts] == ["Lid, upper facet", "pied réglable", ""]
    assert volumes(data) == pytest.approx([1000, 8, 27])


def test_a_solid_without_triangles_is_no_object():
    assert len(stl.read(b"solid none\nendsolid none\n" + text(solids.cube())).parts) == 1


def test_solids_that_only_close_together_are_patches_of_one_object():
    lid, rest = solids.cube()[1][10:], solids.cube()[1][:10]
    loaded = stl.read(text((solids.cube()[0], rest), "walls") + text((solids.cube()[0], lid), "lid"))
    assert [part.name for part in loaded.parts] == ["walls"]
    assert loaded.warnings == ["2 solids are patches of one surface"]
    assert measure.facts_of(loaded, "stl")["solid"]


def test_a_text_that_stops_is_refused():
    whole = text(solids.cube())
    assert refusal(text(solids.cube(), end=False)).sentence == "truncated: 12 facets begun, 12 whole, no end"
    assert refusal(whole[: len(whole) // 2]).code == "truncated"
    assert refusal(whole.replace(b"vertex", b"vortex", 1)).code == "truncated"
    assert refusal(b"solid empty\nendsolid empty\n").sentence == "no triangles"


@pytest.mark.parametrize("word", ["abc", "1,5", "1.0mm", "--1", "1e", "."])
def test_a_vertex_that_is_no_number_is_refused(word):
    found = refusal(text(solids.cube()).replace(b"0.000000e+00", word.encode(), 1))
    assert found.sentence == "non-finite coordinates: a vertex is not a number"


@pytest.mark.parametrize("word", ["nan", "NaN", "inf", "-nan(ind)"])
def test_words_for_numbers_that_could_not_be_computed_are_not_finite(word):
    loaded = stl.read(text(solids.cube()).replace(b"vertex 0.000000e+00", b"vertex " + word.encode(), 1))
    assert not np.isfinite(loaded.parts[0].points).all()


def test_twenty_thousand_solids_are_read_at_once():
    data = text(solids.without(solids.cube(), range(1, 12)), "s") * 20_000
    begun = time.process_time()
    assert len(stl.read(data).parts) == 20_000
    assert time.process_time() - begun < 3


def test_a_very_long_line_is_no_burden():
    long = b"solid " + b"x" * 5_000_000 + b"\n" + text(solids.cube())[7:] + b"y" * 5_000_000
    begun = time.process_time()
    assert refusal(long).code == "truncated"
    loaded = stl.read(long[:-5_000_000].rstrip().removesuffix(b"endsolid") + b" " * 5_000_000 + b"endsolid")
    assert time.process_time() - begun < 2
    assert loaded.parts[0].name == "x" * 200
