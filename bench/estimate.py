"""How far the kernel's estimate of material and time is from what PrusaSlicer 2.5 says of the same file.

Run from the root: .venv/bin/python bench/estimate.py [--fit] [--slice]. The slices are those of
../shared/data/slices.csv and, for other files and three more profiles, of bench/slices.csv (the same command; names
and numbers only; of several versions of one part the first and the last; none of less than 0.1 cm³). --slice makes
them again, --fit prints the coefficients that the calibration finds.

The split is by repository: all files of the repositories in slices.csv calibrate, all files of all others test. No
test file, nor another file of its repository, was used for a fitted coefficient. The two of support plastic were
chosen by hand with all files in view, so the rows "support" test nothing unseen. Exit 1 when, on the test files and
the default profile, the median error reaches 15 % in material or 20 % in time; 2 when the data is absent.
"""

import csv
import json
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import fields, replace
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]

import surfaces

from designs.mesh import estimate, sections, supports
from designs.mesh.estimate import TUNED, Settings

OWN = ROOT / "bench" / "slices.csv"
MATERIAL, TIME = 15.0, 20.0
COMMAND = [
    "prusa-slicer", "--export-gcode", "--nozzle-diameter", "0.4", "--filament-diameter", "1.75",
    "--filament-density", "1.24", "--bed-shape", "0x0,300x0,300x300,0x300", "--center", "150,150",
]  # fmt: skip
PROFILES = {
    "default": (Settings(), "--layer-height 0.2 --first-layer-height 0.2 --fill-density 15%"),
    "coarse": (
        Settings(layer_mm=0.3, infill=0.3, perimeters=2, top_layers=4, bottom_layers=3),
        "--layer-height 0.3 --first-layer-height 0.3 --fill-density 30% --perimeters 2 --top-solid-layers 4"
        " --bottom-solid-layers 3",
    ),
    "fine": (
        Settings(layer_mm=0.1, infill=0.2, perimeters=2, top_layers=7, bottom_layers=6),
        "--layer-height 0.1 --first-layer-height 0.2 --fill-density 20% --perimeters 2 --top-solid-layers 7"
        " --bottom-solid-layers 6",
    ),
    "support": (
        Settings(supports=True),
        "--layer-height 0.2 --first-layer-height 0.2 --fill-density 15% --support-material",
    ),
}
FITTED = ("skin", "core_mm2", "external", "inner", "solid", "sparse", "loop_s", "layer_s")
PRIOR = np.array([1.3, 70, 1, 1, 1, 1, 0.3, 0.5])
SPREAD = np.array([0.5, 70, 0.4, 0.4, 0.4, 0.4, 0.5, 2.0])
LEAST = np.array([0.5, 5, 0.3, 0.3, 0.3, 0.3, 0, 0])
MOST = np.array([3, 400, 4, 4, 4, 4, 5, 10])


def shared_slices():
    """{("default", file): (filament mm³, seconds)} of ../shared/data/slices.csv."""
    with (surfaces.DATA / "slices.csv").open(newline="") as handle:
        return {
            ("default", row["file"]): (float(row["filament_cm3"]) * 1000, float(row["estimated_s"]))
            for row in csv.DictReader(handle)
        }


def slices():
    """(those of both tables, the repositories that calibrate); where both have a file, the shared one counts."""
    found = {}
    with OWN.open(newline="") as handle:
        for row in csv.DictReader(handle):
            found[row["profile"], row["file"]] = float(row["filament_cm3"]) * 1000, float(row["seconds"])
    shared = shared_slices()
    return found | shared, {repository(name) for _, name in shared}


def repository(name):
    return "/".join(name.split("/")[:2]) if name.startswith("files/") else name.split("/")[0]


def facts_of(name):
    """The facts that an estimate needs, and the seconds that its terms took."""
    surface = surfaces.together(surfaces.parts(surfaces.DATA / name))
    began = time.perf_counter()
    terms = estimate.terms(surface)
    spent = time.perf_counter() - began
    heights = surface.points[surface.faces][:, :, 2]
    lying = (np.ptp(heights, axis=1) <= 0.05) & (surface.normals[:, 2] < -0.99)
    hanging = (surface.normals[:, 2] < -np.sin(np.radians(45)) - 1e-6) & ~lying
    return {
        "volume_mm3": surfaces.volume(surface),
        "size_mm": np.ptp(surface.points, axis=0).tolist(),
        "overhang_area_mm2": float(surface.areas[hanging].sum()),
        "support_volume_mm3": supports.volume(surface, np.eye(3)),
        "print_terms": terms,
    }, spent


def errors(rows, facts, tuning=TUNED):
    """n x 2: (estimate / slicer - 1) of material and time."""
    found = []
    for (profile, name), (filament, seconds) in rows:
        guess = estimate.estimate(facts[name], PROFILES[profile][0], tuning)
        found.append((guess.filament_mm3 / filament - 1, guess.seconds / seconds - 1))
    return np.array(found)


def fit(rows, facts):
    """Tuning that fits best: log errors, those of other profiles at half weight, drawn towards the plain model."""
    from scipy.optimize import least_squares

    rows = [row for row in rows if row[0][0] != "support"]
    weights = np.array([1.0 if profile == "default" else 0.5 for (profile, _), _ in rows])

    def tuned(values):
        return replace(TUNED, **dict(zip(FITTED, map(float, values), strict=True)))

    def residuals(values):
        logs = np.log1p(errors(rows, facts, tuned(values))) * weights[:, None]
        return np.concatenate([logs.ravel(), 0.15 * (values - PRIOR) / SPREAD])

    best = tuned(least_squares(residuals, PRIOR, bounds=(LEAST, MOST), loss="soft_l1", f_scale=0.15).x)
    low, high = np.percentile(1 / (1 + errors(rows, facts, best)), [5, 95], axis=0)
    return replace(best, grams_range=(low[0], high[0]), seconds_range=(low[1], high[1]))


