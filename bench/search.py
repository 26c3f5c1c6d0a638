"""How fast a search is, with how much memory: embedded, beside SQLite FTS5 and Elasticsearch on the same documents.

Run from the root: .venv/bin/python bench/search.py [--docs 100000] [--engines embedded,fts5,elasticsearch,page]
[--folder DIR]. The documents are made from the names and descriptions of ../shared/data (bench/search_corpus.py) and
kept in the folder with the indices that were built of them: a second run measures at once. PARTAGE_SEARCH_URL names
the Elasticsearch. Every engine is asked the same random questions, each of them in ROUNDS ways that cost the same and
are no repetition; `p95` is over all of them, `quiet` over the fastest way of each question, which on a busy machine
is nearer to the truth; `cpu` is what this process worked, p95 (without Elasticsearch's own). `x` compares the quiet p95
with the embedded engine's. `page` is /search/ through Django with 24 cards of real rows; `page only` is what it takes
beside the engine. Exit 1 where embedded, quiet, misses its goal at a million; 2 when the data is absent.
"""

import argparse
import os
import random
import resource
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from time import perf_counter, process_time

ROOT = Path(__file__).resolve().parent.parent
sys.path[0] = str(ROOT)  # not bench/, where this file has the name of the app

from itertools import islice

import numpy as np

from bench.search_corpus import CATEGORIES, LICENCES, MATERIALS, SEED, Corpus
from bench.search_fts5 import Fts5
from bench.search_page import pages, site
from search import analysis, synonyms
from search.engines.embedded import Embedded
from search.types import Engine, Query

SHARED = Path(os.environ.get("PARTAGE_SHARED") or ROOT.parent / "shared" / "data")
BATCH = 1000
QUESTIONS = 100
ROUNDS = 3
SECONDS, LEAST = 60, 20
COUNTED = ("material", "process", "licence", "category", "language")
SEEN = {"kind": ["project"], "reader": ["public"]}
GOALS = {"text, two facets": 25, "ranges, five counts": 150, "suggestion": 5, "similar shapes": 80, "page only": 80}
"""Milliseconds, p95, at a million."""
Times = Sequence[Sequence[tuple[float, float]]]
"""Of each question, of each way: (seconds, seconds of this process's work)."""
Ask = Callable[[int, int], object]
"""Asks question number n in way number m."""


