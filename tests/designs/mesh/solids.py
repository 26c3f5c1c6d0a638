"""Known solids made by code: points and triangles, counter-clockwise seen from outside."""

import numpy as np

from designs.mesh.types import Part

_CUBE = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], np.float64)
_SIDES = np.array(
    [[0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5], [0, 4, 5], [0, 5, 1],
     [2, 3, 7], [2, 7, 6], [0, 2, 6], [0, 6, 4], [1, 5, 7], [1, 7, 3]]
)  # fmt: skip
TOP = slice(10, 12)


def cube(size=10.0, at=(0, 0, 0), inverted=False):
    return _CUBE * size + np.asarray(at, float), _SIDES[:, ::-1] if inverted else _SIDES


def without(solid, faces):
    points, triangles = solid
    return points, np.delete(triangles, np.r_[faces], axis=0)


def joined(*solids):
    points, faces, offset = [], [], 0
    for p, f in solids:
        points.append(p)
        faces.append(f + offset)
        offset += len(p)
    return np.vstack(points), np.vstack(faces)


def grid(across, around, close_across=True, close_around=True, turned=False):
    """Triangles of a sheet of quadrilaterals closed into a tube or a torus; `turned` joins the ends crosswise."""
    faces = []
    for i in range(across if close_across else across - 1):
        for j in range(around if close_around else around - 1):
            here, there = i, i + 1
            a, b = here * around + j, here * around + (j + 1) % around
            if there == across:
                low, high = (around - 1 - j, around - 1 - (j + 1)) if turned else (j, (j + 1) % around)
                c, d = high % around, low % around
            else:
                c, d = there * around + (j + 1) % around, there * around + j
            faces += [[a, d, c], [a, c, b]]
    return np.array(faces)


def torus(big=20.0, small=5.0, across=24, around=12):
    u, v = np.meshgrid(np.arange(across) * 2 * np.pi / across, np.arange(around) * 2 * np.pi / around, indexing="ij")
    ring = big + small * np.cos(v)
    points = np.stack([ring * np.cos(u), ring * np.sin(u), small * np.sin(v)], axis=-1).reshape(-1, 3)
    return points, grid(across, around)


def strip(across=12, around=4, turned=True):
    """A band of three quadrilaterals' width, its ends joined with half a turn (Möbius) or none."""
    u, v = np.meshgrid(np.arange(across) * 2 * np.pi / across, np.linspace(-1, 1, around), indexing="ij")
    half = u / 2 if turned else np.zeros_like(u)
    ring = 10 + v * np.cos(half)
    points = np.stack([ring * np.cos(u), ring * np.sin(u), v * np.sin(half)], axis=-1).reshape(-1, 3)
    return points, grid(across, around, close_around=False, turned=turned)


def klein(across=16, around=12):
    """A closed surface without an inside: a tube whose ends meet mirrored (a Klein bottle, crossing itself)."""
    u, v = np.meshgrid(np.arange(across) * 2 * np.pi / across, np.arange(around) * 2 * np.pi / around, indexing="ij")
    ring = 5 + np.cos(u / 2) * np.sin(v) - np.sin(u / 2) * np.sin(2 * v)
    points = np.stack(
        [ring * np.cos(u), ring * np.sin(u), np.sin(u / 2) * np.sin(v) + np.cos(u / 2) * np.sin(2 * v)], axis=-1
    ).reshape(-1, 3)
    faces = []
    for i in range(across):
        for j in range(around):
            a, b = i * around + j, i * around + (j + 1) % around
            if i + 1 == across:  # v meets -v
                c, d = (-(j + 1)) % around, (-j) % around
            else:
                c, d = (i + 1) * around + (j + 1) % around, (i + 1) * around + j
            faces += [[a, d, c], [a, c, b]]
    return points, np.array(faces)


def block(cells, size=1.0):
    """The surface of a set of unit cells (x, y, z), welded at shared corners: plates with holes, frames."""
    cells = set(cells)
    points, faces = [], []
    for cell in sorted(cells):
        for axis in range(3):
            for way in (0, 1):
                other = list(cell)
                other[axis] += 1 if way else -1
                if tuple(other) in cells:
                    continue
                first, second = [k for k in range(3) if k != axis]
                corners = []
                for i, j in ((0, 0), (1, 0), (1, 1), (0, 1)):
                    corner = list(cell)
                    corner[axis] += way
                    corner[first] += i
                    corner[second] += j
                    corners.append(corner)
                if (axis == 1) == bool(way):
                    corners.reverse()
                start = len(points)
                points += corners
                faces += [[start, start + 1, start + 2], [start, start + 2, start + 3]]
    return np.array(points, float) * size, np.array(faces)


def plate(holes):
    """A plate one cell thick, with a row of square holes through it."""
    return block({(x, y, 0) for x in range(2 * holes + 1) for y in range(3) if not (x % 2 and y == 1)})


def sphere(radius=10.0, splits=3, inverted=False):
    """An octahedron split and blown up."""
    points = [np.array(p, float) for p in ([1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1])]
    faces = [[0, 2, 4], [2, 1, 4], [1, 3, 4], [3, 0, 4], [2, 0, 5], [1, 2, 5], [3, 1, 5], [0, 3, 5]]
    for _ in range(splits):
        middles, finer = {}, []

        def middle(a, b, middles=middles):
            key = (min(a, b), max(a, b))
            if key not in middles:
                middles[key] = len(points)
                points.append((points[a] + points[b]) / np.linalg.norm(points[a] + points[b]))
            return middles[key]

        for a, b, c in faces:
            d, e, f = middle(a, b), middle(b, c), middle(c, a)
            finer += [[a, d, f], [d, b, e], [f, e, c], [d, e, f]]
        faces = finer
    found = np.array(faces)
    return np.array(points) * radius, found[:, ::-1] if inverted else found


def part(solid, name=""):
    points, faces = solid
    return Part(name, np.asarray(points, np.float64), np.asarray(faces, np.int64))


def soup(solid):
    """The same triangles, each with points of its own, as an STL has them."""
    points, faces = solid
    return points[faces].reshape(-1, 3), np.arange(3 * len(faces)).reshape(-1, 3)
