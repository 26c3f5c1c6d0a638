"""Compile and cache the numba kernels, so that no visitor waits for it: python -m designs.mesh.warm"""

import numpy as np

from designs.mesh import compare, geometry, holes, measure, preview, repair, simplify, topology, welding
from designs.mesh.load import scan, stl
from designs.mesh.types import Loaded, Part, Surface


def tetrahedron() -> Part:
    """The smallest solid."""
    points = np.array([[0, 0, 0], [10, 0, 0], [0, 10, 0], [0, 0, 10]], np.float64)
    return Part("", points, np.array([[0, 2, 1], [0, 1, 3], [1, 2, 3], [0, 3, 2]], np.int64))


def quick() -> None:
    """Run the kernels of the quick facts once."""
    for module in (welding, topology, geometry, holes, scan, stl):
        module.warm()
    measure.facts_of(Loaded([tetrahedron()]), "stl")


def main() -> None:
    """Run every kernel once."""
    quick()
    for module in (preview, simplify):
        module.warm()
    solid = topology.surface(tetrahedron())
    compare.measure(solid, Surface(solid.points * 1.5, solid.faces))
    repair.repair(Surface(solid.points, solid.faces[1:]))


if __name__ == "__main__":
    main()
