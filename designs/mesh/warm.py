"""Compile and cache the numba kernels, so that no visitor waits for it: python -m designs.mesh.warm"""

import tempfile
from pathlib import Path

import numpy as np

from designs.mesh import measure, preview, work
from designs.mesh.types import Loaded, Part


def tetrahedron() -> Part:
    """The smallest solid."""
    points = np.array([[0, 0, 0], [10, 0, 0], [0, 10, 0], [0, 0, 10]], np.float64)
    return Part("", points, np.array([[0, 2, 1], [0, 1, 3], [1, 2, 3], [0, 3, 2]], np.int64))


def main() -> None:
    """Run every kernel once."""
    loaded = Loaded([tetrahedron()])
    measure.facts_of(loaded, "stl")
    preview.render(loaded.parts[0].points, loaded.parts[0].faces, 64)
    with tempfile.TemporaryDirectory() as folder:
        work.pictures(loaded, Path(folder))


if __name__ == "__main__":
    main()
