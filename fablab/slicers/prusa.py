"""PrusaSlicer, headless: what a part takes in time and material, and the program that a machine runs.

It gets plain STL that the kernel wrote, never a person's file: a 3MF may carry settings, and some of these start
programs. The settings that a lab may choose are in ALLOWED; `post_process` and its like are not.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from designs.mesh.profiles import Profile
from fablab.slicers.fence import NO_FENCE

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = "prusa-slicer"
WALL_SECONDS = 900.0
MOST_LINES = 400
QUALITIES = {"draft": 0.7, "normal": 0.5, "fine": 0.3}
"""Height of a layer as a share of the nozzle, where the machine does not say its own."""
TEMPERATURES = {
    "pla": (205, 60), "petg": (240, 80), "abs": (245, 100), "asa": (250, 100), "tpu": (225, 50), "pc": (270, 110),
    "pa": (260, 90), "nylon": (260, 90), "hips": (235, 100), "pva": (205, 60), "pp": (230, 85),
}  # fmt: skip
"""°C of nozzle and bed by material, the middle of what makers of filament print on their spools."""
ALLOWED = frozenset(
    "layer_height first_layer_height perimeters top_solid_layers bottom_solid_layers fill_density fill_pattern "
    "brim_width skirts skirt_distance support_material support_material_auto support_material_threshold "
    "support_material_buildplate_only raft_layers perimeter_speed external_perimeter_speed infill_speed "
    "solid_infill_speed top_solid_infill_speed first_layer_speed travel_speed bridge_speed gap_fill_speed "
    "small_perimeter_speed support_material_speed nozzle_diameter filament_diameter filament_density temperature "
    "first_layer_temperature bed_temperature first_layer_bed_temperature fan_always_on min_fan_speed max_fan_speed "
    "bed_shape max_print_height gcode_flavor start_gcode end_gcode before_layer_gcode layer_gcode "
    "retract_length retract_speed retract_lift use_relative_e_distances z_offset extrusion_width "
    "machine_max_acceleration_x machine_max_acceleration_y machine_max_acceleration_e machine_max_acceleration_z "
    "machine_max_acceleration_extruding machine_max_acceleration_retracting machine_max_feedrate_x "
    "machine_max_feedrate_y machine_max_feedrate_z machine_max_feedrate_e machine_max_jerk_x machine_max_jerk_y "
    "machine_max_jerk_z machine_max_jerk_e machine_limits_usage seam_position ironing avoid_crossing_perimeters "
    "slowdown_below_layer_time min_print_speed elefant_foot_compensation resolution extrusion_multiplier".split()
)
"""Settings by PrusaSlicer's own names that a lab may choose for its machine. None of them starts a program."""

Span = tuple[float, float]
BED_MM = 0.5
"""So far beyond its bed's edge a machine may be told to go: lines have a width."""

_AXES = re.compile(r" ([XY])(-?[\d.]+)")
_SECONDS = re.compile(r"(\d+)([dhms])")
_UNIT = {"d": 86_400, "h": 3600, "m": 60, "s": 1}
_TIME = re.compile(r"^; estimated printing time \(normal mode\) = (.+)$", re.MULTILINE)
_USED = re.compile(r"^; filament used \[(mm|cm3|g)\] = ([\d., ]+)$", re.MULTILINE)


class SlicerAbsentError(Exception):
    """PrusaSlicer is not installed here, or cannot be shut in."""


class SlicerRefusedError(Exception):
    """It could not slice this: `code` is stable, `str()` what it said, shortened."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True)
class Sliced:
    """Time in s, material in g, mm and mm³, layers; `gcode` is the program. Of several plates none: it is one."""

    seconds: int
    grams: float
    filament_mm: float
    filament_mm3: float
    layers: int
    supports: bool
    gcode: Path


def program() -> str | None:
    """Where the slicer is, if it is."""
    return shutil.which(PROGRAM)


@cache
def version() -> str:
    """ "PrusaSlicer-2.5.0" and the like; nothing where it is not installed."""
    if not (found := program()):
        return ""
    said = subprocess.run([found, "--help"], capture_output=True, text=True, timeout=60, check=False).stdout
    match = re.search(r"PrusaSlicer-[\w.]+", said)
    return match[0] if match else PROGRAM


def settings_for(
    profile: Profile, *, quality: str = "normal", diameter_mm: float = 1.75, own: Mapping[str, object] | None = None
) -> dict[str, str]:
    """What the slicer is told for a machine: its bed and nozzle, the material's heat and density, the quality.

    `own` are the machine's settings and win; those that a lab may not choose are left out (see `checked`).
    """
    x, y, z = profile.volume_mm
    nozzle = profile.nozzle_mm
    layer = QUALITIES[quality] * nozzle
    if quality == "normal" and profile.layer_mm:
        layer = profile.layer_mm
    words = profile.material.casefold().replace("-", " ").split()
    heat, bed = next((TEMPERATURES[word] for word in words if word in TEMPERATURES), TEMPERATURES["pla"])
    told = {
        "bed_shape": f"0x0,{x:g}x0,{x:g}x{y:g},0x{y:g}",
        "max_print_height": f"{z:g}",
        "nozzle_diameter": f"{nozzle:g}",
        "filament_diameter": f"{diameter_mm:g}",
        "filament_density": f"{profile.density_g_cm3:g}",
        "layer_height": f"{layer:.2f}",
        "first_layer_height": f"{max(layer, 0.2 if nozzle >= 0.3 else layer):.2f}",
        "fill_density": "15%",
        "temperature": str(heat),
        "first_layer_temperature": str(heat + 5),
        "bed_temperature": str(bed),
        "first_layer_bed_temperature": str(bed),
        "support_material": "1",
        "support_material_auto": "1",
    }
    return told | checked(own or {})


def checked(own: Mapping[str, object]) -> dict[str, str]:
    """A lab's own settings as text. Raises ValueError naming one that may not be chosen or that is no single line."""
    found = {}
    for name, value in own.items():
        text = str(value)
        if name not in ALLOWED:
            raise ValueError(f"{name}: no such setting, or one that may not be chosen")
        if any(ord(letter) < 32 for letter in text):
            raise ValueError(f"{name}: one line, with \\n where a program has several")
        found[name] = text
    return found


