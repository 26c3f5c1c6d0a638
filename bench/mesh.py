"""How fast the kernel is, against PrusaSlicer, admesh and the floor, on the largest real STL files of the shared data.

Run from the root: .venv/bin/python bench/mesh.py [--full] [--cpu]. Medians of five, both sides in turn in one run.
Exit 1 when a goal is missed, 2 when the data or a program is absent.

  quick   python -m designs.mesh --quick FILE... against prusa-slicer --info FILE..., start-up included: 0.7 x
  warm    load + topology + geometry of binary STL against the whole admesh process: 1.0 x each, 0.7 x over all,
          3 million triangles a second; and how far that is from reading a file and sorting its vertices, the floor
  growth  100k, 500k and 2M triangles as time per million: linear, but for the caches of the processor: 2 x
  full    (--full) everything through the sandbox: 500k triangles in 12 s and 1.2 GiB, 20k in 1.5 s
"""

import gzip
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import numpy as np

from designs.mesh import load, measure, sandbox, warm
from designs.mesh.types import Limits

DATA = Path(os.environ.get("PARTAGE_SHARED") or ROOT.parent / "shared" / "data")
FACET = np.dtype([("normal", "<f4", 3), ("points", "<f4", (3, 3)), ("attribute", "<u2")])
FILES, TURNS = 12, 5
QUICK, EACH, ALL, RATE, GROWTH = 0.7, 1.0, 0.7, 3e6, 2.0
LARGE_SECONDS, LARGE_BYTES, SMALL_SECONDS = 12.0, 1.2 * (1 << 30), 1.5


class Goals:
    """What was promised, and whether it was kept."""

    def __init__(self):
        self.missed = []

    def hold(self, name, value, limit, at_least=False):
        kept = value >= limit if at_least else value <= limit
        self.missed += [] if kept else [name]
        return f"{'ok ' if kept else 'BAD'} {name}: {value:.2f} (goal {'>=' if at_least else '<='} {limit:g})"


def real_stl():
    """Every real STL file, the largest first."""
    found = [path for folder in ("files", "history") for path in (DATA / folder).rglob("*")]
    return sorted((path for path in found if path.suffix.lower() == ".stl"), key=lambda path: -path.stat().st_size)


def is_binary(path):
    with path.open("rb") as handle:
        head = handle.read(84)
    return path.stat().st_size == 84 + 50 * int.from_bytes(head[80:84], "little")


def clock():
    """Wall time; with --cpu, processor time of this process and of those it waited for (the machine is busy)."""
    if "--cpu" not in sys.argv:
        return time.perf_counter()
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def seconds(job):
    begun = clock()
    job()
    return clock() - begun


def wall_seconds(job):
    """For work of a process that lives on: its processor time is not known here."""
    begun = time.perf_counter()
    job()
    return time.perf_counter() - begun


def in_turn(*jobs):
    """The median seconds of each job, run one after the other five times."""
    taken = [[seconds(job) for job in jobs] for _ in range(TURNS)]
    return [statistics.median(column) for column in zip(*taken, strict=True)]


def program(*arguments):
    return lambda: subprocess.run([str(item) for item in arguments], capture_output=True, cwd=ROOT, check=False)


def facts(path):
    return measure.facts_of(load.load(path, "stl"), "stl")


def floor(path):
    """Read a binary STL and sort its vertices by 64 bits of each."""
    data = path.read_bytes()
    bits = np.ascontiguousarray(np.frombuffer(data, FACET, -1, 84)["points"]).reshape(-1, 3).view(np.uint32)
    return np.sort(bits[:, 0].astype(np.uint64) << np.uint64(32) | (bits[:, 1] ^ bits[:, 2]))


def quick(goals):
    files = real_stl()[:FILES]
    ours = program(sys.executable, "-m", "designs.mesh", "--quick", *files)
    ours()
    singly = [program("prusa-slicer", "--info", path) for path in files]
    taken, theirs, apart = in_turn(ours, program("prusa-slicer", "--info", *files), lambda: [job() for job in singly])
    print(f"quick: {FILES} files {taken:.2f} s; prusa-slicer --info {theirs:.2f} s, a process for each {apart:.2f} s")
    print("  " + goals.hold("quick against prusa-slicer --info, one process for all", taken / theirs, QUICK))
    print(f"  against a process of prusa-slicer for each file: {taken / apart:.2f} x")


