"""glTF and GLB: transforms, names, packings, and files that lie or point outside."""

import base64
import json
import struct

import DracoPy
import numpy as np
import pytest
import trimesh

from designs.mesh import glb
from designs.mesh.load import gltf
from designs.mesh.types import RefusedError

POINTS = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], "<f4")
FACES = np.array([[0, 2, 1], [0, 1, 3], [1, 2, 3], [0, 3, 2]], "<u2")


def document(**changes):
    """A tetrahedron of one metre in a .gltf; `changes` replace entries at the top."""
    body = POINTS.tobytes() + FACES.tobytes()
    head = {
        "asset": {"version": "2.0"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0, "name": "peg"}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}, "indices": 1}]}],
        "accessors": [
            {"bufferView": 0, "componentType": 5126, "count": 4, "type": "VEC3"},
            {"bufferView": 1, "componentType": 5123, "count": 12, "type": "SCALAR"},
        ],
        "bufferViews": [
            {"buffer": 0, "byteOffset": 0, "byteLength": 48},
            {"buffer": 0, "byteOffset": 48, "byteLength": 24},
        ],
        "buffers": [{"byteLength": len(body), "uri": embedded(body)}],
    }
    return head | changes


def embedded(body):
    return "data:application/octet-stream;base64," + base64.b64encode(body).decode()


def read(head):
    return gltf.read(json.dumps(head).encode())


def refusal(head):
    with pytest.raises(RefusedError) as caught:
        gltf.read(head if isinstance(head, bytes) else json.dumps(head).encode())
    return caught.value.refusal


def volume(part):
    return trimesh.Trimesh(part.points, part.faces, process=False).volume


def test_metres_become_mm_and_y_up_becomes_z_up():
    loaded = read(document())
    assert loaded.units == "m"
    assert loaded.parts[0].name == "peg"
    assert loaded.parts[0].points.tolist() == [[0, 0, 0], [1000, 0, 0], [0, 0, 1000], [0, -1000, 0]]
    assert volume(loaded.parts[0]) == pytest.approx(1e9 / 6)


def test_nodes_place_their_children_and_mirrors_keep_the_outside_outside():
    nodes = [
        {"children": [1, 2], "translation": [1, 0, 0], "scale": [2, 2, 2]},
        {"mesh": 0, "name": "left"},
        {"mesh": 0, "name": "right", "matrix": [-1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 5, 0, 0, 1]},
    ]
    left, right = read(document(nodes=nodes)).parts
    assert (left.name, right.name) == ("left", "right")
    assert left.points[:, 0].max() == 3000
    assert right.points[:, 0].min() == pytest.approx(9000)
    assert volume(left) == pytest.approx(volume(right)) == pytest.approx(8e9 / 6)


@pytest.mark.parametrize("kind", ["glb", "gltf"])
def test_a_turned_scene_is_where_trimesh_puts_it(kind):
    scene = trimesh.Scene()
    turn = trimesh.transformations.rotation_matrix(0.7, [1, 2, 3], [0, 1, 0])
    scene.add_geometry(trimesh.creation.box([1, 2, 3]), node_name="one", transform=turn)
    made = scene.export(file_type=kind)
    if kind == "gltf":
        head = json.loads(made["model.gltf"])
        for buffer in head["buffers"]:
            buffer["uri"] = embedded(made[buffer["uri"]])
        made = json.dumps(head).encode()
    (part,) = gltf.read(made).parts
    low, high = scene.bounds * 1000
    assert part.points.min(axis=0) == pytest.approx([low[0], -high[2], low[1]])
    assert part.points.max(axis=0) == pytest.approx([high[0], -low[2], high[1]])


@pytest.mark.parametrize("compress", [True, False])
def test_the_models_that_we_write_come_back_in_mm(tmp_path, compress):
    sphere = trimesh.creation.icosphere(radius=10.0)
    model = glb.Model("part", np.asarray(sphere.vertices), np.asarray(sphere.faces, np.int32))
    glb.write(tmp_path / "m.glb", [model], compress=compress)
    loaded = gltf.read((tmp_path / "m.glb").read_bytes())
    assert loaded.units == "mm"
    assert volume(loaded.parts[0]) == pytest.approx(sphere.volume, rel=3e-4)
    for corner in (np.min, np.max):
        assert corner(loaded.parts[0].points, axis=0) == pytest.approx(corner(sphere.vertices, axis=0), abs=2e-3)


