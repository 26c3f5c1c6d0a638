"""How far the kernel agrees with admesh, PrusaSlicer and pymeshlab on every mesh of the shared data.

Run from the root: .venv/bin/python bench/oracle.py. Exit 1 below 95 %, 2 when the data is absent.
"""

import csv
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from designs.mesh import formats, sandbox

DATA = Path(os.environ.get("PARTAGE_SHARED") or ROOT.parent / "shared" / "data")
GOAL = 95.0
PRINTED = 5e-7  # half the last digit that admesh prints


def numbers(row, *keys):
    found = []
    for key in keys:
        try:
            value = float(row[key])
        except (ValueError, KeyError):
            continue
        if value == value:
            found.append(value)
    return found


def scale_of(facts):
    """Declared units are mm in the facts; the oracle has the file's own unit, or mm."""
    return {1.0, {"cm": 10.0, "m": 1000.0, "inch": 25.4}.get(facts["units"], 1.0)}


def cells(facts, row):
    """(name, ours, theirs, agrees) of one file. A cell that no tool filled is left out."""
    triangles = numbers(row, "own_triangles") or numbers(row, "admesh_facets", "ps_facets", "ml_faces_loaded")
    if triangles:
        yield "triangles", facts["triangles"], triangles[0], facts["triangles"] in triangles
    for axis, name in enumerate("xyz"):
        sizes = numbers(row, f"admesh_size_{name}", f"ps_size_{name}", f"ml_size_{name}")
        ours = facts["size_mm"][axis]
        if sizes:
            good = any(abs(ours / s - their) <= 0.01 for their in sizes for s in scale_of(facts))
            yield f"size {name}", ours, sizes[0], good
    admesh = numbers(row, "admesh_signed_volume")
    other = numbers(row, "ml_signed_volume") or numbers(row, "own_signed_volume") or numbers(row, "ps_volume")
    volumes = admesh + other
    agree = len(volumes) > 1 and abs(volumes[0] - volumes[1]) <= 0.001 * abs(volumes[1])
    if volumes and (agree or len(volumes) == 1):
        ours = facts["volume_mm3"]
        good = any(abs(ours / s**3 - v) <= 0.001 * abs(v) + PRINTED for v in volumes for s in scale_of(facts))
        yield "volume", ours, volumes[0], good
    for name, ours, keys in (
        ("boundary", facts["boundary_edges"], ("ml_boundary_edges", "own_open_welded")),
        ("non-manifold", facts["non_manifold_edges"], ("ml_nonmanifold_edges", "own_nonmanifold_welded")),
        ("shells", facts["shells"], ("ml_components", "admesh_parts")),
    ):
        theirs = numbers(row, *keys)
        if theirs:
            yield name, ours, theirs[0], ours in theirs


def main():
    table = DATA / "oracle.csv"
    if not table.is_file():
        print(f"The oracle data is absent: {table} is not there.")
        return 2
    good, total, totals = 0, 0, {}
    with sandbox.Warm() as warm, table.open(newline="") as handle:
        for row in csv.DictReader(handle):
            path = DATA / row["file"]
            name = row["file"].rsplit("/", 1)[-1]
            outcome = warm.measure(path, formats.format_of(path.name) or row["format"], quick=True)
            if outcome.facts is None:
                due = "MUSTFAIL" in name or "unreadable" in row["class"]
                total, good = total + 1, good + due
                print(f"{'ok ' if due else 'BAD'} {name}: refused, {outcome.refusal.sentence}")
                continue
            wrong = []
            for cell, ours, theirs, agrees in cells(outcome.facts, row):
                total, good = total + 1, good + agrees
                per = totals.setdefault(cell, [0, 0])
                per[0] += agrees
                per[1] += 1
                if not agrees:
                    wrong.append(f"{cell}: {ours:g} against {theirs:g}")
            why = f" [{row['disagree'] or row['note'] or row['class']}]"[:110] if wrong else ""
            print(f"{'ok ' if not wrong else 'BAD'} {name} {'; '.join(wrong)}{why}")
    for cell, (agreed, of) in totals.items():
        print(f"{cell:14} {agreed:4} of {of}")
    share = 100.0 * good / max(total, 1)
    print(f"agreement {good} of {total} = {share:.1f} %")
    return 0 if share >= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
