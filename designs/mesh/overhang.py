"""What hangs over and what lies on the bed, the part standing as it is in the file (Z up)."""

import math

import numpy as np
from numpy.typing import NDArray

ANGLES = (30.0, 45.0, 60.0, 75.0)
LIMIT_DEGREES = 45.0
BED_MM = 0.05
BED_SHARE = 1e-3
"""What is no higher than this lies on the bed: so many mm, but no more than this share of the longest side, as numbers
without a unit may be inches or metres."""
BED_COSINE = 0.99
_TOLERANCE = 1e-6


def near_bed(longest: float) -> float:
    """How high above the bed, in mm or the file's unit, a part of this longest side still touches it."""
    return min(BED_MM, BED_SHARE * longest)


def sines() -> NDArray[np.float64]:
    """How far down a unit normal must point to hang over at each of ANGLES, in degrees from the vertical.

    A face at exactly an angle does not count.
    """
    return np.array([math.sin(math.radians(angle)) + _TOLERANCE for angle in ANGLES])