def against_admesh(goals):
    print("warm: ms a file, and ms a million triangles")
    files = [path for path in real_stl() if is_binary(path)][:FILES]
    sums, count, worst = np.zeros(3), 0, 0.0
    for path in files:
        triangles = facts(path)["triangles"]
        taken = in_turn(lambda path=path: facts(path), program("admesh", path), lambda path=path: floor(path))
        ratio = taken[0] / taken[1]
        sums, count, worst = sums + taken, count + triangles, max(worst, ratio)
        ours, admesh, least = (1e3 * value for value in taken)
        print(
            f"  {path.name[:32]:32} {triangles:7} triangles {ours:6.1f} ms ({1e6 * ours / triangles:4.0f}) "
            f"admesh {admesh:6.1f} ms = {ratio:.2f} x; floor {least:5.1f} ms = {ours / least:.1f} x"
        )
    print("  " + goals.hold("against admesh on the worst file", worst, EACH))
    print("  " + goals.hold("against admesh over all files", sums[0] / sums[1], ALL))
    print("  " + goals.hold("million triangles a second", count / sums[0] / 1e6, RATE / 1e6, at_least=True))
    print(f"  {sums[0] / sums[2]:.1f} x the floor (read the file, sort its vertices)")


def torus(path, triangles):
    """Write a wavy torus as binary STL: closed, one handle."""
    around = round((triangles / 4) ** 0.5)
    across = triangles // 2 // around
    u, v = np.meshgrid(np.linspace(0, 2 * np.pi, across + 1), np.linspace(0, 2 * np.pi, around + 1), indexing="ij")
    small = 20 + np.sin(9 * u) * np.cos(7 * v)
    points = np.stack([(60 + small * np.cos(v)) * np.cos(u), (60 + small * np.cos(v)) * np.sin(u), small * np.sin(v)])
    points[:, -1], points[:, :, -1] = points[:, 0], points[:, :, 0]
    a, b, c, d = (
        points[:, x : x + across, y : y + around].reshape(3, -1).T for x, y in ((0, 0), (1, 0), (1, 1), (0, 1))
    )
    facets = np.zeros(2 * len(a), FACET)
    facets["points"][0::2] = np.stack([a, b, c], axis=1)
    facets["points"][1::2] = np.stack([a, c, d], axis=1)
    path.write_bytes(b"a torus".ljust(80) + len(facets).to_bytes(4, "little") + facets.tobytes())
    return len(facets)


def growth(goals, folder):
    per_million = []
    for size in (100_000, 500_000, 2_000_000):
        path = folder / f"{size}.stl"
        count = torus(path, size)
        found = facts(path)
        if found["genus"] != 1 or not found["solid"]:
            raise ValueError("a torus is a torus")
        taken, least = in_turn(lambda path=path: facts(path), lambda path=path: floor(path))
        per_million.append(1e9 * taken / count)
        print(f"growth: {count:8} triangles {1e3 * taken:7.1f} ms = {per_million[-1]:4.0f} ms/Mtri; "
              f"{taken / least:.1f} x the floor")  # fmt: skip
    print("  " + goals.hold("time per million, 2M against 100k", per_million[-1] / per_million[0], GROWTH))


def everything(goals, folder):
    """Through the sandbox with pictures; the peak is of the largest child that this process waited for."""
    large, small = folder / "large.stl", folder / "small.stl"
    with gzip.open(DATA / "derived" / "openflexure_all_parts_plate.stl.gz") as packed, large.open("wb") as plain:
        shutil.copyfileobj(packed, plain)
    torus(small, 20_000)
    limits = Limits(resident=4 << 30, address=16 << 30)
    for name, path, limit in (("20k", small, SMALL_SECONDS), ("500k", large, LARGE_SECONDS)):
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        with sandbox.Warm() as worker, tempfile.TemporaryDirectory() as out:
            worker.measure(DATA / "hostile" / "stl_good_cube.stl", "stl", out=Path(out))
            turns = 1 if name == "500k" else TURNS
            job = partial(worker.measure, path, "stl", out=Path(out), limits=limits)
            taken = statistics.median(wall_seconds(job) for _ in range(turns))
            outcome = job()
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        kept = ", ".join(sorted(outcome.pictures)) or "no pictures"
        print(f"full: {name}: {kept}; warnings {(outcome.facts or {}).get('warnings')}")
        print("  " + goals.hold(f"everything of {name} triangles, s", taken, limit))
        if name == "500k":
            print("  " + goals.hold("peak resident, GiB", max(before, peak) / (1 << 20), LARGE_BYTES / (1 << 30)))


def main():
    absent = [name for name in ("admesh", "prusa-slicer") if not shutil.which(name)]
    if absent or not DATA.is_dir():
        print(f"Absent: {', '.join(absent) or DATA}")
        return 2
    goals = Goals()
    warm.quick()
    quick(goals)
    against_admesh(goals)
    with tempfile.TemporaryDirectory() as folder:
        growth(goals, Path(folder))
        if "--full" in sys.argv:
            everything(goals, Path(folder))
    print("missed: " + ("; ".join(goals.missed) or "nothing"))
    return 1 if goals.missed else 0


if __name__ == "__main__":
    sys.exit(main())
