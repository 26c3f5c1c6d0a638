"""Whether a changed mesh still finds its original: real meshes, turned, scaled, thinned out, cut anew and damaged.

Run from the root: .venv/bin/python bench/shape.py [--all]. The corpus is every distinct object of at least 100
triangles in ../shared/data (files and history). 60 of them are asked for (all with --all), evenly spread over the
corpus by name. Each query is also turned and scaled at random. Objects whose volume and three sides agree within 1 %
of one another when scaled to the same area (versions of one part, one part in two formats, mirror images) cannot be
told apart: a query that finds one of them has found its original; how many there are is printed.

Same shape: turned and scaled; decimated to 30 % by quadrics; remeshed (long edges split, then half of the triangles
taken away). Changed shape: noise of 0.5 % of the largest side; a boss of 15 % of it; a cut that takes 15 % off one
side; a stretch of 15 % along one direction. Beside these, not counted: fast-simplification to 30 %, which does not keep
the shape of parts with long thin triangles. Exit 1 below 95 % first of the same, or below 85 % among the first five of
the changed; 2 when the data is absent.
"""

import sys
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]

import surfaces

from designs.mesh import hull, shape
from designs.mesh.types import RefusedError, Surface

QUERIES = 60
LEAST = 100
ALIKE = 0.01
FIRST, FIVE = 95.0, 85.0
ENDINGS = {".stl", ".obj", ".ply", ".off", ".amf", ".3mf", ".step", ".stp", ".igs"}


def corpus():
    """(names, surfaces) of every object that is not byte for byte the same as one before."""
    found, seen = {}, set()
    paths = [path for folder in ("files", "history") for path in (surfaces.DATA / folder).rglob("*")]
    for path in sorted(path for path in paths if path.suffix.lower() in ENDINGS and "MUSTFAIL" not in path.name):
        try:
            parts = surfaces.parts(path)
        except (RefusedError, ValueError, KeyError) as error:
            print(f"left out: {path.name}: {error}")
            continue
        for number, surface in enumerate(parts):
            mark = (len(surface.faces), round(float(surface.areas.sum()), 3))
            if len(surface.faces) >= LEAST and mark not in seen:
                seen.add(mark)
                found[f"{path.name} {number}" if len(parts) > 1 else path.name] = surface
    return list(found), list(found.values())


def measures(surface):
    """Area 1: volume and the sides of the smallest box."""
    scale = np.sqrt(surface.areas.sum())
    box = hull.measure(surface, [0, 0, 0])["oriented_box_mm"]
    return np.array([abs(surfaces.volume(surface)) ** (1 / 3), *box]) / scale


def moved(surface, rng):
    from scipy.spatial.transform import Rotation

    turn = Rotation.random(random_state=int(rng.integers(1 << 31))).as_matrix()
    return Surface(np.ascontiguousarray(surface.points @ turn.T * 10 ** rng.uniform(-1, 1) + 5), surface.faces)


