"""How far the kernel agrees with admesh, PrusaSlicer and pymeshlab on every mesh of the shared data.

Run from the root: .venv/bin/python bench/oracle.py. A cell agrees when it says what one of the tools says: where they
all say the same, that is the one answer. What disagrees is printed with its reason, and the reason is checked again in
each run; it still counts as a disagreement. Exit 1 below 99 % or with an unexplained cell, 2 when the data is absent.
"""

import csv
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]

import estimate

from designs.mesh import formats, load, sandbox, topology, welding

DATA = Path(os.environ.get("PARTAGE_SHARED") or ROOT.parent / "shared" / "data")
GOAL = 99.0
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


def closed(row):
    """What each tool says: is every edge shared by two faces? Two of them pair the faces of an edge of four."""
    said = [not value for value in numbers(row, "admesh_open_edges")]
    said += [row["ps_manifold"] == "yes"] if row["ps_manifold"] in {"yes", "no"} else []
    for first, second in (("ml_boundary_edges", "ml_nonmanifold_edges"), ("own_open_welded", "own_nonmanifold_welded")):
        both = numbers(row, first, second)
        said += [not any(both)] if len(both) == 2 else []
    return said


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
    said = closed(row)
    if said:
        yield "watertight", facts["watertight"], said[0], facts["watertight"] in said
    for name, ours, keys in (
        (
            "boundary", facts["boundary_edges"],
            ("ml_boundary_edges", "own_open_welded", "admesh_open_edges", "ps_open_edges"),
        ),
        ("non-manifold", facts["non_manifold_edges"], ("ml_nonmanifold_edges", "own_nonmanifold_welded")),
        ("shells", facts["shells"], ("ml_components", "admesh_parts", "ps_parts")),
    ):  # fmt: skip
        theirs = numbers(row, *keys)
        if theirs:
            yield name, ours, theirs[0], ours in theirs


def noise(path, row, rows):
    """The tools do not clear noise about zero; without clearing it, the kernel counts what they count."""
    part = load.load(path, formats.format_of(path.name)).parts[0]
    exact = topology.Surface(*welding.weld(part.points, part.faces, snap=False))
    plain, clear = topology.edges(exact), topology.surface_and_edges(part)[1]
    return plain.boundary in numbers(row, "admesh_open_edges", "ml_boundary_edges") and clear.boundary < plain.boundary


def as_stl(path, row, rows):
    """admesh pairs faces at edges of four, PrusaSlicer welds no AMF; of this plate's STL, pymeshlab says the same."""
    twin = next((other for other in rows if other["file"] == row["file"].rsplit(".", 1)[0] + ".stl"), None)
    if twin is None or numbers(twin, "admesh_facets") != numbers(row, "own_triangles"):
        return False
    surfaces = [topology.surface_and_edges(part) for part in load.load(path, formats.format_of(path.name)).parts]
    ours = sum(topology.shells(edges.around)[1] for _, edges in surfaces)
    return ours in numbers(twin, "ml_components")


REASONS = {
    ("2M2M.STL", "boundary"): noise,
    ("abdomen_visual.STL", "boundary"): noise,
    ("Cyclone_fullPlate.amf", "shells"): as_stl,
}


def print_slices():
    """Errors of the estimates of time and material against slices.csv, whose files calibrate them.

    bench/estimate.py prints those of the files that do not.
    """
    rows = list(estimate.shared_slices().items())
    facts = {name: estimate.facts_of(name)[0] for (_, name), _ in rows}
    for row in rows:
        estimate.told("slices.csv", row, facts)
    estimate.summary("slices.csv", estimate.errors(rows, facts))


def judged(name, facts, path, row, rows, totals):
    """Print one file; returns (cells, cells that agree, cells without a reason)."""
    count = agreed = unexplained = 0
    wrong, why = [], []
    for cell, ours, theirs, agrees in cells(facts, row):
        per = totals.setdefault(cell, [0, 0, 0])
        count, agreed = count + 1, agreed + agrees
        per[0] += agrees
        per[1] += 1
        if agrees:
            continue
        wrong.append(f"{cell}: {ours:g} against {theirs:g}")
        reason = REASONS.get((name, cell))
        if reason and reason(path, row, rows):
            per[2] += 1
            why.append(reason.__doc__)
        else:
            unexplained += 1
            why.append(f"UNEXPLAINED, the tools: {row['disagree'] or row['note'] or row['class']}"[:110])
    print(f"{'ok ' if not wrong else 'BAD'} {name} {'; '.join(wrong)}{' | ' if why else ''}{'; '.join(why)}")
    return count, agreed, unexplained


def main():
    table = DATA / "oracle.csv"
    if not table.is_file():
        print(f"The oracle data is absent: {table} is not there.")
        return 2
    with table.open(newline="") as handle:
        rows = list(csv.DictReader(handle))
    good, total, open_ends, totals = 0, 0, 0, {}
    with sandbox.Warm() as warm:
        for row in rows:
            path = DATA / row["file"]
            name = row["file"].rsplit("/", 1)[-1]
            outcome = warm.measure(path, formats.format_of(path.name) or row["format"], quick=True)
            if outcome.facts is None:
                due = "MUSTFAIL" in name or "unreadable" in row["class"]
                total, good, open_ends = total + 1, good + due, open_ends + (not due)
                print(f"{'ok ' if due else 'BAD'} {name}: refused, {outcome.refusal.sentence}")
                continue
            count, agreed, unexplained = judged(name, outcome.facts, path, row, rows, totals)
            total, good, open_ends = total + count, good + agreed, open_ends + unexplained
    for cell, (agreed, of, explained) in totals.items():
        print(f"{cell:14} {agreed:4} of {of}" + (f", {explained} explained" if explained else ""))
    share = 100.0 * good / max(total, 1)
    print(f"agreement {good} of {total} = {share:.1f} %; without a reason: {open_ends}")
    print_slices()
    return 0 if share >= GOAL and not open_ends else 1


if __name__ == "__main__":
    sys.exit(main())
