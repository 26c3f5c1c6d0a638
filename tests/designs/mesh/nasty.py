"""Files made to do harm, by code: name -> (format, bytes). Each has a small head and asks for much, or lies."""

import base64
import gzip
import io
import json
import struct
import zipfile
from collections.abc import Callable

import numpy as np
from PIL import Image

from tests.designs.mesh.test_load_3mf import MESH, RELATIONS, model

FACET = np.dtype([("normal", "<f4", 3), ("points", "<f4", (3, 3)), ("attribute", "<u2")])
CORNER = np.array([[0, 0, 0], [10, 0, 0], [0, 10, 0]], "<f4")


def stl(points: np.ndarray, count: int | None = None) -> bytes:
    """Binary STL of m x 3 x 3 corners; `count` is what its header says."""
    facets = np.zeros(len(points), FACET)
    facets["points"] = points
    return bytes(80) + struct.pack("<I", len(points) if count is None else count) + facets.tobytes()


def box(value: float = 10.0) -> np.ndarray:
    """12 x 3 x 3: a cube from 0 to `value`."""
    at = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], "<f4") * np.float32(value)
    sides = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    return at[[row for a, b, c, d in sides for row in ((a, b, c), (a, c, d))]]


def soup(count: int, seed: int = 1) -> np.ndarray:
    """Large triangles anywhere in one cube: each meets most others."""
    return np.random.default_rng(seed).uniform(0, 10, (count, 3, 3)).astype("<f4")


def spine(count: int) -> np.ndarray:
    """Pages bound at one edge."""
    turn = np.linspace(0, 2 * np.pi, count, endpoint=False)
    pages = np.zeros((count, 3, 3), "<f4")
    pages[:, 1, 2] = 10
    pages[:, 2] = np.column_stack([10 * np.cos(turn), 10 * np.sin(turn), np.full(count, 5.0)])
    return pages


def boxes(count: int, inverted: bool) -> np.ndarray:
    """Separate cubes in rows."""
    side = int(np.ceil(count ** (1 / 3)))
    places = np.stack(np.unravel_index(np.arange(count), (side,) * 3), axis=1) * 20.0
    cube = box()[:, ::-1] if inverted else box()
    return (cube[None] + places[:, None, None]).reshape(-1, 3, 3).astype("<f4")


def changed(points: np.ndarray, value: float) -> bytes:
    points = points.copy()
    points[0, 0, 0] = value
    return stl(points)


def package(text: str, level: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", level) as made:
        made.writestr("_rels/.rels", RELATIONS)
        made.writestr("3D/a.model", text)
    return packed.getvalue()


def items(count: int, transform: str = "") -> bytes:
    placed = f'<item objectid="1"{transform}/>' * count
    return package(model(f'<object id="1">{MESH}</object>', placed))


def laughs(root: str) -> str:
    """Ten entities, each ten times the one before."""
    lines = ['<!ENTITY a0 "ha">'] + [f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 11)]
    return f"<?xml version='1.0'?><!DOCTYPE {root} [{''.join(lines)}]>"


def gltf(**entries: object) -> bytes:
    """A .gltf of one triangle, entries at the top replaced."""
    body = CORNER.tobytes() + np.arange(3, dtype="<u2").tobytes() + bytes(2)
    head = {
        "asset": {"version": "2.0"}, "scene": 0, "scenes": [{"nodes": [0]}], "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}, "indices": 1}]}],
        "accessors": [
            {"bufferView": 0, "componentType": 5126, "count": 3, "type": "VEC3"},
            {"bufferView": 1, "componentType": 5123, "count": 3, "type": "SCALAR"},
        ],
        "bufferViews": [{"buffer": 0, "byteLength": 36}, {"buffer": 0, "byteOffset": 36, "byteLength": 6}],
        "buffers": [{"byteLength": len(body), "uri": data_uri(body)}],
    }  # fmt: skip
    return json.dumps(head | entries).encode()


def data_uri(body: bytes) -> str:
    return "data:application/octet-stream;base64," + base64.b64encode(body).decode()