def seconds_of(words):
    units = {"d": 86400, "h": 3600, "m": 60, "s": 1}
    return sum(int(number) * units[unit] for number, unit in re.findall(r"(\d+)([dhms])", words))


def slice_again(profile, name):
    """(filament cm³, seconds, layers) of one file by the slicer. A file that it cannot read is given to it as STL."""
    path = surfaces.DATA / name
    with tempfile.TemporaryDirectory() as folder:
        if path.suffix.lower() != ".stl":
            surface = surfaces.together(surfaces.parts(path))
            record = np.zeros(len(surface.faces), np.dtype([("n", "<f4", 3), ("v", "<f4", (3, 3)), ("a", "<u2")]))
            record["v"] = surface.points[surface.faces]
            path = Path(folder) / "in.stl"
            path.write_bytes(bytes(80) + np.uint32(len(record)).tobytes() + record.tobytes())
        out = Path(folder) / "out.gcode"
        options = PROFILES[profile][1].split()
        subprocess.run([*COMMAND, *options, "-o", str(out), str(path)], capture_output=True, check=True, timeout=280)
        text = out.read_text(errors="replace")
    filament = re.search(r"^; filament used \[cm3\] = ([\d.]+)", text, re.M)[1]
    spent = re.search(r"^; estimated printing time \(normal mode\) = (.+)$", text, re.M)[1]
    return float(filament), seconds_of(spent), text.count(";LAYER_CHANGE")


def again():
    """Slice every row of bench/slices.csv anew and write the table."""
    with OWN.open(newline="") as handle:
        rows = [(row["profile"], row["file"]) for row in csv.DictReader(handle)]
    with OWN.open("w", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(["profile", "file", "filament_cm3", "seconds", "layers"])
        for profile, name in rows:
            writer.writerow([profile, name, *slice_again(profile, name)])
            print(f"sliced {profile} {name}", flush=True)


def told(label, row, facts, tuning=TUNED):
    """Print one slice and how far the estimate is from it."""
    (profile, name), (filament, seconds) = row
    material, timed = errors([row], facts, tuning)[0] * 100
    print(
        f"{label:12} {profile:8} {name.split('/')[-1][:44]:44} {filament / 1000:8.2f} cm³ {material:+6.1f} %"
        f" {seconds / 60:8.1f} min {timed:+6.1f} %"
    )


def summary(label, found):
    size = np.abs(found) * 100
    middle, most, lean = np.median(size, axis=0), np.percentile(size, 90, axis=0), np.median(found, axis=0) * 100
    shown = [
        f"{name}: median {middle[k]:4.1f} %, p90 {most[k]:5.1f} %, bias {lean[k]:+5.1f} %"
        for k, name in enumerate(("material", "time"))
    ]
    print(f"{label:20} {len(found):3} files  " + "  ".join(shown))
    return middle


def main():
    if not (surfaces.DATA / "slices.csv").is_file():
        print(f"The shared data is absent: {surfaces.DATA}.")
        return 2
    if "--slice" in sys.argv:
        again()
    rows, calibrating = slices()
    sections.warm()
    facts, spent = {}, []
    for name in sorted({name for _, name in rows}):
        facts[name], lasted = facts_of(name)
        spent.append(lasted)
    chosen = [row for row in rows.items() if repository(row[0][1]) in calibrating]
    unseen = [row for row in rows.items() if repository(row[0][1]) not in calibrating]
    tuning = TUNED
    if "--fit" in sys.argv:
        tuning = fit(chosen, facts)
        print("\n".join(f"    {field.name} = {getattr(tuning, field.name)}" for field in fields(tuning)))
    for label, group in (("calibration", chosen), ("TEST", unseen)):
        for row in group:
            told(label, row, facts, tuning)
    medians = {}
    for label, group in (("calibration", chosen), ("TEST", unseen)):
        for profile in PROFILES:
            found = errors([row for row in group if row[0][0] == profile], facts, tuning)
            medians[label, profile] = summary(f"{label} {profile}", found)
    ranges = []
    for (profile, name), (filament, seconds) in unseen:
        guess = estimate.estimate(facts[name], PROFILES[profile][0], tuning)
        grams = filament * PROFILES[profile][0].density_g_cm3 / 1000
        ranges.append(
            (guess.grams_low <= grams <= guess.grams_high, guess.seconds_low <= seconds <= guess.seconds_high)
        )
    inside = np.mean(ranges, axis=0) * 100
    largest = max(len(json.dumps(found["print_terms"])) for found in facts.values())
    print(f"inside the stated range, test files, all profiles: material {inside[0]:.0f} %, time {inside[1]:.0f} %")
    took = f"median {np.median(spent) * 1000:.0f} ms, most {max(spent) * 1000:.0f} ms"
    print(f"print_terms: {took}, {largest} bytes at most")
    material, timed = medians["TEST", "default"]
    good = material < MATERIAL and timed < TIME
    print(f"{'ok' if good else 'BAD'}: targets under {MATERIAL:.0f} % material and {TIME:.0f} % time on unseen files")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
