"""Two versions of a part: what changed between them in mm and mm³ and where, and in findings."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from designs.mesh import booleans
from designs.mesh.align import Placement, placement, translation
from designs.mesh.compare_findings import Change, findings, mass_g
from designs.mesh.compare_places import (
    MAX_PLACES,
    Mask,
    Shells,
    extent,
    in_play,
    rearranged,
    snapped,
    solid_places,
    surface_places,
)
from designs.mesh.edge_table import bounds, compact, edge_table, volume_mm3
from designs.mesh.nearest import Nearest, centroids
from designs.mesh.rays import boxes_met
from designs.mesh.repair import closed
from designs.mesh.types import Facts, Floats, RefusedError, Surface

__all__ = ["Change", "Comparison", "findings", "mass_g", "measure", "precision_mm"]

PRECISION = 2e-5
COORDINATES = 4e-7
STANDS_STILL = 0.5
LARGE = 400_000
MOST_BOXES = 50_000_000
"""Boxes that all points and faces of one version may meet in the other, at 0.2 µs each; 6 million on a large plate."""
NOTHING = Surface(np.zeros((0, 3)), np.zeros((0, 3), np.int32))


@dataclass(frozen=True)
class Comparison:
    """Facts (JSON), and the surfaces of diff.glb, placed as in the version after."""

    facts: Facts
    same: Surface
    added: Surface
    removed: Surface


def precision_mm(before: Surface, after: Surface) -> float:
    """Below this two surfaces are one: 2e-5 of the larger diagonal (six digits of an ASCII STL), or float32's grain."""
    corners = [np.array(bounds(surface)) for surface in (before, after)]
    diagonal = max(float(np.linalg.norm(high - low)) for low, high in corners)
    return max(PRECISION * diagonal, COORDINATES * float(np.abs(corners).max()), 1e-12)


def measure(before: Surface, after: Surface) -> Comparison:
    """Compare two versions of a part or plate, both in mm, in any state: open, inside out, without a face.

    A pure translation is taken out first (`moved_mm`). `method` is "exact" where both are closed (or their small
    holes were closed for it: `closed_for_it`) and the volumes come from booleans, else "surface": then `added_mm3`
    and `removed_mm3` are null and the places are of faces. `shared_share` is the share of the material (exact) or of
    the area that both have. Volumes are those enclosed, whichever way the faces look.
    Raises RefusedError (too-complex) where so many faces lie upon one another that distances take minutes.
    """
    if not len(before.faces) or not len(after.faces):
        return _one_is_empty(before, after)
    grain = precision_mm(before, after)
    facts = _of_each(before, after) | {"precision_mm": grain, "method": "exact"}
    facts["moved_mm"] = None
    laid, same_before, same_after = snapped(before, after, grain)
    if not (same_before.all() and same_after.all()):
        _refuse_crowds(before, after)
    near: Nearest | None = None
    shift, moved = np.zeros(3), False
    if same_after.mean() < STANDS_STILL:
        near = Nearest(before)
        shift = translation(before, after, near, grain)
        moved = bool(np.abs(shift).max() > 0)
    if moved:
        facts["moved_mm"] = shift.tolist()
        laid, same_before, same_after = snapped(before, Surface(after.points - shift, after.faces), grain)
    if same_before.all() and same_after.all():
        return Comparison(facts | _unchanged(retessellated=False), after, NOTHING, NOTHING)
    near, near_after = near or Nearest(before), Nearest(laid)
    far_after = _far(laid, ~same_after, near)
    far_before = _far(before, ~same_before, near_after)
    farthest = float(max(far_after.max(initial=0.0), far_before.max(initial=0.0)))
    if farthest <= 2 * grain:
        return Comparison(
            facts | _unchanged(retessellated=True) | {"max_distance_mm": farthest}, after, NOTHING, NOTHING
        )
    facts |= _changed() | {"max_distance_mm": farthest}
    stands = None
    if farthest > 10 * grain:
        closed_ = facts["closed_before"] and facts["closed_after"]
        stands = placement(before, after, near, 4 * precision_mm(before, before), closed_)
    if stands:
        facts |= _stands(stands)
        if stands.scale == 1.0 and not stands.mirrored:
            turned = _unchanged(retessellated=False) | {"turned": True, "moved_mm": None, "max_distance_mm": 0.0}
            return Comparison(facts | turned, after, NOTHING, NOTHING)
        if not stands.mirrored:
            return Comparison(facts | {"method": "surface", "moved_mm": None}, NOTHING, after, before)
    shells, shells_after = Shells.of(before), Shells.of(laid)
    if rearranged(shells, shells_after, grain):
        facts |= _unchanged(retessellated=False) | {"rearranged": True, "moved_mm": None}
        return Comparison(facts, after, NOTHING, NOTHING)
    active, active_after = in_play(shells, shells_after, same_before, same_after)
    found = _exact(facts, before, laid, active, active_after, near, near_after)
    found = found or _by_surface(facts, before, laid, far_before, far_after, near, near_after)
    if not moved:
        return found
    for place in found.facts["changed_places"]:
        place["at_mm"] = (np.array(place["at_mm"]) + shift).tolist()
    back = (Surface(part.points + shift, part.faces) for part in (found.same, found.added, found.removed))
    return Comparison(found.facts, *back)


def _refuse_crowds(before: Surface, after: Surface) -> None:
    for one, other in ((before, after), (after, before)):
        if boxes_met(one) * (len(other.points) + len(other.faces)) > MOST_BOXES:
            raise RefusedError("too-complex", "so many faces lie upon one another that they cannot be compared")


