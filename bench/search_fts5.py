"""The same documents in SQLite with FTS5, asked the same questions as well as it can."""

import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path

from search.types import Document, Query, Results

COLUMNS = ("reader", "material", "process", "licence", "category", "language")
NUMBERS = ("small", "middle", "large", "wall")
RANK = "bm25(words, 6.0, 2.0, 0.6)"


class Fts5:
    """A file. Facets are columns: of what is counted each document has one value."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._db = sqlite3.connect(file)
        self._db.executescript("PRAGMA mmap_size=4000000000; PRAGMA cache_size=-200000; PRAGMA synchronous=OFF")

    def build(self, documents: Iterable[Document]) -> None:
        """Fill an empty file."""
        self._db.executescript(
            f"CREATE TABLE docs (id INTEGER PRIMARY KEY, {', '.join(COLUMNS)}, {', '.join(NUMBERS)});"
            "CREATE VIRTUAL TABLE words USING fts5(title, summary, body, content='', prefix='2 3 4',"
            " tokenize='porter unicode61 remove_diacritics 2')"
        )
        for one in documents:
            values = [(one.facets.get(name) or [None])[0] for name in COLUMNS]
            row = (one.id, *values, *(one.numbers.get(name) for name in NUMBERS))
            self._db.execute(f"INSERT INTO docs VALUES ({','.join('?' * len(row))})", row)
            self._db.execute(
                "INSERT INTO words (rowid, title, summary, body) VALUES (?, ?, ?, ?)",
                (one.id, one.title, one.summary, one.body),
            )
        for name in ("material", "large", "wall"):
            self._db.execute(f"CREATE INDEX docs_{name} ON docs ({name})")
        self._db.commit()
        self._db.executescript("INSERT INTO words (words) VALUES ('optimize'); ANALYZE")

    def search(self, words: Sequence[str], query: Query, *, prefix: bool = False) -> Results:
        """Total, ids by rank, counts."""
        match = " ".join(f'"{word}"' for word in words) + ("*" if prefix else "")
        tables, where, values = ("words JOIN docs ON docs.id = words.rowid", ["words MATCH ?"], [match])
        if not words:
            tables, where, values = "docs", [], []
        for name, chosen in query.facets.items():
            if name in COLUMNS:
                where.append(f"{name} IN ({','.join('?' * len(chosen))})")
                values += chosen
        for name, (low, high) in query.ranges.items():
            where += [f"{name} {sign} ?" for sign, end in ((">=", low), ("<=", high)) if end is not None]
            values += [end for end in (low, high) if end is not None]
        some = f"FROM {tables} WHERE {' AND '.join(where)}"
        order = RANK if words else "id DESC"
        self._db.execute(f"SELECT id {some} ORDER BY {order} LIMIT {query.limit}", values).fetchall()
        if prefix:
            return Results(0)
        total = self._db.execute(f"SELECT count(*) {some}", values).fetchone()[0]
        facets = {
            name: self._db.execute(f"SELECT {name}, count(*) {some} GROUP BY 1", values).fetchall()
            for name in query.facet_fields
        }
        return Results(total, (), facets)