def sparse(count: int) -> bytes:
    accessors = [
        {"componentType": 5126, "count": count, "type": "VEC3", "sparse": {
            "count": 3, "indices": {"bufferView": 1, "componentType": 5123}, "values": {"bufferView": 0}}},
        {"bufferView": 1, "componentType": 5123, "count": 3, "type": "SCALAR"},
    ]  # fmt: skip
    return gltf(accessors=accessors)


def chain(nodes: int) -> bytes:
    """Nodes that each hold the next twice."""
    return gltf(nodes=[*({"children": [i + 1, i + 1]} for i in range(nodes)), {"mesh": 0}])


def off(points: int, faces: int, row: str) -> bytes:
    return f"OFF\n{points} {faces} 0\n0 0 0\n10 0 0\n0 10 0\n".encode() + f"{row}\n".encode() * min(faces, 300_000)


def polygon(corners: int) -> bytes:
    turn = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    points = "".join(f"v {10 * np.cos(t):.6f} {10 * np.sin(t):.6f} 0\n" for t in turn)
    return (points + "f " + " ".join(str(i + 1) for i in range(corners)) + "\n").encode()


def ply(vertices: int, faces: int, rows: bytes) -> bytes:
    head = (
        f"ply\nformat binary_little_endian 1.0\nelement vertex {vertices}\nproperty float x\nproperty float y\n"
        f"property float z\nelement face {faces}\nproperty list uint int vertex_indices\nend_header\n"
    )
    return head.encode() + CORNER.tobytes() + rows


def step(lines: str) -> bytes:
    head = "ISO-10303-21;\nHEADER;\nFILE_DESCRIPTION((''),'2;1');\nFILE_NAME('','',(''),(''),'','','');\n"
    return (head + "FILE_SCHEMA(('AUTOMOTIVE_DESIGN'));\nENDSEC;\nDATA;\n" + lines).encode()


def dxf(pairs: str) -> bytes:
    return f"0\nSECTION\n2\nENTITIES\n{pairs}0\nENDSEC\n0\nEOF\n".encode()


def png(side: int) -> bytes:
    made = io.BytesIO()
    Image.new("L", (side, side)).save(made, "PNG")
    return made.getvalue()


def svg(inside: str, before: str = "") -> bytes:
    return f'{before}<svg xmlns="http://www.w3.org/2000/svg" width="10mm" height="10mm">{inside}</svg>'.encode()


def doubled(levels: int) -> str:
    """Groups that each use the one before ten times."""
    groups = ['<g id="g0"><path d="M0 0L1 1"/></g>']
    groups += [f'<g id="g{i}">{f"<use href={chr(34)}#g{i - 1}{chr(34)}/>" * 10}</g>' for i in range(1, levels)]
    return "".join(groups)


AMF = '<amf unit="millimeter">'