def test_interleaved_normalised_and_sparse_positions_are_resolved():
    rows = np.zeros((4, 8), "<i2")
    rows[:, :3] = POINTS * 32767
    fresh = np.array([[0, 0, -32767]], "<i2")
    body = rows.tobytes() + FACES.tobytes() + bytes([3, 0, 0, 0]) + fresh.tobytes()
    views = [(0, 64, 16), (64, 24, None), (88, 1, None), (92, 6, None)]
    sparse = {
        "count": 1,
        "indices": {"bufferView": 2, "componentType": 5121},
        "values": {"bufferView": 3},
    }
    head = document(
        accessors=[
            {
                "bufferView": 0, "componentType": 5122, "normalized": True, "count": 4, "type": "VEC3",
                "sparse": sparse,
            },
            {"bufferView": 1, "componentType": 5123, "count": 12, "type": "SCALAR"},
        ],
        bufferViews=[
            {"buffer": 0, "byteOffset": at, "byteLength": size} | ({"byteStride": stride} if stride else {})
            for at, size, stride in views
        ],
        buffers=[{"byteLength": len(body), "uri": embedded(body)}],
        extensionsRequired=["KHR_mesh_quantization"],
    )  # fmt: skip
    assert read(head).parts[0].points.tolist() == [[0, 0, 0], [1000, 0, 0], [0, 0, 1000], [0, 1000, 0]]


@pytest.mark.parametrize(
    ("mode", "order", "want"),
    [
        (5, [0, 1, 2, 3], [[0, 1, 2], [1, 3, 2]]),
        (6, [0, 1, 2, 3], [[1, 2, 0], [2, 3, 0]]),
        (4, [0, 1, 2, 3], [[0, 1, 2]]),
    ],
)
def test_strips_and_fans_become_triangles(mode, order, want):
    body = POINTS.tobytes() + np.array(order, "<u2").tobytes()
    head = document(buffers=[{"byteLength": len(body), "uri": embedded(body)}])
    head["accessors"][1]["count"] = 4
    head["bufferViews"][1]["byteLength"] = 8
    head["meshes"][0]["primitives"][0]["mode"] = mode
    assert read(head).parts[0].faces.tolist() == want


