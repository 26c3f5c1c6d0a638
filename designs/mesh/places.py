"""Samples that lie together make one place: what a finding points at."""

import numpy as np

from designs.mesh.types import Facts, Floats, Points

FEWEST = 2
_NEAR = [(x, y, z) for x in (-1, 0, 1) for y in (-1, 0, 1) for z in (-1, 0, 1) if (x, y, z) > (0, 0, 0)]


def clusters(spots: Points, cell: float) -> np.ndarray:
    """n cluster numbers from 0: samples in the same or in neighbouring cubes of `cell` mm are together."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    grid = np.floor((spots - spots.min(axis=0)) / cell).astype(np.int64) + 1
    key = (grid[:, 0] << 42) | (grid[:, 1] << 21) | grid[:, 2]
    cells, inverse = np.unique(key, return_inverse=True)
    pairs = []
    for x, y, z in _NEAR:
        wanted = cells + (x << 42) + (y << 21) + z
        at = np.minimum(np.searchsorted(cells, wanted), len(cells) - 1)
        same = np.flatnonzero(cells[at] == wanted)
        pairs.append(np.stack([same, at[same]]))
    row, column = np.concatenate(pairs, axis=1)
    links = coo_array((np.ones(len(row), np.int8), (row, column)), shape=(len(cells), len(cells)))
    return np.asarray(connected_components(links, directed=False)[1])[inverse]


def largest(spots: Points, values: Floats, share: float, *, key: str, cell: float, most: int = 20) -> list[Facts]:
    """At most `most` places `{at_mm, <key>, area_mm2}`, largest area first: the sample with the smallest value of each.

    `spots` n x 3, `values` n, `share` mm² a sample. A lone sample makes no place.
    """
    if not len(spots):
        return []
    label = clusters(spots, cell)
    sizes = np.bincount(label)
    order = np.lexsort((values, label))
    first = order[np.searchsorted(label[order], np.arange(len(sizes)))]
    ranked = [int(i) for i in np.argsort(-sizes, kind="stable")[:most] if sizes[i] >= FEWEST]
    return [
        {"at_mm": spots[first[i]].tolist(), key: float(values[first[i]]), "area_mm2": float(sizes[i] * share)}
        for i in ranked
    ]
