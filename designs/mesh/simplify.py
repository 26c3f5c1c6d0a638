"""Fewer triangles for the viewer."""

import numpy as np

from designs.mesh.types import Faces, Points

MAX_TRIANGLES = 200_000


def simplify(points: Points, faces: Faces, limit: int = MAX_TRIANGLES) -> tuple[Points, Faces]:
    """The mesh in at most about `limit` triangles; unchanged when it has no more."""
    if len(faces) <= limit:
        return points, faces
    import fast_simplification

    fewer, corners = fast_simplification.simplify(
        points.astype(np.float32), faces.astype(np.int32), target_count=int(limit * 0.98), agg=7
    )
    return np.asarray(fewer, np.float64), np.asarray(corners, np.int64)[:limit]