FILES: dict[str, tuple[str, Callable[[], bytes]]] = {
    "stl-of-4-billion": ("stl", lambda: stl(box(), 0xFFFFFFFF)),
    "stl-of-fewer-than-it-holds": ("stl", lambda: stl(box(), 3)),
    "stl-nan": ("stl", lambda: changed(box(), np.nan)),
    "stl-inf": ("stl", lambda: changed(box(), -np.inf)),
    "stl-1e38": ("stl", lambda: changed(box(), 3e38)),
    "stl-all-1e11": ("stl", lambda: stl(box(1e11))),
    "stl-denormal": ("stl", lambda: stl(box(1e-44))),
    "stl-a-denormal-corner": ("stl", lambda: changed(box(), 1e-45)),
    "stl-equal": ("stl", lambda: stl(np.broadcast_to(CORNER, (200_000, 3, 3)))),
    "stl-equal-cubes": ("stl", lambda: stl(np.tile(box(), (10_000, 1, 1)))),
    "stl-spine": ("stl", lambda: stl(spine(100_000))),
    "stl-soup": ("stl", lambda: stl(soup(20_000))),
    "stl-inverted-cubes": ("stl", lambda: stl(boxes(10_000, True))),
    "stl-voids": ("stl", lambda: stl(np.vstack([boxes(8_000, True), box(500.0) - np.float32(20)]))),
    "stl-points": ("stl", lambda: stl(np.zeros((50_000, 3, 3), "<f4"))),
    "stl-ascii-nan": ("stl", lambda: b"solid\n" + b"facet normal 0 0 1 outer loop vertex nan 0 0 vertex 1 -inf 0 "
                      b"vertex 0 1e999 0 endloop endfacet\n" * 3 + b"endsolid"),
    "stl-ascii-open": ("stl", lambda: b"solid\n" + b"facet normal 0 0 1 outer loop " * 50_000),
    "gzip-bomb": ("stl", lambda: gzip.compress(bytes(300 << 20), 9)),
    "gzip-in-gzip": ("stl", lambda: gzip.compress(gzip.compress(stl(box())))),
    "gzip-cut": ("stl", lambda: gzip.compress(stl(soup(1000)))[:9000]),
    "obj-absurd-index": ("obj", lambda: b"v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 99999999999999999999\n"),
    "obj-far-negative-index": ("obj", lambda: b"v 0 0 0\nv 1 0 0\nv 0 1 0\nf -1 -2 -999999999\n"),
    "obj-index-nought": ("obj", lambda: b"v 0 0 0\nv 1 0 0\nv 0 1 0\nf 0 1 2\n"),
    "obj-polygon": ("obj", lambda: polygon(60_000)),
    "obj-many-objects": ("obj", lambda: b"".join(
        b"o a%d\nv 0 0 0\nv 1 0 0\nv 0 1 0\nf -1 -2 -3\n" % i for i in range(20_000))),
    "off-equal": ("off", lambda: off(3, 300_000, "3 0 1 2")),
    "off-counts": ("off", lambda: off(2_000_000_000, 2_000_000_000, "3 0 1 2")),
    "off-long-face": ("off", lambda: off(3, 1, "2000000000 0 1 2")),
    "ply-list-of-4-billion": ("ply", lambda: ply(3, 1, struct.pack("<I3i", 0xFFFFFFFF, 0, 1, 2))),
    "ply-counts": ("ply", lambda: ply(2**62, 2**62, struct.pack("<I3i", 3, 0, 1, 2))),
    "ply-index": ("ply", lambda: ply(3, 1, struct.pack("<I3i", 3, 0, 1, -(2**31)))),
    "3mf-entities": ("3mf", lambda: package(laughs("model") + model(f'<object id="1">{MESH}</object>', "&a10;"))),
    "3mf-entity-of-a-file": ("3mf", lambda: package(
        "<!DOCTYPE model [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>" + model("", "&x;"))),
    "3mf-cycle": ("3mf", lambda: package(model(
        '<object id="1"><components><component objectid="2"/></components></object>'
        '<object id="2"><components><component objectid="1"/></components></object>', '<item objectid="1"/>'))),
    "3mf-chain": ("3mf", lambda: package(model(
        f'<object id="1">{MESH}</object>' + "".join(
            f'<object id="{i}"><components><component objectid="{i - 1}"/></components></object>'
            for i in range(2, 5_000)), '<item objectid="4999"/>'))),
    "3mf-zip-bomb": ("3mf", lambda: package(" " * (200 << 20))),
    "3mf-ten-thousand-in-one-place": ("3mf", lambda: items(10_000)),
    "3mf-million-items": ("3mf", lambda: items(1_000_000)),
    "3mf-huge-transform": ("3mf", lambda: items(2, ' transform="1e300 0 0 0 1e300 0 0 0 1e300 1e308 0 0"')),
    "3mf-nan-transform": ("3mf", lambda: items(1, ' transform="nan 0 0 0 1 0 0 0 1 inf 0 0"')),
    "3mf-flat-transform": ("3mf", lambda: items(1, ' transform="0 0 0 0 0 0 0 0 0 0 0 0"')),
    "3mf-deep": ("3mf", lambda: package(model("<a>" * 100_000, ""))),
    "gltf-outside": ("gltf", lambda: gltf(buffers=[{"byteLength": 44, "uri": "../../../etc/passwd"}])),
    "gltf-of-the-web": ("gltf", lambda: gltf(buffers=[{"byteLength": 44, "uri": "http://127.0.0.1:9/a.bin"}])),
    "gltf-large-data": ("gltf", lambda: gltf(buffers=[{"byteLength": 48 << 20, "uri": data_uri(bytes(48 << 20))}])),
    "gltf-sparse": ("gltf", lambda: sparse(2**31)),
    "gltf-sparse-within-reason": ("gltf", lambda: sparse(1_000_000)),
    "gltf-overflow": ("gltf", lambda: gltf(bufferViews=[
        {"buffer": 0, "byteOffset": 2**63, "byteLength": 36}, {"buffer": 0, "byteLength": -6}])),
    "gltf-children": ("gltf", lambda: chain(40)),
    "gltf-deep": ("gltf", lambda: b'{"asset":' + b"[" * 200_000),
    "glb-lengths": ("glb", lambda: struct.pack("<4sIIII", b"glTF", 2, 0xFFFFFFFF, 0xFFFFFFF0, 0x4E4F534A) + b"{}"),
    "amf-entities": ("amf", lambda: (laughs("amf") + AMF + "&a10;</amf>").encode()),
    "amf-cycle": ("amf", lambda:
        (AMF + '<constellation id="1"><instance objectid="1"/></constellation></amf>').encode()),
    "amf-deep": ("amf", lambda: (AMF + "<a>" * 200_000).encode()),
    "step-cut": ("step", lambda: step("#1=CARTESIAN_POINT('',(0.,0.,")),
    "step-deep": ("step", lambda: step("#1=" + "(" * 100_000 + ")" * 100_000 + ";\nENDSEC;\nEND-ISO-10303-21;\n")),
    "step-circle": ("step", lambda: step(
        "#1=CLOSED_SHELL('',(#2));\n#2=ADVANCED_FACE('',(#2),#1,.T.);\n#3=MANIFOLD_SOLID_BREP('',#3);\n"
        "ENDSEC;\nEND-ISO-10303-21;\n")),
    "iges-noise": ("iges", lambda: (b"x" * 72 + b"S      1\n") * 2 + np.random.default_rng(2).bytes(9_000)),
    "svg-entities": ("svg", lambda: svg("&a10;", laughs("svg"))),
    "svg-uses": ("svg", lambda: svg(doubled(12))),
    "svg-longer-path": ("svg", lambda: svg(f'<path d="M0 0{" l1 1" * 500_000}"/>')),
    "svg-long-path": ("svg", lambda: svg(f'<path d="M0 0{" l1 1 c1 2 3 4 5 6 a9 9 0 1 1 2 2" * 20_000}"/>')),
    "svg-huge-numbers": ("svg", lambda: svg(
        '<path d="M0 0L1e308 1e308A1e300 1e-300 0 1 1 1e308 0"/><circle r="1e308"/>')),
    "svg-deep": ("svg", lambda: svg("<g>" * 100_000 + "</g>" * 100_000)),
    "dxf-huge-numbers": ("dxf", lambda: dxf("0\nCIRCLE\n8\n0\n10\n1e308\n20\n-1e308\n40\n1e308\n" * 2)),
    "dxf-nan": ("dxf", lambda: dxf("0\nLINE\n8\n0\n10\nnan\n20\n0\n11\ninf\n21\n1\n")),
    "dxf-many": ("dxf", lambda: dxf("0\nCIRCLE\n8\n0\n10\n1\n20\n1\n40\n1\n" * 60_000)),
    "dxf-ends-in-one-place": ("dxf", lambda: dxf("0\nLINE\n8\n0\n10\n1\n20\n1\n11\n2\n21\n1\n" * 30_000)),
    "gcode-huge-numbers": ("gcode", lambda:
        b"G21\nG90\n" + b"G1 X1e308 Y-1e308 Z1e300 E1e308 F1e-300\nG1 X0 E0\n" * 1000),
    "gcode-absurd-arc": ("gcode", lambda:
        b"G90\nG1 X0 Y0 F100\n" + b"G2 X1 Y1 I1e12 J-1e12 E1\nG3 X0 Y0 R1e-12\n" * 2000),
    "gcode-one-line": ("gcode", lambda: b"G1 " + b"X1 " * 2_000_000),
    "png-of-49-megapixels": ("png", lambda: png(7_000)),
    "png-of-400-megapixels": ("png", lambda: png(20_000)),
    "png-cut": ("png", lambda: png(500)[:-200]),
    "scad-recursion": ("scad", lambda: b"function f(x) = f(x + 1) + 1; cube(f(0));"),
}  # fmt: skip
