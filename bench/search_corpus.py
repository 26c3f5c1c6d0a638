"""Documents by the hundred thousand, made from real names and descriptions: the same for the same seed and number.

Names are halves of two real names, some of them written as one word or with a size or a version behind; texts are real
words in their real frequency. What is counted is spread as makers do: few values are frequent, many are rare.
"""

import csv
import json
import random
import re
from collections import Counter
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from search.types import Document

WIDTH = 120
CLUSTERS = 2000
SEED = 20261130
MATERIALS = (
    "pla", "petg", "abs", "plywood 3 mm", "acrylic", "tpu", "aluminium", "resin", "wood", "steel", "asa", "mdf",
)  # fmt: skip
PROCESSES = (
    "material-extrusion", "laser-cutting", "electronics", "cnc-milling", "woodworking", "vat-photopolymerisation",
    "sheet-metal", "sewing",
)  # fmt: skip
LICENCES = ("CC-BY-SA-4.0", "MIT", "GPL-3.0", "CERN-OHL-S-2.0", "CC-BY-4.0", "CERN-OHL-W-2.0", "Apache-2.0", "CC0-1.0")
CATEGORIES = ("tools", "robotics", "printers", "science", "home", "electronics", "medical", "toys", "art", "outdoors")
TONGUES = ("en", "fr", "de", "es", "it", "nl", "pt")
_WORD = re.compile(r"[\w'’/+.-]*\w")


class Corpus:
    """`count` documents, ids 8, 16, 24 ...: those of the projects 1, 2, 3 ... of a site."""

    def __init__(self, shared: Path, count: int) -> None:
        rows = [json.loads(line) for line in (shared / "projects.jsonl").read_text(encoding="utf-8").splitlines()]
        with (shared / "project_titles.csv").open(encoding="utf-8", newline="") as source:
            titles = [row["title"] for row in csv.DictReader(source)]
        self.count = count
        self.titles = [words for title in [row["name"] for row in rows] + titles if (words := _WORD.findall(title))]
        said = Counter(word for row in rows for word in _WORD.findall(row["description"]))
        self.words, self._reached = list(said), list(accumulate(said.values()))
        self.tags = [tag for row in rows for tag in row["keywords"]]
        self.asked = Counter(word.casefold() for words in self.titles for word in words if len(word) > 2)

    def __iter__(self) -> Iterator[Document]:
        """The documents in their order."""
        chance = random.Random(SEED)
        vectors = self.vectors()
        for number in range(1, self.count + 1):
            yield self._document(chance, number, vectors[number - 1])

    def vectors(self) -> NDArray[np.float32]:
        """A descriptor of shape for each, around the shapes that there are."""
        chance = np.random.default_rng(SEED)
        centres = chance.random((CLUSTERS, WIDTH), np.float32)
        near = centres[chance.integers(0, CLUSTERS, self.count)]
        for start in range(0, self.count, 50_000):
            part = near[start : start + 50_000]
            part += 0.1 * chance.standard_normal(part.shape, np.float32)
        return near

    def sentence(self, chance: random.Random, least: int, most: int) -> str:
        """Real words in their real frequency."""
        return " ".join(chance.choices(self.words, cum_weights=self._reached, k=chance.randint(least, most)))

    def title(self, chance: random.Random) -> str:
        """The first half of one name and the second of another."""
        one, two = chance.choice(self.titles), chance.choice(self.titles)
        words = one[: (len(one) + 1) // 2] + two[len(two) // 2 :]
        kind = chance.random()
        if kind < 0.2 and len(words) > 1:
            words = [words[0].capitalize() + words[1].capitalize(), *words[2:]]
        elif kind < 0.3:
            words.append(f"M{chance.randint(2, 12)}x{chance.randint(4, 60)}")
        elif kind < 0.4:
            words.append(f"v{chance.randint(1, 9)}")
        return " ".join(words)

    def _document(self, chance: random.Random, number: int, vector: NDArray[np.float32]) -> Document:
        sides = sorted(chance.lognormvariate(4.0, 1.0) for _ in range(3))
        tags = chance.sample(self.tags, chance.randint(1, 4))
        material = _few(chance, MATERIALS)
        return Document(
            id=number * 8,
            subject=f"project:{number}",
            title=self.title(chance),
            summary=f"{self.sentence(chance, 10, 22)} {' '.join(tags)} {material}",
            body=self.sentence(chance, 10, 40),
            facets={
                "kind": ["project"],
                "reader": ["public"] if number % 20 else [f"namespace:{number % 997}"],
                "owner": [f"maker{number % 9973}"],
                "material": [material],
                "process": [_few(chance, PROCESSES)],
                "licence": [_few(chance, LICENCES)],
                "licence_family": ["open"],
                "category": [_few(chance, CATEGORIES)],
                "language": [_few(chance, TONGUES)],
                "format": ["stl"] if number % 3 else ["step", "stl"],
                "source": ["yes"] if number % 3 == 0 else [],
                "verdict": [f"fdm-220:{chance.choice(('prints', 'prints', 'care', 'fails'))}"],
                "tag": [tag.casefold() for tag in tags],
                "released": ["yes"] if number % 4 == 0 else [],
            },
            numbers={
                **dict(zip(("small", "middle", "large"), sides, strict=True)),
                "wall": chance.uniform(0.3, 6),
                "mass": chance.lognormvariate(3.5, 1.2),
                "created": 1_500_000_000 + number * 200,
            },
            created=1_500_000_000 + number * 200,
            likes=int(chance.paretovariate(1.1)) - 1,
            family=number,
            vector=vector.tolist(),
        )


def _few(chance: random.Random, values: tuple[str, ...]) -> str:
    """The first values often, the last ones seldom."""
    return values[min(int(chance.paretovariate(1.0)) - 1, len(values) - 1)]
