"""Compile and cache the numba kernels, so that no visitor waits for it: python -m designs.mesh.warm [--lean]

With --lean only those of the quick facts, for a small machine: it loads none of the libraries of the slow ones.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from designs.mesh import (
    compare,
    deep,
    draw,
    fill,
    geometry,
    holes,
    hull,
    load,
    measure,
    repair,
    topology,
    welding,
)
from designs.mesh.load import scan, stl
from designs.mesh.types import Loaded, Part, Surface


def tetrahedron() -> Part:
    """The smallest solid."""
    points = np.array([[0, 0, 0], [10, 0, 0], [0, 10, 0], [0, 0, 10]], np.float64)
    return Part("", points, np.array([[0, 2, 1], [0, 1, 3], [1, 2, 3], [0, 3, 2]], np.int64))


@contextmanager
def _without_scipy() -> Iterator[None]:
    """Let numba find no scipy.linalg: it looks whether BLAS is to be had at its first kernel, which costs 0.25 s."""
    absent = "scipy.linalg" not in sys.modules
    if absent:
        sys.modules["scipy.linalg"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        if absent:
            del sys.modules["scipy.linalg"]


def lean() -> None:
    """As `quick`, sooner: for a process that runs no kernel with products of matrices."""
    with _without_scipy():
        welding.warm()
    quick()


def quick() -> None:
    """Run the kernels of the quick facts once."""
    for module in (welding, topology, geometry, holes, hull, scan, stl):
        module.warm()
    measure.facts_of(Loaded([tetrahedron()]), "stl")


def main() -> None:
    """Run every kernel once."""
    quick()
    for module in (load, deep, draw, fill):
        module.warm()
    solid = topology.surface(tetrahedron())
    compare.measure(solid, Surface(solid.points * 1.5, solid.faces))
    repair.repair(Surface(solid.points, solid.faces[1:]))


if __name__ == "__main__":
    lean() if "--lean" in sys.argv else main()