def _of_each(before: Surface, after: Surface) -> Facts:
    facts: Facts = {}
    for name, surface in (("before", before), ("after", after)):
        facts[f"triangles_{name}"] = len(surface.faces)
        facts[f"volume_{name}_mm3"] = abs(volume_mm3(surface))
        facts[f"area_{name}_mm2"] = float(surface.areas.sum())
        facts[f"size_{name}_mm"] = extent(surface)
        facts[f"closed_{name}"] = bool(len(surface.faces)) and edge_table(surface.faces).boundary == 0
    facts["volume_change_mm3"] = facts["volume_after_mm3"] - facts["volume_before_mm3"]
    return facts


def _changed() -> Facts:
    return {
        "same_shape": False,
        "only_retessellated": False,
        "turned": False,
        "mirrored": False,
        "rearranged": False,
        "scaled_by": None,
        "rotation": None,
        "closed_for_it": False,
        "max_distance_mm": None,
        "added_mm3": None,
        "removed_mm3": None,
        "shared_share": None,
        "changed_places": [],
        "changed_place_count": 0,
    }


def _unchanged(retessellated: bool) -> Facts:
    same = {"same_shape": True, "only_retessellated": retessellated, "max_distance_mm": 0.0}
    return _changed() | same | {"added_mm3": 0.0, "removed_mm3": 0.0, "shared_share": 1.0}


def _stands(found: Placement) -> Facts:
    return {
        "mirrored": found.mirrored,
        "scaled_by": found.scale if found.scale != 1.0 else None,
        "rotation": found.rotation.tolist(),
    }


def _one_is_empty(before: Surface, after: Surface) -> Comparison:
    facts = _of_each(before, after) | _changed() | {"method": "surface", "moved_mm": None}
    facts |= {"precision_mm": precision_mm(before, after), "shared_share": 0.0}
    facts["same_shape"] = len(before.faces) == len(after.faces)
    return Comparison(facts, NOTHING, after, before)


def _far(surface: Surface, changed: Mask, other: Nearest) -> Floats:
    """m distances in mm from each changed face (its corners and middle) to the other version; 0 for the rest."""
    far = np.zeros(len(surface.faces))
    part = compact(surface.points, surface.faces[changed])
    corners = other.distances(part.points)[part.faces].max(axis=1)
    far[changed] = np.maximum(corners, other.distances(centroids(part)))
    return far


def _exact(
    facts: Facts, before: Surface, after: Surface, active: Mask, active_after: Mask, near: Nearest, near_after: Nearest
) -> Comparison | None:
    """By booleans of the shells in play; None where a version has no inside."""
    if len(before.faces) + len(after.faces) > LARGE:
        near.forget()
        near_after.forget()
    own, other = compact(before.points, before.faces[active]), compact(after.points, after.faces[active_after])
    first, mended = _body(own)
    second, mended_too = _body(other)
    if first is None or second is None:
        return None
    common, added, removed = booleans.between(first, second)
    del first, second, own, other
    grain = facts["precision_mm"]
    places, added = solid_places(added, "added", near, grain)
    others, removed = solid_places(removed, "removed", near_after, grain)
    kept = after.faces[~active_after]
    union = abs(volume_mm3(compact(after.points, kept))) if len(kept) else 0.0
    shared = union + volume_mm3(common)
    both = shared + volume_mm3(added) + volume_mm3(removed)
    every = sorted(places + others, key=lambda place: -place["volume_mm3"])
    found = facts | {
        "closed_for_it": mended or mended_too,
        "added_mm3": volume_mm3(added),
        "removed_mm3": volume_mm3(removed),
        "shared_share": min(1.0, shared / both) if both > 0 else 0.0,
        "changed_places": every[:MAX_PLACES],
        "changed_place_count": len(every),
    }
    same = _together(common, compact(after.points, kept))
    if not every:
        found |= {"same_shape": True, "only_retessellated": True}
    return Comparison(found, same, added, removed)


def _body(surface: Surface) -> tuple[Any | None, bool]:
    """(the solid of some shells, None where they have no inside; whether small holes had to be closed for it)."""
    if not len(surface.faces):
        return booleans.empty(), False
    made = booleans.solid(surface)
    return (made, False) if made is not None else (booleans.solid(closed(surface)), True)


def _together(one: Surface, other: Surface) -> Surface:
    return Surface(
        np.vstack((one.points, other.points)), np.vstack((one.faces, other.faces + np.int32(len(one.points))))
    )


def _by_surface(
    facts: Facts,
    before: Surface,
    after: Surface,
    far_before: Floats,
    far_after: Floats,
    near: Nearest,
    near_after: Nearest,
) -> Comparison:
    """By faces farther from the other version than the precision."""
    limit = 2 * facts["precision_mm"]
    added = compact(after.points, after.faces[far_after > limit])
    removed = compact(before.points, before.faces[far_before > limit])
    same = compact(after.points, after.faces[far_after <= limit])
    places = surface_places(added, "added", near) + surface_places(removed, "removed", near_after)
    places.sort(key=lambda place: -place["distance_mm"])
    whole = float(same.areas.sum() + added.areas.sum() + removed.areas.sum())
    found = facts | {
        "method": "surface",
        "shared_share": float(same.areas.sum()) / whole if whole > 0 else 0.0,
        "changed_places": places[:MAX_PLACES],
        "changed_place_count": len(places),
    }
    return Comparison(found, same, added, removed)