def test_draco_shapes_are_unpacked():
    sphere = trimesh.creation.icosphere(radius=1.0)
    packed = DracoPy.encode(sphere.vertices.astype("f4"), sphere.faces.astype("u4"), quantization_bits=14)
    head = document(
        bufferViews=[{"buffer": 0, "byteLength": len(packed)}],
        buffers=[{"byteLength": len(packed), "uri": embedded(packed)}],
        extensionsRequired=["KHR_draco_mesh_compression"],
    )
    draco = {"KHR_draco_mesh_compression": {"bufferView": 0, "attributes": {"POSITION": 0}}}
    head["meshes"][0]["primitives"][0]["extensions"] = draco
    (part,) = read(head).parts
    assert len(part.faces) == len(sphere.faces)
    assert volume(part) == pytest.approx(sphere.volume * 1e9, rel=1e-3)
    head["buffers"] = [{"byteLength": len(packed), "uri": embedded(packed[: len(packed) // 2].ljust(len(packed)))}]
    assert refusal(head).code == "unreadable"


def test_colours_and_names_of_materials_are_told():
    materials = [{"name": "PLA", "pbrMetallicRoughness": {"baseColorFactor": [1, 0.2158605, 0, 1]}}, {"name": 5}]
    found = read(document(materials=materials)).extra["materials"]
    assert found == [{"name": "PLA", "color": "#FF8000"}, {"name": "5", "color": ""}]


OUTSIDE = ["part.bin", "../../etc/passwd", "file:///etc/passwd", "http://127.0.0.1:9/x.bin", "/etc/passwd"]


@pytest.mark.parametrize("uri", OUTSIDE)
@pytest.mark.parametrize("key", ["buffers", "images"])
def test_a_file_that_points_outside_is_refused(uri, key):
    entry = {"uri": uri, "byteLength": 72}
    found = refusal(document(**{key: [entry]}))
    assert found.code == "outside-target"
    assert uri not in found.sentence


def changed(path, value):
    head = document()
    target = head
    for step in path[:-1]:
        target = target[step]
    target[path[-1]] = value
    return head


LIES = [
    (("accessors", 0, "count"), 5, "truncated"),
    (("accessors", 0, "count"), 2**39, "too-many-triangles"),
    (("accessors", 0, "count"), -4, "unreadable"),
    (("accessors", 0, "count"), 1.5, "unreadable"),
    (("accessors", 0, "byteOffset"), 1, "truncated"),
    (("accessors", 0, "bufferView"), None, "no-error"),
    (("accessors", 0, "bufferView"), 7, "bad-index"),
    (("accessors", 0, "bufferView"), -1, "bad-index"),
    (("accessors", 0, "componentType"), 1, "unreadable"),
    (("accessors", 0, "type"), "MAT4", "unreadable"),
    (("accessors", 0, "sparse"), {"count": 9}, "unreadable"),
    (("accessors", 1, "count"), 13, "truncated"),
    (("bufferViews", 0, "byteLength"), 10**9, "truncated"),
    (("bufferViews", 0, "byteStride"), 4, "truncated"),
    (("bufferViews", 0, "byteStride"), 10**9, "truncated"),
    (("bufferViews", 0, "buffer"), 3, "bad-index"),
    (("buffers", 0, "byteLength"), 10**9, "truncated"),
    (("buffers", 0, "uri"), "data:;base64,@@@@", "unreadable"),
    (("nodes", 0, "children"), [0], "component-cycle"),
    (("nodes", 0, "children"), [9], "bad-index"),
    (("nodes", 0, "children"), "abc", "bad-index"),
    (("nodes", 0, "mesh"), 5, "bad-index"),
    (("nodes", 0, "matrix"), [1, 2], "unreadable"),
    (("nodes", 0, "rotation"), {"x": 1}, "unreadable"),
    (("meshes", 0, "primitives"), [5], "unreadable"),
    (("meshes", 0, "primitives", 0, "mode"), 99, "unreadable"),
    (("meshes", 0, "primitives", 0, "attributes"), {}, "bad-index"),
    (("asset", "version"), "1.0", "unsupported-version"),
    (("extensionsRequired",), ["EXT_meshopt_compression"], "unsupported-extension"),
    (("scenes", 0, "nodes"), [[0]], "bad-index"),
]


@pytest.mark.parametrize(("path", "value", "code"), LIES)
def test_a_document_that_lies_is_refused_with_a_reason(path, value, code):
    if code == "no-error":
        assert not read(changed(path, value)).parts[0].points.any()
        return
    assert refusal(changed(path, value)).code == code


def test_an_index_past_the_points_is_refused():
    body = POINTS.tobytes() + np.full(12, 4, "<u2").tobytes()
    head = document(buffers=[{"byteLength": len(body), "uri": embedded(body)}])
    assert refusal(head).code == "bad-index"


def test_zeros_without_bytes_do_not_fill_the_memory():
    head = document()
    head["accessors"][0] = {"componentType": 5126, "count": 29_000_000, "type": "VEC3"}
    assert refusal(head).code == "truncated"


def test_a_bomb_of_instances_is_refused():
    nodes = [{"mesh": 0}] * 20_000
    head = document(nodes=nodes, scenes=[{"nodes": list(range(20_000))}])
    assert refusal(head).code == "too-many-instances"


def test_a_binary_file_that_is_cut_short_is_refused():
    text = json.dumps(document()).encode()
    whole = struct.pack("<4sIIII", b"glTF", 2, 20 + len(text), len(text), 0x4E4F534A) + text
    assert len(gltf.read(whole).parts) == 1
    assert refusal(whole[:-9]).code == "truncated"
    assert refusal(whole[:15]).code == "truncated"
    assert refusal(b"glTF" + whole[4:].replace(b"JSON", b"XXXX", 1)).code == "unreadable"
    assert refusal(b"[" * 100_000).code == "unreadable"
    assert refusal(b"[]").code == "not-gltf"