def decimated(surface, count):
    """By quadrics (libigl), which keeps the volume. What is not closed and manifold goes to fast-simplification.

    libigl aborts, or takes all memory, on some meshes with edges of three faces.
    """
    import igl

    edges = np.sort(surface.faces[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1)
    if (np.unique(edges, axis=0, return_counts=True)[1] != 2).any():
        return crushed(surface, count)
    points, faces, *_ = igl.qslim(surface.points, surface.faces.astype(np.int64), int(count))
    return surfaces.welded(points, faces)


def crushed(surface, count):
    """By fast-simplification, which may take a third of the volume of a part of long thin triangles."""
    import fast_simplification

    points, faces = fast_simplification.simplify(
        surface.points.astype(np.float32), surface.faces.astype(np.int32), target_count=max(int(count), 4), agg=7
    )
    return surfaces.welded(points, faces)


def remeshed(surface, rng):
    from trimesh.remesh import subdivide_to_size

    edge = np.ptp(surface.points, axis=0).max() / 25
    points, faces = subdivide_to_size(surface.points, surface.faces, max_edge=edge, max_iter=20)
    return crushed(surfaces.welded(points, faces), 0.5 * len(faces))


def noisy(surface, rng):
    size = np.ptp(surface.points, axis=0).max()
    return Surface(surface.points + rng.normal(scale=0.005 * size, size=surface.points.shape), surface.faces)


def bossed(surface, rng):
    import trimesh

    size = np.ptp(surface.points, axis=0).max()
    face = rng.choice(len(surface.faces), p=surface.areas / surface.areas.sum())
    boss = trimesh.creation.cylinder(0.075 * size, 0.15 * size, sections=24)
    boss.apply_transform(trimesh.geometry.align_vectors([0, 0, 1], surface.normals[face]))
    boss.apply_translation(surface.points[surface.faces[face]].mean(axis=0) + 0.05 * size * surface.normals[face])
    return surfaces.together([surface, surfaces.welded(boss.vertices, boss.faces)])


def cut(surface, rng):
    import manifold3d
    from trimesh.intersections import slice_faces_plane

    axis = rng.integers(3)
    low, high = surface.points[:, axis].min(), surface.points[:, axis].max()
    normal = np.eye(3)[axis] * rng.choice([-1, 1])
    origin = np.zeros(3)
    origin[axis] = low + 0.15 * (high - low) if normal[axis] > 0 else high - 0.15 * (high - low)
    solid = manifold3d.Manifold(manifold3d.Mesh(surface.points.astype(np.float32), surface.faces.astype(np.uint32)))
    if solid.status() == manifold3d.Error.NoError and not solid.is_empty():
        part = solid.trim_by_plane(normal, float(normal @ origin)).to_mesh()
        return surfaces.welded(part.vert_properties[:, :3], part.tri_verts)
    points, faces, *_ = slice_faces_plane(surface.points, surface.faces, normal, origin)
    return surfaces.welded(points, faces)


def stretched(surface, rng):
    along = rng.normal(size=3)
    along /= np.linalg.norm(along)
    return Surface(surface.points @ (np.eye(3) + 0.15 * np.outer(along, along)), surface.faces)


SAME = {
    "turned and scaled": lambda surface, rng: surface,
    "decimated to 30 %": lambda surface, rng: decimated(surface, 0.3 * len(surface.faces)),
    "remeshed": remeshed,
}
BESIDE = {"crushed to 30 %": lambda surface, rng: crushed(surface, 0.3 * len(surface.faces))}
CHANGED = {"noise 0.5 %": noisy, "added boss": bossed, "cut": cut, "stretched": stretched}


def main():
    if not (surfaces.DATA / "files").is_dir():
        print(f"The shared data is absent: {surfaces.DATA}.")
        return 2
    names, items = corpus()
    shape.warm()
    began = time.perf_counter()
    known = np.array([shape.descriptor(surface)[0] for surface in items])
    took = (time.perf_counter() - began) / len(items)
    sizes = np.array([measures(surface) for surface in items])
    alike = (np.abs(sizes[:, None] / sizes[None] - 1) < ALIKE).all(axis=2)
    doubles = int((alike.sum(axis=1) > 1).sum())
    print(f"{len(items)} objects, {doubles} of them with a near duplicate; {took * 1000:.0f} ms a descriptor")
    every = np.arange(len(items))
    asked = every if "--all" in sys.argv else every[np.linspace(0, len(items) - 1, QUERIES).astype(int)]
    shares = {}
    for group, changes in (("same", SAME), ("changed", CHANGED), ("beside", BESIDE)):
        for name, change in changes.items():
            ranks = []
            for item in asked:
                rng = np.random.default_rng([int(item), 7])
                query = moved(change(items[item], rng), rng)
                far = np.linalg.norm(known - shape.descriptor(query)[0], axis=1)
                ranks.append(int((far < far[alike[item]].min()).sum()))
                if ranks[-1] > (0 if group == "same" else 4):
                    print(f"    {name}: {names[item]} came {ranks[-1] + 1}, first {names[int(np.argmin(far))]}")
            ranks = np.array(ranks)
            one, few = (ranks == 0).mean() * 100, (ranks < 5).mean() * 100
            shares[group, name] = one, few
            print(f"{group:8} {name:20} first {one:5.1f} %   first five {few:5.1f} %", flush=True)
    first = np.mean([share[0] for (group, _), share in shares.items() if group == "same"])
    five = np.mean([share[1] for (group, _), share in shares.items() if group == "changed"])
    good = first >= FIRST and five >= FIVE
    print(f"{'ok' if good else 'BAD'}: same shape first {first:.1f} % (goal {FIRST:.0f}), ", end="")
    print(f"changed shape among five {five:.1f} % (goal {FIVE:.0f}); {len(asked)} objects asked for")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