def slice(parts: Sequence[tuple[Path, int]], settings: Mapping[str, str], folder: Path) -> Sliced:
    """Slice plain STL files, each so many times, as one plate. `folder` is empty and this call's own.

    Raises SlicerAbsentError, SlicerRefusedError (too-large, nothing-to-print, timeout, failed) and ValueError.
    """
    found = program()
    if not found:
        raise SlicerAbsentError("PrusaSlicer is not installed")
    (folder / "settings.ini").write_text("".join(f"{name} = {text}\n" for name, text in checked(settings).items()))
    models = []
    for number, (path, count) in enumerate(parts):
        own = folder / f"part-{number}.stl"
        shutil.copyfile(path, own)
        models += [own.name] * count
    (low_x, high_x), (low_y, high_y) = _bed(settings["bed_shape"])
    together = ["--merge"] if len(models) > 1 else []
    arguments = [
        "--load",
        "settings.ini",
        "--center",
        f"{(low_x + high_x) / 2:g},{(low_y + high_y) / 2:g}",
        *together,
        "--loglevel",
        "1",
    ]
    _run(found, [*arguments, "--export-gcode", "-o", "out.gcode", *models], folder)
    room = ((low_x, high_x), (low_y, high_y), (0.0, float(settings.get("max_print_height", "inf"))))
    return _read(folder / "out.gcode", room)


def _bed(shape: str) -> tuple[Span, Span]:
    corners = [tuple(float(one) for one in corner.split("x")) for corner in shape.split(",")]
    xs, ys = [corner[0] for corner in corners], [corner[1] for corner in corners]
    return (min(xs), max(xs)), (min(ys), max(ys))


def _run(found: str, arguments: list[str], folder: Path) -> None:
    environment = {
        "PATH": "/usr/bin:/bin", "HOME": str(folder), "TMPDIR": str(folder), "XDG_RUNTIME_DIR": str(folder),
        "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "PYTHONPATH": str(ROOT), "GDK_BACKEND": "",
    }  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-m", "fablab.slicers.fence", str(folder.resolve()), found, "--datadir", ".", *arguments],
        cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        start_new_session=True, text=True, errors="replace",
    )  # fmt: skip
    try:
        said, _ = process.communicate(timeout=WALL_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise SlicerRefusedError("timeout", "slicing takes longer than is allowed") from error
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    if process.returncode == NO_FENCE:
        raise SlicerAbsentError("PrusaSlicer cannot be shut in on this machine")
    if process.returncode or not (folder / "out.gcode").is_file():
        raise _why(process.returncode, said)


def _why(status: int, said: str) -> SlicerRefusedError:
    lines = [line.strip() for line in said.splitlines() if line.strip() and "[trace]" not in line]
    text = " ".join(lines[-3:])[:MOST_LINES]
    if (
        "outside of the print volume" in said
        or "exceeds the maximum build volume" in said
        or "out of the print" in said
    ):
        return SlicerRefusedError("too-large", text)
    if "no extrusions" in said or "empty" in said.casefold():
        return SlicerRefusedError("nothing-to-print", text)
    if status in {-signal.SIGXCPU, -signal.SIGKILL}:
        return SlicerRefusedError("timeout", "slicing takes longer than is allowed")
    return SlicerRefusedError("failed", text or f"PrusaSlicer ended with {status}")


def _read(gcode: Path, room: tuple[Span, Span, Span]) -> Sliced:
    """What the program's own comments say. Raises SlicerRefusedError where they do not, or where it leaves the bed:
    PrusaSlicer checks that in its window alone.
    """
    layers, supports = 0, False
    tail = ""
    with gcode.open(errors="replace") as lines:
        for line in lines:
            if line.startswith("G1 ") and " E" in line:
                _within(line, room)
            elif line.startswith(";Z:") and float(line[3:]) > room[2][1] + BED_MM:
                raise SlicerRefusedError("too-large", "higher than the machine prints")
            elif line.startswith(";LAYER_CHANGE"):
                layers += 1
            elif line.startswith(";TYPE:Support material"):
                supports = True
            elif line.startswith("; "):
                tail += line
    used = {unit: sum(float(one) for one in text.split(",")) for unit, text in _USED.findall(tail)}
    time = _TIME.search(tail)
    if not time or not {"mm", "cm3"} <= used.keys():
        raise SlicerRefusedError("failed", "PrusaSlicer did not say what it takes")
    seconds = sum(int(number) * _UNIT[unit] for number, unit in _SECONDS.findall(time[1]))
    return Sliced(seconds, used.get("g", 0.0), used["mm"], 1000 * used["cm3"], layers, supports, gcode)


def _within(line: str, room: tuple[Span, Span, Span]) -> None:
    for axis, text in _AXES.findall(line):
        low, high = room["XY".index(axis)]
        if not low - BED_MM <= float(text) <= high + BED_MM:
            raise SlicerRefusedError("too-large", "larger than the machine's bed")
