"""Solids by code, as STL files."""

import io

import numpy as np
from stl import Mode
from stl.mesh import Mesh


def box(sides=(30.0, 20.0, 10.0), drop=0):
    """A box as binary STL, in mm, without its last `drop` triangles."""
    low, high = np.zeros(3), np.array(sides)
    corners = np.array([[(high if k >> axis & 1 else low)[axis] for axis in range(3)] for k in range(8)])
    quads = [(0, 2, 3, 1), (4, 5, 7, 6), (0, 1, 5, 4), (2, 6, 7, 3), (0, 4, 6, 2), (1, 3, 7, 5)]
    faces = np.array([face for a, b, c, d in quads for face in ((a, b, c), (a, c, d))])
    solid = Mesh(np.zeros(12 - drop, Mesh.dtype))
    solid.vectors[:] = corners[faces][: 12 - drop]
    file = io.BytesIO()
    solid.save("box.stl", fh=file, mode=Mode.BINARY)
    return file.getvalue()
