"""The verdict on a file of any kind: a shape that is made, or a drawing that is cut."""

from collections.abc import Mapping
from typing import Any

from designs.mesh import cutting, printability
from designs.mesh.formats import CUT
from designs.mesh.profiles import DEFAULT_LASER, Profile
from designs.mesh.types import Verdict


def machine_for(kind: str, profile: Profile) -> Profile:
    """The machine that a format is checked for: drawings are for lasers, whatever else was asked for."""
    return DEFAULT_LASER if kind in CUT and profile.process != "laser" else profile


def verdict(facts: Mapping[str, Any], profile: Profile) -> Verdict | None:
    """Whether it can be made with the profile, and why not; None for pictures, programs of machines, refusals."""
    if facts.get("triangles"):
        return printability.judge(facts, profile)
    if "cut_length_mm" in facts and profile.process == "laser":
        return cutting.judge(facts, profile)
    return None
