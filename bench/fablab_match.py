"""Finding the labs that can make a design, among 10,000 labs and 60,000 machines.

Run from the root: .venv/bin/python bench/fablab.py match [--labs N] [--questions N]. The data are made, always the
same: labs about 400 towns, machines of the catalogue, six a lab on average; a twentieth of the labs stands alone
somewhere. A question is a design of one to four parts and a place: near labs (3 of 5), anywhere on the globe (1 of 5),
or with a part so large that few machines take it (1 of 5); a third of them names a distance. The answer is the 50
nearest labs where each part fits a machine that works.

The peer is what one writes first: read every machine that works with its lab, try each part in all six ways that it
can lie, measure each distance, sort. Its answers are compared with ours. SQLite, or what PARTAGE_BENCH_DATABASE_URL
names (an empty database). Exit 1 where an answer differs or 95 % take more than 50 ms.
"""

import itertools
import math
import os
import random
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LEAST_MS = 50.0
MOST = 50
COMPARED = 25


def main(arguments):
    """Make the data, ask, compare. Returns the exit code."""
    labs, questions = _option(arguments, "--labs", 10_000), _option(arguments, "--questions", 400)
    with tempfile.TemporaryDirectory(prefix="partage-match-") as folder:
        os.environ["PARTAGE_DATA"] = folder
        os.environ["PARTAGE_DATABASE_URL"] = os.environ.get(
            "PARTAGE_BENCH_DATABASE_URL", f"sqlite:///{folder}/db.sqlite3"
        )
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
        sys.path[0] = str(ROOT)
        import django
        from django.core.management import call_command
        from django.db import connection

        django.setup()
        call_command("migrate", verbosity=0)
        rng = random.Random(6)
        made = _data(rng, labs)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        print(f"{connection.vendor}: {labs:,} labs, {made:,} machines, {questions} questions")
        return _race([_question(rng) for _ in range(questions)])


def _race(asked):
    from fablab.finding import labs_for

    for parts, near in asked[:5]:
        labs_for(parts, near=near, most=MOST)
    took, busy, answers = [], [], []
    for parts, near in asked:
        began, worked = time.perf_counter(), time.process_time()
        found = labs_for(parts, near=near, most=MOST)
        took.append((time.perf_counter() - began) * 1000)
        busy.append((time.process_time() - worked) * 1000)
        answers.append([one.lab.pk for one in found])
    step = max(len(asked) // COMPARED, 1)
    peer, wrong = [], 0
    for at in range(0, len(asked), step):
        began = time.perf_counter()
        naive = _naive(*asked[at])
        peer.append((time.perf_counter() - began) * 1000)
        wrong += naive != answers[at]
    ours, theirs = _quantile(took, 0.95), _quantile(peer, 0.95)
    print(f"labs found: {sum(map(len, answers)) / len(answers):.1f} on average, none {answers.count([])} times")
    print(f"ours   p50 {_quantile(took, 0.5):7.1f} ms   p95 {ours:7.1f} ms   slowest {max(took):7.1f} ms")
    print(f"  of it processor p50 {_quantile(busy, 0.5):.1f} ms   p95 {_quantile(busy, 0.95):.1f} ms")
    print(f"naive  p50 {_quantile(peer, 0.5):7.1f} ms   p95 {theirs:7.1f} ms   ({len(peer)} of them)")
    print(f"ratio at p95: {theirs / ours:.0f} times faster; {wrong} of {len(peer)} answers differ")
    return 1 if wrong or ours > LEAST_MS else 0


def _naive(parts, near):
    from fablab.models import Machine

    able, place = {}, {}
    rows = Machine.objects.working().select_related("lab").only(
        "process", "x_mm", "y_mm", "z_mm", "nozzle_mm", "state", "lab__latitude", "lab__longitude"
    )  # fmt: skip
    for machine in rows:
        place[machine.lab_id] = (machine.lab.latitude, machine.lab.longitude)
        for number, part in enumerate(parts):
            if _prints(machine, part):
                able.setdefault(machine.lab_id, set()).add(number)
    ready = [pk for pk, made in able.items() if len(made) == len(parts)]
    far = sorted((_haversine((near.latitude, near.longitude), place[pk]), pk) for pk in ready)
    return [pk for km, pk in far if not near.km or km <= near.km][:MOST]


def _prints(machine, part):
    if machine.process not in {
        "material-extrusion", "vat-photopolymerisation", "powder-bed-fusion", "cnc-milling", "precision-milling",
    }:  # fmt: skip
        return False
    if machine.process == "material-extrusion" and part.wall is not None and part.wall < (machine.nozzle_mm or 0.4):
        return False
    room = (machine.x_mm, machine.y_mm, machine.z_mm)
    return any(
        all(side <= limit + 0.001 for side, limit in zip(way, room, strict=True))
        for box in part.boxes
        for way in itertools.permutations(box)
    )


def _haversine(here, there):
    lat1, lon1, lat2, lon2 = map(math.radians, (*here, *there))
    half = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * 6371.0088 * math.asin(min(math.sqrt(half), 1.0))


def _data(rng, count):
    """Labs and machines, straight into the tables."""
    from fablab.catalogue import catalogue
    from fablab.models import Lab, Machine

    towns = [(rng.uniform(-45, 65), rng.uniform(-180, 180)) for _ in range(400)]
    labs = []
    for number in range(count):
        lat, lon = rng.choice(towns) if number % 20 else (rng.uniform(-60, 70), rng.uniform(-180, 180))
        lat, lon = lat + rng.gauss(0, 0.15), (lon + rng.gauss(0, 0.2) + 180) % 360 - 180
        labs.append(Lab(slug=f"lab-{number}", name=f"Lab {number}", latitude=lat, longitude=lon))
    labs = Lab.objects.bulk_create(labs, batch_size=500)
    kinds = list(catalogue().values())
    machines = []
    for number in range(count * 6):
        kind = rng.choice(kinds)
        state = rng.choices(["ready", "in_use", "maintenance", "broken"], [70, 15, 10, 5])[0]
        lab = labs[number % count if number < count else rng.randrange(count)]
        facts = {name: value for name, value in kind.facts.items() if name != "name"}
        machines.append(Machine(lab=lab, slug=f"m{number}", name=kind.name, state=state, **facts))
    return len(Machine.objects.bulk_create(machines, batch_size=500))


def _question(rng):
    from fablab.finding import Near
    from fablab.matching import Need
    from fablab.models import Lab

    sort = rng.choice(["near", "near", "near", "anywhere", "large"])
    parts = []
    for number in range(rng.randint(1, 4)):
        longest = rng.uniform(450, 840) if sort == "large" and not number else rng.lognormvariate(4.2, 0.7)
        sides = sorted([longest, longest * rng.uniform(0.1, 1), longest * rng.uniform(0.02, 0.4)])
        wall = rng.choice([None, 0.3, 0.45, 0.8, 1.2, 2.0])
        parts.append(Need((tuple(sides),), wall))
    km = rng.choice([0.0, 0.0, rng.choice([10.0, 50.0, 300.0])])
    if sort == "anywhere":
        return parts, Near(rng.uniform(-70, 75), rng.uniform(-180, 180), km)
    lab = Lab.objects.filter(slug=f"lab-{rng.randrange(Lab.objects.count())}").get()
    return parts, Near(lab.latitude + rng.gauss(0, 0.1), lab.longitude + rng.gauss(0, 0.1), km)


def _quantile(values, share):
    return sorted(values)[min(math.ceil(share * len(values)) - 1, len(values) - 1)]


def _option(arguments, name, default):
    return int(arguments[arguments.index(name) + 1]) if name in arguments else default


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
