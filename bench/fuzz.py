"""Mutations of real files, and of files made to do harm: do all end in facts or a sentence, in 10 s and 1 GiB?

Run from the root: .venv/bin/python bench/fuzz.py [--count 2000] [--seed N] [--jobs 2] [--keep FOLDER].
Exit 1 when a file gave no answer, took longer than 10 s or needed more than 1 GiB; 2 when the data is absent.
"""

import argparse
import io
import os
import random
import sys
import tempfile
import time
import zipfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from designs.mesh import formats, sandbox
from designs.mesh.types import Limits
from tests.designs.mesh import nasty

DATA = Path(os.environ.get("PARTAGE_SHARED") or ROOT.parent / "shared" / "data")
LARGEST = 300_000
SECONDS = 10.0
ODD_BYTES = (b"\0\0\0\0", b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f", b"\0\0\xc0\x7f", b"\0\0\x80\x7f", b"\0\0\0\x80")
ODD_WORDS = (b"nan", b"-inf", b"1e999", b"-1", b"99999999999999999999", b"0", b"1e-320", b"%s", b"\xc3\x28", b"<", b'"')
PICTURES_EACH = 5
FATAL = {"out-of-memory", "abandoned"}


def corpus():
    """(name, format, bytes) of every small real file that the kernel reads, of the hostile set, of what tests make."""
    found = []
    for folder in ("files", "hostile"):
        for path in sorted((DATA / folder).rglob("*")):
            kind = formats.format_of(path.name)
            if kind and kind != "scad" and path.is_file() and path.stat().st_size <= LARGEST:
                found.append((path.name, kind, path.read_bytes()))
    for name, (kind, make) in nasty.FILES.items():
        if kind != "scad" and len(data := make()) <= LARGEST:
            found.append((name, kind, data))
    return found


def mutate(data, chance, depth=0):
    """One to four changes: bytes flipped, cut out, doubled, moved, replaced by odd numbers or odd words."""
    if depth == 0 and data[:2] == b"PK" and chance.random() < 0.7:
        return mutate_zip(data, chance)
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 1, 2, 2, 3, 4))):
        size = len(changed)
        at = chance.randrange(size + 1)
        span = min(size - at, chance.choice((1, 2, 4, 16, 50, 84, 500, 5000)))
        match chance.randrange(8):
            case 0 if size:
                changed[at % size] ^= 1 << chance.randrange(8)
            case 1:
                del changed[at : at + span]
            case 2:
                changed[at:at] = changed[at : at + span] * chance.choice((1, 2, 50))
            case 3:
                del changed[at:]
            case 4:
                odd = chance.choice(ODD_BYTES)
                changed[at : at + len(odd)] = odd
            case 5:
                words = chance.choice(ODD_WORDS)
                end = at
                while end < size and end - at < 40 and changed[end : end + 1] not in b" \t\r\n\"'<>,;/=":
                    end += 1
                changed[at:end] = words
            case 6:
                changed[at : at + span] = chance.randbytes(span)
            case _:
                piece = changed[at : at + span]
                to = chance.randrange(size + 1)
                changed[to:to] = piece
    return bytes(changed)


def mutate_zip(data, chance):
    """The same inside one entry of a ZIP, packed again."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            entries = [(entry.filename, packed.read(entry)) for entry in packed.infolist()[:50]]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError, MemoryError):
        return mutate(data, chance, 1)
    victim = chance.randrange(len(entries)) if entries else -1
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for number, (name, content) in enumerate(entries):
            packed.writestr(name, mutate(content, chance, 1) if number == victim else content)
    return made.getvalue()


def attack(share, files, seed, keep):
    """Measure mutation after mutation in one warm process. Returns outcomes by code, the slowest, the failures."""
    told, slowest, failures = Counter(), (0.0, ""), []
    limits = Limits(wall=SECONDS, cpu=int(SECONDS) + 1)
    with sandbox.Warm() as warm, tempfile.TemporaryDirectory() as folder:
        warm.measure(DATA / "hostile" / "stl_good_cube.stl", "stl")
        for number in share:
            chance = random.Random(f"{seed}/{number}")
            name, kind, data = chance.choice(files)
            path = Path(folder) / f"mutated.{kind}"
            path.write_bytes(mutate(data, chance))
            out = Path(folder) if number % PICTURES_EACH == 0 else None
            begun = time.monotonic()
            outcome = warm.measure(path, kind, out=out, quick=out is None, limits=limits)
            took = time.monotonic() - begun
            code = outcome.refusal.code if outcome.refusal else "facts"
            told[code] += 1
            slowest = max(slowest, (took, f"{number} {name}"))
            warnings = (outcome.facts or {}).get("warnings", [])
            lost = next((w for w in warnings if w.startswith("not all was measured: ")), "")
            failed = code in FATAL or took >= SECONDS
            if failed or code in {"crashed", "timeout"} or lost:
                print(f"{number} {name}: {code} {lost} after {took:.1f} s", flush=True)
                if keep:
                    (keep / f"{seed}-{number}-{code}.{kind}").write_bytes(path.read_bytes())
            if failed:
                failures.append(number)
    return told, slowest, failures


def main():
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--count", type=int, default=2000)
    words.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**9))
    words.add_argument("--first", type=int, default=0, help="number of the first mutation, to try one again")
    words.add_argument("--jobs", type=int, default=2)
    words.add_argument("--keep", type=Path, help="write the files that went wrong here")
    asked = words.parse_args()
    if not DATA.is_dir():
        print(f"The shared data is absent: {DATA} is not there.")
        return 2
    files = corpus()
    if asked.keep:
        asked.keep.mkdir(parents=True, exist_ok=True)
    print(f"seed {asked.seed}, {asked.count} mutations of {len(files)} files", flush=True)
    begun = time.monotonic()
    shares = [range(asked.first + i, asked.first + asked.count, asked.jobs) for i in range(asked.jobs)]
    with ThreadPoolExecutor(asked.jobs) as pool:
        done = list(pool.map(lambda share: attack(share, files, asked.seed, asked.keep), shares))
    told = sum((one[0] for one in done), Counter())
    for code, count in told.most_common():
        print(f"{count:7} {code}")
    failures = [number for one in done for number in one[2]]
    took, which = max(one[1] for one in done)
    print(f"slowest {took:.2f} s ({which}); {time.monotonic() - begun:.0f} s in all")
    print(f"seed {asked.seed}, count {asked.count}: {len(failures)} without an answer in time and memory")
    return 1 if failures or sum(told.values()) != asked.count else 0


if __name__ == "__main__":
    sys.exit(main())
