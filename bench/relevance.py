"""How well what is found is ordered: nDCG@10 over judged queries, on real projects, as the site's search box answers.

Run from the root: .venv/bin/python bench/relevance.py [--table FILE] [--data FILE] [--worst N]. The projects of
../shared/data/projects.jsonl are made by the same command as `demo --list`, indexed by the site's own builders, and
asked through the same reading of the box (tag:, licence:, -word, phrases). The judgements in bench/relevance.csv
(query, project, grade; 3 is what is wanted, 2 good, 1 not useless, absent 0) were written and committed before anything
was measured. Gain is 2^grade - 1, discounted by log2(rank + 1), over the best possible order. With
PARTAGE_SEARCH_URL set, Elasticsearch is asked too. Exit 1 where a mean is below 0.85; 2 when the data is absent.
"""

import argparse
import csv
import io
import math
import os
import shutil
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("PARTAGE_SHARED") or ROOT.parent / "shared" / "data")
TOP = 10
WANTED = 0.85
Judged = Mapping[str, Mapping[str, int]]


def ndcg(grades: Sequence[int], judged: Sequence[int]) -> float:
    """Of the first TOP results, from their grades in order and all grades there are."""

    def gain(row: Sequence[int]) -> float:
        return sum((2**grade - 1) / math.log2(rank + 2) for rank, grade in enumerate(row[:TOP]))

    best = gain(sorted(judged, reverse=True))
    return gain(grades) / best if best else 0.0


def table(file: Path) -> Judged:
    """Query -> project -> grade."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    with file.open(encoding="utf-8", newline="") as source:
        for row in csv.DictReader(source):
            found[row["query"]][row["project"]] = int(row["grade"])
    return found


@contextmanager
def site() -> Iterator[None]:
    """Django with a data folder of its own, which is removed at the end."""
    folder = tempfile.mkdtemp(prefix="partage-relevance-")
    os.environ["PARTAGE_DATA"] = folder
    os.environ.pop("PARTAGE_DATABASE_URL", None)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    sys.path[0] = str(ROOT)  # bench/git.py is not the git that storage imports
    try:
        import django

        django.setup()
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def fill(projects: Path) -> None:
    """Make the projects of the list as the site makes them."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("demo", list=[projects], stderr=io.StringIO())


def answers(queries: Sequence[str]) -> dict[str, list[str]]:
    """Query -> names of the first projects found, after indexing everything anew by the engine that is set."""
    from django.contrib.auth.models import AnonymousUser

    from designs.discovery import asked, shown
    from search import index, indexing

    index.engine.cache_clear()
    indexing.Indexer().build()
    found = {}
    for text in queries:
        said = asked.read(asking(text))
        results = index.find(said.words, said.query(AnonymousUser())).results
        found[text] = [row.name for row in shown.projects(results.hits, AnonymousUser())]
    return found


def asking(text: str) -> "QueryDict":  # noqa: F821  # Django is set up later
    """What the search box sends."""
    from django.http import QueryDict

    sent = QueryDict(mutable=True)
    sent["q"] = text
    return sent


def report(judged: Judged, found: Mapping[str, Mapping[str, Sequence[str]]], worst: int) -> dict[str, float]:
    """Print a line for each query, and what is missed of the worst. Returns the means."""
    scores: dict[str, dict[str, float]] = {}
    for name, rows in found.items():
        scores[name] = {
            text: ndcg([grades.get(one, 0) for one in rows[text]], list(grades.values()))
            for text, grades in judged.items()
        }
    print(f"{'query':45}" + "".join(f"{name:>15}" for name in found))
    for text in judged:
        print(f"{text:45}" + "".join(f"{scores[name][text]:15.3f}" for name in found))
    means = {name: sum(rows.values()) / len(rows) for name, rows in scores.items()}
    print(f"{f'mean nDCG@{TOP} of {len(judged)}':45}" + "".join(f"{means[name]:15.3f}" for name in found))
    for name, rows in scores.items():
        for text in sorted(rows, key=lambda text: rows[text])[:worst]:
            print(f"\n{name}: {text} ({rows[text]:.3f})")
            print("  found: ", "; ".join(f"{one} [{judged[text].get(one, 0)}]" for one in found[name][text][:TOP]))
            missing = [one for one in judged[text] if one not in found[name][text][:TOP]]
            print("  missed:", "; ".join(f"{one} [{judged[text][one]}]" for one in missing))
    return means


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--table", type=Path, default=ROOT / "bench" / "relevance.csv")
    parser.add_argument("--data", type=Path, default=SHARED / "projects.jsonl")
    parser.add_argument("--worst", type=int, default=0, help="print what the worst so many queries found")
    options = parser.parse_args()
    if not options.data.exists():
        print(f"{options.data} is not there")
        return 2
    judged = table(options.table)
    url = os.environ.pop("PARTAGE_SEARCH_URL", "")
    with site():
        fill(options.data)
        found = {"embedded": answers(list(judged))}
        if url:
            from django.conf import settings

            from search import index

            settings.SEARCH_URL, settings.SEARCH_PREFIX = (url,), "bench-relevance"
            found["elasticsearch"] = answers(list(judged))
            index.engine().remove()
        means = report(judged, found, options.worst)
    return int(min(means.values()) < WANTED)


if __name__ == "__main__":
    raise SystemExit(main())
