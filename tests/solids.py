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
    return _binary(corners[faces][: 12 - drop])


def sphere(rings, radius=20.0):
    """A closed ball of 4 rings (rings - 1) triangles as binary STL, in mm."""
    polar = np.linspace(0, np.pi, rings + 1)[:, None]
    around = np.linspace(0, 2 * np.pi, 2 * rings, endpoint=False)[None, :]
    grid = np.stack([np.sin(polar) * np.cos(around), np.sin(polar) * np.sin(around), np.cos(polar) + 0 * around], -1)
    grid[0], grid[-1] = (0, 0, 1), (0, 0, -1)
    beside = np.roll(grid, -1, axis=1)
    falling = np.stack([grid[:-1], grid[1:], beside[1:]], axis=2)[:-1]
    rising = np.stack([grid[:-1], beside[1:], beside[:-1]], axis=2)[1:]
    return _binary(radius * np.concatenate([falling.reshape(-1, 3, 3), rising.reshape(-1, 3, 3)]))


def cylinder(radius=10.0, height=30.0, sides=48):
    """An upright prism of many sides as binary STL, in mm."""
    angles = np.linspace(0, 2 * np.pi, sides, endpoint=False)
    low = np.stack([radius * np.cos(angles), radius * np.sin(angles), 0 * angles], -1)
    high = low + (0, 0, height)
    next_low, next_high = np.roll(low, -1, axis=0), np.roll(high, -1, axis=0)
    floor, lid = np.zeros_like(low), np.zeros_like(low) + (0, 0, height)
    faces = [(low, next_low, next_high), (low, next_high, high), (floor, next_low, low), (lid, high, next_high)]
    return _binary(np.concatenate([np.stack(face, axis=1) for face in faces]))


def _binary(triangles):
    solid = Mesh(np.zeros(len(triangles), Mesh.dtype))
    solid.vectors[:] = triangles
    file = io.BytesIO()
    solid.save("solid.stl", fh=file, mode=Mode.BINARY)
    return file.getvalue()
