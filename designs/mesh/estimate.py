"""Material and time of a print by filament, from facts alone: a shell as thick as the walls allow, and infill.

`terms` is measured once; `estimate` is arithmetic on it for any settings. `bench/estimate.py` says how far it is from
PrusaSlicer and on which files it was calibrated.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from designs.mesh import probes, rays, sections
from designs.mesh.types import Facts, Floats, Points, Surface

LEVELS = 24
RAYS = 12_000
GROUPS = 10
SLOPES = (-0.95, -0.6, -0.15, 0.15, 0.6, 0.95)
SKIRT_GAP = 6.0
SUPPORT_FILL = 0.1
SUPPORT_FACE = 1.2
SUPPORT_SLOWER = 2.2


@dataclass(frozen=True)
class Settings:
    """How it is printed. Lengths in mm, speeds in mm/s, shares from 0 to 1. Defaults: PrusaSlicer 2.5, no profile."""

    layer_mm: float = 0.2
    nozzle_mm: float = 0.4
    perimeters: int = 3
    top_layers: int = 3
    bottom_layers: int = 3
    infill: float = 0.15
    density_g_cm3: float = 1.24
    supports: bool = False
    skirt: bool = True
    external_mm_s: float = 30.0
    perimeter_mm_s: float = 60.0
    infill_mm_s: float = 80.0
    solid_mm_s: float = 20.0
    support_mm_s: float = 60.0
    least_layer_s: float = 5.0

    @property
    def width_mm(self) -> float:
        """Width of an extruded line: 1.125 x the nozzle, as slicers choose it."""
        return 1.125 * self.nozzle_mm


@dataclass(frozen=True)
class Tuning:
    """What `bench/estimate.py --fit` found: factors on the plain model, seconds a line and a layer, and the ranges.

    `core_mm2` is the section of a core that is half filled solid: PrusaSlicer fills what is below 70 mm² an island.
    """

    skin: float = 1.07
    core_mm2: float = 41.6
    external: float = 1.12
    inner: float = 1.13
    solid: float = 0.88
    sparse: float = 1.38
    loop_s: float = 0.95
    layer_s: float = 1.07
    grams_range: tuple[float, float] = (0.87, 1.14)
    seconds_range: tuple[float, float] = (0.8, 1.29)


TUNED = Tuning()


@dataclass(frozen=True)
class Estimate:
    """Filament and time, with ranges that held 90 % of the calibrating files and some 80 % of all others."""

    filament_mm3: float
    grams: float
    seconds: float
    grams_low: float
    grams_high: float
    seconds_low: float
    seconds_high: float


def terms(surface: Surface, scene: rays.Scene | None = None) -> Facts:
    """The `print_terms` of a part standing along z: under 2 kB, every length, area and count that `estimate` needs.

    `slope_area_mm2` and `slope_up` (z of the normal) are by slope, from facing down to facing up; `slope_wall_mm` are
    the walls under each, ten groups of equal area, thinnest first. The rest are sections at the middle of 24 slabs.
    """
    areas, outlines, islands, loops = sections.sections(surface, LEVELS)
    scene = scene or rays.Scene(surface)
    places, chosen = probes.spread(surface, max(min(RAYS, scene.affordable), probes.LEAST))
    widest = float(np.ptp(surface.points, axis=0).max()) if len(surface.points) else 0.0
    walls = np.minimum(_material(surface, places, chosen, scene), widest) if len(places) else np.empty(0)
    up = surface.normals[chosen][:, 2] if len(places) else np.empty(0)
    share = float(surface.areas.sum()) / max(len(places), 1)
    slope = np.searchsorted(SLOPES, up)
    slope_area, slope_up, slope_wall = [], [], []
    for each in range(len(SLOPES) + 1):
        mine = np.sort(walls[slope == each])
        groups = np.array_split(mine, GROUPS) if len(mine) >= GROUPS else []
        slope_area.append(_short(share * len(mine)))
        slope_up.append(round(float(up[slope == each].mean()), 3) if len(mine) else 0.0)
        slope_wall.append([_short(float(group.mean())) for group in groups] or [_short(w) for w in mine])
    return {
        "slope_area_mm2": slope_area,
        "slope_up": slope_up,
        "slope_wall_mm": slope_wall,
        "section_area_mm2": [_short(v) for v in areas],
        "section_outline_mm": [_short(v) for v in outlines],
        "islands": islands.tolist(),
        "loops": loops.tolist(),
    }


def _material(surface: Surface, places: Points, chosen: NDArray[np.int64], scene: rays.Scene) -> Floats:
    """Material under each place along the inward normal of its triangle, in mm; infinite where the ray leaves."""
    inward = -surface.normals[chosen]
    return scene.cast(places + scene.step * inward, inward)[1] + scene.step


def _short(value: float) -> float:
    return float(f"{value:.4g}")


@dataclass(frozen=True)
class Volumes:
    """mm³ of plastic by kind of line."""

    external: float
    inner: float
    solid: float
    sparse: float
    support: float
    skirt: float

    @property
    def total(self) -> float:
        return self.external + self.inner + self.solid + self.sparse + self.support + self.skirt


def _shell(found: Facts, settings: Settings) -> tuple[float, float, float]:
    """mm³ of outer lines, inner lines and solid skin. No wall takes more than half its thickness from either side."""
    width = settings.width_mm
    band = settings.perimeters * width
    above, below = settings.top_layers * settings.layer_mm, settings.bottom_layers * settings.layer_mm
    outer = all_lines = skin = 0.0
    for area, up, walls in zip(found["slope_area_mm2"], found["slope_up"], found["slope_wall_mm"], strict=True):
        side = math.sqrt(max(1.0 - up * up, 0.0))
        deep = (above if up > 0 else below) * abs(up)
        share = area / max(len(walls), 1)
        for wall in walls:
            half = wall / 2.0
            around = min(band * side, half)
            outer += share * min(width * side, half)
            all_lines += share * around
            skin += share * max(min(deep, half) - around, 0.0)
    return outer, all_lines - outer, skin


def _support(facts: Facts) -> float:
    """mm³ of support: a sparse fill, and a dense face under each overhang. Slicers leave out what they can bridge."""
    return SUPPORT_FILL * float(facts["support_volume_mm3"]) + SUPPORT_FACE * float(facts["overhang_area_mm2"])


def volumes(facts: Facts, settings: Settings, tuning: Tuning = TUNED) -> Volumes:
    """Plastic by kind of line, in mm³. Raises KeyError when the facts have no `print_terms`.

    An open surface has no volume of its own; what it adds up to counts as far as it fits into its box.
    """
    found = facts["print_terms"]
    width, depth, height = facts["size_mm"]
    volume = min(abs(facts["volume_mm3"]), width * depth * height)
    outer, inner, skin = _shell(found, settings)
    outer = min(outer, volume)
    inner = min(inner, volume - outer)
    skin = min(skin * tuning.skin, volume - outer - inner)
    core = volume - outer - inner - skin
    levels = list(zip(found["section_area_mm2"], found["islands"], strict=True))
    whole = sum(area for area, _ in levels)
    full = 0.0
    for area, islands in levels:
        if whole > 0 and area > 0:
            section = core * area / whole * len(levels) / (height * max(islands, 1))
            full += core * area / whole / (1.0 + (section / tuning.core_mm2) ** 2)
    around = 2 * (width + depth) + 2 * math.pi * SKIRT_GAP
    return Volumes(
        external=outer,
        inner=inner,
        solid=skin + full,
        sparse=(core - full) * settings.infill,
        support=_support(facts) if settings.supports else 0.0,
        skirt=around * 2 * settings.nozzle_mm * settings.layer_mm if settings.skirt else 0.0,
    )


def seconds(facts: Facts, settings: Settings, plastic: Volumes, tuning: Tuning = TUNED) -> float:
    """Time of the print: lines by their speed, a little for each line of a loop and each layer."""
    found = facts["print_terms"]
    line = settings.width_mm * settings.layer_mm
    moving = (
        tuning.external * plastic.external / settings.external_mm_s
        + tuning.inner * plastic.inner / settings.perimeter_mm_s
        + tuning.solid * plastic.solid / settings.solid_mm_s
        + tuning.sparse * plastic.sparse / settings.infill_mm_s
    ) / line
    areas, loops = found["section_area_mm2"], found["loops"]
    layers = max(math.ceil(facts["size_mm"][2] / settings.layer_mm - 1e-6), 1)
    whole = sum(areas)
    each = layers / max(len(areas), 1)
    lines = (plastic.external + plastic.inner) / plastic.external if plastic.external > 0 else 1.0
    total = 0.0
    for area, count in zip(areas, loops, strict=True):
        taken = moving * area / whole / each if whole > 0 else moving / layers
        total += each * max(taken + tuning.loop_s * count * lines + tuning.layer_s, settings.least_layer_s)
    return (
        total
        + SUPPORT_SLOWER * plastic.support / (line * settings.support_mm_s)
        + plastic.skirt / (line * settings.external_mm_s)
    )


def estimate(facts: Facts, settings: Settings, tuning: Tuning = TUNED) -> Estimate:
    """Filament and time of a part as it stands. Raises KeyError when the facts have no `print_terms`."""
    plastic = volumes(facts, settings, tuning)
    grams = plastic.total * settings.density_g_cm3 / 1000.0
    time = seconds(facts, settings, plastic, tuning)
    light, heavy = tuning.grams_range
    quick, slow = tuning.seconds_range
    return Estimate(plastic.total, grams, time, grams * light, grams * heavy, time * quick, time * slow)
