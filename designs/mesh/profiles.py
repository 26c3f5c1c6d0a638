"""Machines as data: what takes the part, how large, with what; our own, and any that a lab describes."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from designs.mesh import limits
from designs.mesh.limits import Limit

PROCESSES = tuple(limits.LIMITS)
PLA_G_CM3 = 1.24


@dataclass(frozen=True)
class Profile:
    """One machine, set up. `volume_mm` is its bed and height; of a laser the sheet and its thickness.

    `key` is stable and fits in an address. `overrides` are limits by their key, in the table's unit (nozzles: in mm).
    """

    key: str
    name: str
    process: str
    volume_mm: tuple[float, float, float]
    nozzle_mm: float = 0.0
    layer_mm: float = 0.0
    material: str = ""
    density_g_cm3: float = 0.0
    overrides: Mapping[str, float] = field(default_factory=dict)

    @cached_property
    def limits(self) -> dict[str, Limit]:
        """The table's rows for this machine, in mm. Raises KeyError for an override that the table does not have."""
        return limits.resolved(self.process, self.nozzle_mm, self.overrides)


PROFILES: dict[str, Profile] = {
    one.key: one
    for one in (
        Profile("fdm-220", "FDM 220, 0.4 mm, PLA", "fdm", (220.0, 220.0, 250.0), 0.4, 0.2, "PLA", 1.24),
        Profile("fdm-220-petg", "FDM 220, 0.4 mm, PETG", "fdm", (220.0, 220.0, 250.0), 0.4, 0.2, "PETG", 1.27),
        Profile("fdm-180", "FDM 180, 0.4 mm, PLA", "fdm", (180.0, 180.0, 180.0), 0.4, 0.2, "PLA", 1.24),
        Profile("fdm-300", "FDM 300, 0.4 mm, PLA", "fdm", (300.0, 300.0, 400.0), 0.4, 0.2, "PLA", 1.24),
        Profile("fdm-220-06", "FDM 220, 0.6 mm, PLA", "fdm", (220.0, 220.0, 250.0), 0.6, 0.3, "PLA", 1.24),
        Profile("sla-desktop", "SLA 143 × 89, resin", "sla", (143.0, 89.0, 175.0), 0.0, 0.05, "resin", 1.15),
        Profile("sls-nylon", "SLS 165 × 165, nylon PA 12", "sls", (165.0, 165.0, 300.0), 0.0, 0.11, "PA 12", 0.95),
        Profile("laser-600", "Laser 600 × 400, plywood 3 mm", "laser", (600.0, 400.0, 3.0), 0.0, 0.0, "plywood", 0.65),
        Profile("cnc-desktop", "CNC 300 × 180, beech", "cnc", (300.0, 180.0, 45.0), 0.0, 0.0, "beech", 0.72),
    )
}
DEFAULT_FDM = PROFILES["fdm-220"]
DEFAULT_LASER = PROFILES["laser-600"]


def named(key: str) -> Profile:
    """Our own profile of this key, or the default."""
    return PROFILES.get(key, DEFAULT_FDM)


def from_mapping(values: Mapping[str, Any]) -> Profile:
    """A profile from a lab's description: the fields of `Profile`, `overrides` as {limit's key: number}.

    Of a machine for filament that does not say, layers are half a nozzle high and the filament is as dense as PLA.
    Raises ValueError naming the field that is missing, unknown, no number, not positive or of another type.
    """
    known = ("key", "name", "process", "volume_mm", "nozzle_mm", "layer_mm", "material", "density_g_cm3", "overrides")
    if unknown := set(values) - set(known):
        raise ValueError(f"{min(unknown)}: there is no such field")
    process = _text(values, "process")
    if process not in PROCESSES:
        raise ValueError(f"process: one of {', '.join(PROCESSES)}")
    volume = values.get("volume_mm")
    if not isinstance(volume, list | tuple) or len(volume) != 3:
        raise ValueError("volume_mm: three lengths")
    sides = [_number("volume_mm", side, positive=True) for side in volume]
    overrides = values.get("overrides", {})
    if not isinstance(overrides, Mapping):
        raise ValueError("overrides: a limit's key and its value")
    own = {str(key): _number(f"overrides.{key}", value) for key, value in overrides.items()}
    if strange := set(own) - set(limits.LIMITS[process]):
        raise ValueError(f"overrides.{min(strange)}: there is no such limit")
    filament = process == "fdm"
    nozzle = _number("nozzle_mm", values.get("nozzle_mm", 0.0), positive=filament)
    layer, density = (nozzle / 2, PLA_G_CM3) if filament else (0.0, 0.0)
    return Profile(
        key=_text(values, "key"),
        name=_text(values, "name"),
        process=process,
        volume_mm=(sides[0], sides[1], sides[2]),
        nozzle_mm=nozzle,
        layer_mm=_number("layer_mm", values.get("layer_mm", layer), positive=filament),
        material=_text(values, "material", needed=False),
        density_g_cm3=_number("density_g_cm3", values.get("density_g_cm3", density), positive=filament),
        overrides=own,
    )


def _text(values: Mapping[str, Any], name: str, *, needed: bool = True) -> str:
    value = values.get(name, "")
    if not isinstance(value, str) or (needed and not value.strip()):
        raise ValueError(f"{name}: a text")
    return value


def _number(name: str, value: Any, *, positive: bool = False) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
        raise ValueError(f"{name}: a number that is not negative")
    if positive and value == 0:
        raise ValueError(f"{name}: more than zero")
    return float(value)
