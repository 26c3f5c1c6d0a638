"""What the kernel hands about: meshes in mm, outcomes, refusals, findings."""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
Faces = NDArray[np.int64]
Corners = NDArray[np.int32]
Floats = NDArray[np.float64]
Facts = dict[str, Any]


@dataclass(frozen=True)
class Refusal:
    """Why there are no facts: a stable code, a sentence for people, and the numbers in it."""

    code: str
    sentence: str
    params: dict[str, Any] = field(default_factory=dict)


class RefusedError(Exception):
    """Raised inside the sandbox; becomes a Refusal at its edge."""

    def __init__(self, code: str, sentence: str, **params: Any) -> None:
        super().__init__(sentence)
        self.refusal = Refusal(code, sentence, params)


@dataclass(frozen=True)
class Outcome:
    """Facts or a refusal, and the pictures written (name -> file)."""

    facts: Facts | None
    refusal: Refusal | None
    pictures: dict[str, Path] = field(default_factory=dict)


@dataclass(frozen=True)
class Part:
    """One object of a file: points in `Loaded.units` (or mm when these are declared) and its triangles."""

    name: str
    points: Points
    faces: Faces


@dataclass(frozen=True)
class Surface:
    """Welded triangles: equal points united, no face with a repeated point. C-contiguous; lengths in the part's unit.

    `points` is n x 3; `faces` is m x 3, counter-clockwise seen from outside.
    """

    points: Points
    faces: Corners

    @cached_property
    def cross(self) -> Floats:
        """m x 3: (b - a) x (c - a), twice the area long."""
        a, b, c = (self.points[self.faces[:, corner]] for corner in range(3))
        return np.cross(b - a, c - a)

    @cached_property
    def areas(self) -> Floats:
        """m areas in mm²."""
        return np.asarray(np.linalg.norm(self.cross, axis=1) / 2.0)

    @cached_property
    def normals(self) -> Floats:
        """m x 3 unit normals; zero where a triangle has no area."""
        double = 2.0 * self.areas
        return self.cross / np.where(double > 0, double, 1.0)[:, None]


@dataclass(frozen=True)
class Loaded:
    """What a loader read. `units` is what the file declares, else "unknown"; declared units are already mm."""

    parts: list[Part]
    units: str = "unknown"
    warnings: list[str] = field(default_factory=list)
    extra: Facts = field(default_factory=dict)


@dataclass(frozen=True)
class Limits:
    """Bounds on one measurement. Bytes and seconds."""

    wall: float = 60.0
    cpu: int = 60
    resident: int = 1 << 30
    address: int = 6 << 30
    output: int = 64 << 20
    open_files: int = 128


@dataclass(frozen=True)
class Finding:
    """One line of the check list. `value` and `limit` are in `unit`."""

    code: str
    severity: str
    value: float | None = None
    limit: float | None = None
    unit: str = ""
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Verdict:
    """Grade "prints", "care" or "fails", with the findings behind it, worst first."""

    grade: str
    findings: tuple[Finding, ...]