class Questions:
    """The same for every engine."""

    def __init__(self, corpus: Corpus) -> None:
        chance = random.Random(SEED + 1)
        words, often = list(corpus.asked), list(corpus.asked.values())
        self.table = synonyms.groups(synonyms.OWN.read_text().splitlines())
        self.texts = [chance.choices(words, often, k=chance.choice((1, 1, 2, 2, 3))) for _ in range(QUESTIONS)]
        self.chosen = [(_one(chance, MATERIALS), _one(chance, LICENCES)) for _ in range(QUESTIONS)]
        self.beds = [tuple(sorted(chance.uniform(80, 400) for _ in range(3))) for _ in range(QUESTIONS)]
        self.typed = [word[: chance.randint(1, len(word))] for word in chance.choices(words, often, k=QUESTIONS)]
        self.categories = [_one(chance, CATEGORIES) for _ in range(QUESTIONS)]
        shapes = corpus.vectors()[:: max(1, corpus.count // QUESTIONS)][:QUESTIONS]
        self.shapes = shapes + np.random.default_rng(SEED).normal(0, 0.01, shapes.shape).astype(np.float32)

    def text(self, n: int, way: int) -> Query:
        """Words, and two facets beside those that every search has."""
        said = analysis.clauses(" ".join(self.texts[n]), synonyms=self.table)
        material, licence = self.chosen[n]
        return Query(said, {**SEEN, "material": [material], "licence": [licence]}, limit=24 + way)

    def ranges(self, n: int, way: int) -> Query:
        """What fits a machine, counted by five facets."""
        small, middle, large = (side + way / 100 for side in self.beds[n])
        box = {"small": (None, small), "middle": (None, middle), "large": (None, large), "wall": (0.4, None)}
        return Query((), SEEN, ranges=box, sort="newest", limit=24, facet_fields=COUNTED)

    def both(self, n: int, way: int) -> Query:
        """Words that fit a machine, counted by five facets."""
        said = analysis.clauses(" ".join(self.texts[n]), synonyms=self.table)
        return replace(self.ranges(n, way), clauses=said, sort="relevance")

    def typing(self, n: int, way: int) -> Query:
        """While somebody types."""
        return Query(analysis.clauses(self.typed[n], synonyms=self.table, typing=True), SEEN, limit=8 + way)


def _one(chance: random.Random, values: Sequence[str]) -> str:
    return values[min(int(chance.paretovariate(1.0)) - 1, len(values) - 1)]


def engine_asks(engine: Engine, asked: Questions) -> dict[str, Ask]:
    """What an engine of ours is asked."""
    return {
        "text, two facets": lambda n, way: engine.search(asked.text(n, way)),
        "ranges, five counts": lambda n, way: engine.search(asked.ranges(n, way)),
        "words, ranges, counts": lambda n, way: engine.search(asked.both(n, way)),
        "suggestion": lambda n, way: engine.suggest(asked.typing(n, way)),
        "similar shapes": lambda n, way: engine.similar(asked.shapes[n].tolist(), 20 + way, Query((), SEEN)),
    }


def fts5_asks(fts5: Fts5, asked: Questions) -> dict[str, Ask]:
    """The same in SQL."""
    return {
        "text, two facets": lambda n, way: fts5.search(asked.texts[n], asked.text(n, way)),
        "ranges, five counts": lambda n, way: fts5.search((), asked.ranges(n, way)),
        "words, ranges, counts": lambda n, way: fts5.search(asked.texts[n], asked.both(n, way)),
        "suggestion": lambda n, way: fts5.search([asked.typed[n]], asked.typing(n, way), prefix=True),
    }


def measure(ask: Ask) -> Times:
    """Ask each question, after a few that warm up; no more once a minute is over, but LEAST."""
    for n in range(3):
        ask(n, ROUNDS)
    found: list[list[tuple[float, float]]] = [[] for _ in range(QUESTIONS)]
    start = perf_counter()
    for way in range(ROUNDS):
        for n in range(QUESTIONS):
            if perf_counter() - start < SECONDS or (way == 0 and n < LEAST):
                began, worked = perf_counter(), process_time()
                ask(n, way)
                found[n].append((perf_counter() - began, process_time() - worked))
    return [ways for ways in found if ways]


def p95(seconds: Sequence[float]) -> float:
    """In milliseconds."""
    return float(np.percentile(seconds, 95)) * 1000


def fill(engine: Engine, corpus: Corpus, version: str) -> None:
    """Build a version as the site does, unless it is there."""
    if engine.current() == version:
        return
    engine.create(version)
    documents, done = iter(corpus), 0
    while some := list(islice(documents, BATCH)):
        engine.replace({one.subject: [one] for one in some}, version=version)
        done += len(some)
        print(f"\r{done}", end="", file=sys.stderr, flush=True)
    engine.commit(version=version)
    engine.swap(version)
    engine.release()
    print(file=sys.stderr)


def bytes_of(folder: Path) -> int:
    """All files below."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def memory() -> str:
    """What this process holds now: its own, and pages of files that the system may take back."""
    lines = Path("/proc/self/status").read_text().splitlines()
    held = {line.split(":")[0]: int(line.split()[1]) // 1024 for line in lines if line.startswith("Rss")}
    return f"RSS {held['RssAnon']} MB, and {held['RssFile']} MB of mapped files"


class Report:
    """Lines as they are measured; ratios to the first engine."""

    def __init__(self) -> None:
        self.quiet: dict[str, float] = {}
        self.missed: list[str] = []
        print(f"{'ms':34}{'p50':>9}{'p95':>9}{'quiet p95':>11}{'cpu p95':>9}{'x':>8}{'goal':>7}")

    def line(self, engine: str, name: str, times: Times, *, goal: bool) -> None:
        """Print one."""
        every = [pair for ways in times for pair in ways]
        quiet = p95([min(took for took, _ in ways) for ways in times])
        first = self.quiet.setdefault(name, quiet)
        wanted = GOALS.get(name, 0) if goal else 0
        p50 = float(np.median([took for took, _ in every])) * 1000
        cpu = p95([min(worked for _, worked in ways) for ways in times])
        print(
            f"{engine:15}{name:19}{p50:9.2f}{p95([took for took, _ in every]):9.2f}{quiet:11.2f}{cpu:9.2f}"
            f"{quiet / first:8.1f}{wanted or '':>7}",
            flush=True,
        )
        if wanted and quiet > wanted:
            self.missed.append(name)


def main() -> int:
    """Build what is missing, measure, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--docs", type=int, default=100_000)
    parser.add_argument("--engines", default="embedded,fts5,elasticsearch,page")
    parser.add_argument("--folder", type=Path, default=Path("/tmp/partage-bench-search"))
    options = parser.parse_args()
    if not (SHARED / "projects.jsonl").exists():
        print(f"{SHARED} is not there")
        return 2
    names = options.engines.split(",")
    corpus = Corpus(SHARED, options.docs)
    asked = Questions(corpus)
    folder = options.folder / f"{options.docs}-{SEED}"
    folder.mkdir(parents=True, exist_ok=True)
    url = os.environ.pop("PARTAGE_SEARCH_URL", "")
    site(folder)
    from search.indexing import SCHEMA

    version = f"{SCHEMA}-1"
    print(f"{options.docs} documents, {QUESTIONS} questions in {ROUNDS} ways")
    report = Report()
    at_goal = options.docs == 1_000_000
    embedded = Embedded(folder / "embedded")
    if {"embedded", "page"} & set(names):
        fill(embedded, corpus, version)
    if "embedded" in names:
        for name, ask in engine_asks(embedded, asked).items():
            report.line("embedded", name, measure(ask), goal=at_goal)
        print(f"embedded: index {bytes_of(folder / 'embedded') / 1e6:.0f} MB, {memory()}")
    if "fts5" in names:
        file = folder / "fts5.sqlite3"
        is_new = not file.exists()
        fts5 = Fts5(file)
        if is_new:
            fts5.build(iter(corpus))
        for name, ask in fts5_asks(fts5, asked).items():
            report.line("SQLite FTS5", name, measure(ask), goal=False)
        print(f"SQLite FTS5: {file.stat().st_size / 1e6:.0f} MB, without shapes")
    if "elasticsearch" in names and url:
        from search.engines.elastic import Elastic

        elastic = Elastic(url, prefix=f"bench-{options.docs}-{SEED}")
        fill(elastic, corpus, version)
        for name, ask in engine_asks(elastic, asked).items():
            report.line("Elasticsearch", name, measure(ask), goal=False)
        print(f"Elasticsearch: {elastic.state()}; remove it with DELETE {elastic.prefix}*")
    if "page" in names:
        for name, times in pages(options.docs, asked.texts, measure):
            report.line("page", name, times, goal=at_goal)
    print(f"most memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")
    if report.missed:
        print("missed:", ", ".join(report.missed))
    return int(bool(report.missed))


if __name__ == "__main__":
    raise SystemExit(main())
