"""The sample designs' solids, as binary STL. Lengths in mm."""

import math

import numpy as np
from manifold3d import CrossSection, Manifold
from stl.mesh import Mesh as StlMesh

ROUND = 96


def _circle(radius: float, at: tuple[float, float] = (0.0, 0.0)) -> CrossSection:
    return CrossSection.circle(radius, ROUND).translate(at)


def _rounded(width: float, depth: float, radius: float) -> CrossSection:
    core = CrossSection.square((width - 2 * radius, depth - 2 * radius), center=True)
    return core.offset(radius, circular_segments=48)


def stl(solid: Manifold, drop: int = 0, flip: int = 0) -> bytes:
    """A solid as binary STL, without its last `drop` triangles and with `flip` of them turned over."""
    mesh = solid.to_mesh()
    triangles = np.asarray(mesh.vert_properties)[:, :3][np.asarray(mesh.tri_verts)]
    if drop:
        triangles = triangles[:-drop]
    triangles[:flip] = triangles[:flip, ::-1]
    out = StlMesh(np.zeros(len(triangles), dtype=StlMesh.dtype))
    out.vectors[:] = triangles
    out.update_normals()
    header = b"Partage sample".ljust(80, b"\0")
    return bytes(header + len(triangles).to_bytes(4, "little") + out.data.tobytes())


def box(width: float = 80, depth: float = 50, height: float = 30, wall: float = 2.0) -> Manifold:
    """An open box with rounded corners, four screw posts and a cable hole."""
    outside = Manifold.extrude(_rounded(width, depth, 6), height)
    inside = Manifold.extrude(_rounded(width - 2 * wall, depth - 2 * wall, 6 - wall), height).translate((0, 0, wall))
    body = outside - inside
    x, y = width / 2 - 6, depth / 2 - 6
    for post_x in (-x, x):
        for post_y in (-y, y):
            ring = _circle(4.4, (post_x, post_y)) - _circle(1.5, (post_x, post_y))
            body += Manifold.extrude(ring, height - wall).translate((0, 0, wall / 2))
    hole = Manifold.cylinder(3 * wall, 3.5, circular_segments=ROUND).rotate((0, 90, 0))
    return body - hole.translate((width / 2 - 2 * wall, 0, height / 2))


def lid(width: float = 80, depth: float = 50, wall: float = 2.0) -> Manifold:
    """The lid of the box: a plate with a lip that sits inside, screw holes and air slots."""
    plate = _rounded(width, depth, 6)
    slots = CrossSection()
    for row in range(-3, 4):
        slots += _rounded(26, 2.4, 1.1).translate((0, row * 4.8))
    x, y = width / 2 - 6, depth / 2 - 6
    for hole_x in (-x, x):
        for hole_y in (-y, y):
            slots += _circle(1.7, (hole_x, hole_y))
    gap = 0.3
    lip_outside = _rounded(width - 2 * wall - 2 * gap - 18, depth - 2 * wall - 2 * gap, 3)
    lip = Manifold.extrude(lip_outside - lip_outside.offset(-1.6), 3).translate((0, 0, wall))
    return Manifold.extrude(plate - slots, wall) + lip


def gear(teeth: int = 24, module: float = 2.0, thickness: float = 10, bore: float = 8) -> Manifold:
    """A spur gear with involute flanks (pressure angle 20 degrees), spokes' holes and a hub.

    Pitch diameter = module x teeth; addendum = module; dedendum = 1.25 x module (ISO 53).
    """
    pitch, pressure = module * teeth / 2, math.radians(20)
    base, tip, root = pitch * math.cos(pressure), pitch + module, pitch - 1.25 * module
    half = math.pi / (2 * teeth) + math.tan(pressure) - pressure

    def flank(radius: float) -> float:
        if radius <= base:
            return half
        turn = math.sqrt((radius / base) ** 2 - 1)
        return half - (turn - math.atan(turn))

    radii = np.linspace(max(root, 0.0), tip, 12)
    outline = []
    for tooth in range(teeth):
        middle = 2 * math.pi * tooth / teeth
        sides = [(r, middle - flank(r)) for r in radii] + [(r, middle + flank(r)) for r in radii[::-1]]
        outline += [(r * math.cos(a), r * math.sin(a)) for r, a in sides]
    profile = CrossSection([outline])
    for k in range(6):
        a = math.pi * k / 3
        profile -= _circle(pitch / 6, (0.62 * pitch * math.cos(a), 0.62 * pitch * math.sin(a)))
    hub = _circle(bore + 1) - _circle(bore / 2)
    return Manifold.extrude(profile - _circle(bore / 2), thickness) + Manifold.extrude(hub, thickness + 7)


def bracket(web: float = 0.3) -> Manifold:
    """A shelf bracket whose stiffening web is `web` mm thin: the default is too thin for a 0.4 mm nozzle."""
    wall = CrossSection([[(0, 0), (60, 0), (60, 5), (5, 5), (5, 60), (0, 60)]])
    body = Manifold.extrude(wall, 24)
    rib = Manifold.extrude(CrossSection([[(5, 5), (52, 5), (5, 52)]]), web).translate((0, 0, 12 - web / 2))
    holes = Manifold()
    for at in (18, 45):
        hole = Manifold.cylinder(20, 2.2, circular_segments=ROUND).rotate((-90, 0, 0))
        holes += hole.translate((at, -5, 6)) + hole.translate((at, -5, 18))
        across = Manifold.cylinder(20, 2.2, circular_segments=ROUND).rotate((0, 90, 0))
        holes += across.translate((-5, at, 6)) + across.translate((-5, at, 18))
    return (body + rib - holes).rotate((90, 0, 0)).translate((0, 24, 0))


def vase() -> Manifold:
    """A twisted vase."""
    star = CrossSection(
        [
            [
                ((24 + 3.5 * math.cos(9 * a)) * math.cos(a), (24 + 3.5 * math.cos(9 * a)) * math.sin(a))
                for a in np.linspace(0, 2 * math.pi, 180, endpoint=False)
            ]
        ]
    )
    outside = Manifold.extrude(star, 70, n_divisions=40, twist_degrees=70, scale_top=(1.25, 1.25))
    inside = Manifold.extrude(star.offset(-2), 70, n_divisions=40, twist_degrees=70, scale_top=(1.25, 1.25))
    return outside - inside.translate((0, 0, 2))


def knob(version: int = 3) -> Manifold:
    """A control knob for a 6 mm D shaft: plain first, then with grip, then with a pointer and more wall."""
    profile = _circle(15)
    if version >= 2:
        for k in range(18):
            a = 2 * math.pi * k / 18
            profile -= _circle(1.6, (15.6 * math.cos(a), 15.6 * math.sin(a)))
    body = Manifold.extrude(profile, 16, scale_top=(0.92, 0.92))
    shaft = _circle(3.05) - CrossSection.square((10, 10)).translate((1.6, -5))
    shelled = body - Manifold.extrude(_circle(13.4 if version < 3 else 12.4), 11)
    post = Manifold.extrude(_circle(5 if version < 3 else 6), 13) - Manifold.extrude(shaft, 12)
    out = shelled + post
    if version >= 3:
        pointer = Manifold.cube((9, 1.6, 1.2)).translate((3.5, -0.8, 16))
        out += pointer
    return out
