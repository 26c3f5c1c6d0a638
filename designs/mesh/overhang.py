"""What hangs over and what lies on the bed, the part standing as it is in the file (Z up)."""

import numpy as np

from designs.mesh.types import Points

LIMIT_DEGREES = 45.0
BED_MM = 0.05


def areas(corners: Points, normals: Points, face_areas: Points) -> tuple[float, float]:
    """(area steeper than 45 degrees from the vertical and not on the bed, area on the bed), in mm².

    `corners` is n x 3 x 3, `normals` unit length. A face at exactly 45 degrees does not count.
    """
    heights = corners[:, :, 2]
    on_bed = (heights.max(axis=1) - heights.min() <= BED_MM) & (normals[:, 2] < -0.99)
    limit = np.sin(np.radians(LIMIT_DEGREES)) + 1e-6
    hanging = (normals[:, 2] < -limit) & ~on_bed
    return float(face_areas[hanging].sum()), float(face_areas[on_bed].sum())
