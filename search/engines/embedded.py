"""The engine without a server: tantivy for words, facets and numbers; exact numpy for shapes. One writer, many readers.

A version is a folder; `current` names the one that answers. Readers look at tantivy's meta.json at each call and read
anew when a writer has committed, in this process or in another.
"""

import fcntl
import shutil
import threading
import uuid
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace as changed
from pathlib import Path

import numpy as np
import tantivy
from numpy.typing import NDArray
from tantivy import Occur

from search import analysis, types
from search.engines.tantivy_query import Build
from search.engines.vectors import VectorReader, VectorWriter
from search.types import Document, Hit, Query, Results, SearchAwayError

WRITER_BYTES = 100_000_000
CACHED = 256
META = "meta.json"
CURRENT = "current"
MORE = 4
BATCH = 2000


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for name in ("id", "family", *types.SORTS[1:]):
        builder.add_integer_field(name, indexed=True, fast=True)
    for name in analysis.TEXTS:
        builder.add_text_field(name, tokenizer_name="whitespace")
        builder.add_text_field(f"{name}_stem", tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field("prefix", tokenizer_name="whitespace", index_option="basic")
    for name in types.FACETS:
        builder.add_text_field(name, tokenizer_name="raw", fast=True, index_option="basic")
    for name in types.NUMBERS:
        builder.add_float_field(name, indexed=True, fast=True)
    builder.add_text_field("subject", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("digest", stored=True, tokenizer_name="raw", index_option="basic")
    return builder.build()


SCHEMA = _schema()


def _row(document: Document, digest: str) -> tantivy.Document:
    row = tantivy.Document()
    row.add_integer("id", document.id)
    row.add_integer("family", document.family)
    for sort in types.SORTS[1:]:
        row.add_integer(sort, types.order_key(sort, document))
    for name, words in analysis.document_texts(document).items():
        row.add_text(name, " ".join(words))
    for name, values in document.facets.items():
        for value in dict.fromkeys(values):
            row.add_text(name, value)
    for name, number in document.numbers.items():
        row.add_float(name, float(number))
    row.add_text("subject", document.subject)
    row.add_text("digest", digest)
    return row


class _Reader:
    """One version, open for reading."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.index = tantivy.Index.open(str(folder))
        self.build = Build(self.index.schema)
        self.titles = Build(self.index.schema, ("title",))
        self.vectors = VectorReader(folder)
        self.mark: tuple[int, ...] = ()
        self.cached: OrderedDict[str, Results] = OrderedDict()
        self._lock = threading.Lock()

    def fresh(self) -> "_Reader":
        """This reader, showing the last commit."""
        look = (self.folder / META).stat()
        mark = (look.st_mtime_ns, look.st_ino, look.st_size)
        if mark != self.mark:
            with self._lock:
                if mark != self.mark:
                    self.index.reload()
                    self.cached.clear()
                    self.mark = mark
        return self


class Embedded:
    """An index in a folder. Raises SearchAwayError until a version answers."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._readers: dict[str, _Reader] = {}
        self._writers: dict[str, _Writer] = {}
        self._lock = threading.Lock()

    def create(self, version: str) -> None:
        """Begin an empty version beside the one that answers."""
        self._drop(version)
        path = self.folder / version
        path.mkdir(parents=True)
        tantivy.Index(SCHEMA, path=str(path))

    def swap(self, version: str) -> None:
        """Let this version answer from now on, and remove the others."""
        part = self.folder / f".{CURRENT}.{uuid.uuid4().hex[:8]}"
        part.write_text(version)
        part.replace(self.folder / CURRENT)
        for other in self.folder.iterdir():
            if other.is_dir() and other.name != version:
                self._drop(other.name)

    def _drop(self, version: str) -> None:
        self._close(version)
        self._readers.pop(version, None)
        shutil.rmtree(self.folder / version, ignore_errors=True)

    def current(self) -> str:
        """The version that answers, or nothing."""
        try:
            version = (self.folder / CURRENT).read_text()
        except FileNotFoundError:
            return ""
        return version if (self.folder / version / META).exists() else ""

    def _version(self, version: str) -> str:
        if found := version or self.current():
            return found
        raise SearchAwayError("the index has not been built yet")

    def replace(self, subjects: Mapping[str, Sequence[Document]], *, version: str = "") -> None:
        """Let each subject have these documents and no others. Raises SearchAwayError while another process writes."""
        self._writer(self._version(version)).replace(subjects)

    def commit(self, *, version: str = "") -> None:
        """Make durable and visible what was replaced."""
        self._writer(self._version(version)).commit()

    def release(self) -> None:
        """Let another process write the version that answers."""
        self._close(self.current())

    def _writer(self, version: str) -> "_Writer":
        with self._lock:
            if version not in self._writers:
                self._writers[version] = _Writer(self.folder / version)
            return self._writers[version]

    def _close(self, version: str) -> None:
        if writer := self._writers.pop(version, None):
            writer.close()

    def _reader(self, version: str = "") -> _Reader:
        version = self._version(version)
        try:
            with self._lock:
                if version not in self._readers:
                    self._readers = {version: _Reader(self.folder / version)}
                reader = self._readers[version]
            return reader.fresh()
        except (FileNotFoundError, ValueError) as error:
            self._readers.pop(version, None)
            raise SearchAwayError("the index is being replaced") from error

    def search(self, query: Query) -> Results:
        """Total, hits and counts; of the last questions from memory until the index changes."""
        if query.offset + query.limit > types.WINDOW:
            raise ValueError(f"no page ends beyond {types.WINDOW}")
        reader = self._reader()
        key = repr(query)
        if (known := reader.cached.get(key)) is not None:
            return known
        mark = reader.mark
        found = _search(reader, query)
        if mark == reader.mark:
            reader.cached[key] = found
            while len(reader.cached) > CACHED:
                reader.cached.popitem(last=False)
        return found

    def suggest(self, query: Query) -> list[Hit]:
        """The best hits alone: those of titles, where there are enough.

        Conditions cost more than the words of a title and change no score, so that a few of the best are held against
        them first.
        """
        reader = self._reader()
        searcher = reader.index.searcher()
        bare = Query(query.clauses, least=query.least)
        many = query.limit * MORE + 8
        best = _hits(searcher, searcher.search(reader.titles.whole(bare), many, count=False).hits)
        meet = _families(reader, changed(query, clauses=()), np.array([hit.id for hit in best], np.int64))
        hits = [hit for hit in best if hit.id in meet][: query.limit]
        for build in (reader.titles, reader.build) if len(best) == many else (reader.build,):
            if len(hits) < query.limit:
                hits = _hits(searcher, searcher.search(build.whole(query), query.limit, count=False).hits)
        return hits

    def similar(self, vector: Sequence[float], k: int, query: Query) -> list[Hit]:
        """The `k` nearest, exactly: every vector is held against this one."""
        reader = self._reader()
        apart, ids = reader.vectors.distances(np.asarray(vector, np.float32))
        alive = int(np.isfinite(apart).sum())
        many = min(k * MORE + 50, alive)
        nearest = _nearest(apart, many)
        families = _families(reader, query, ids[nearest])
        if len(families) < k and many < alive:
            families = _families(reader, query, None)
            nearest = _nearest(np.where(np.isin(ids, np.fromiter(families, np.int64)), apart, np.inf), k)
        rows = [row for row in nearest if int(ids[row]) in families][:k]
        hits = [Hit(int(ids[row]), reader.vectors.exact(int(row), vector), families[int(ids[row])]) for row in rows]
        return sorted(hits, key=lambda hit: (hit.score, hit.id))

    def subjects(self, *, version: str = "") -> Iterator[tuple[str, str]]:
        """Each subject and the digest of its documents."""
        reader = self._reader(version)
        searcher = reader.index.searcher()
        seen: set[str] = set()
        last = -1
        while True:
            after = reader.build.beyond("id", last)
            found = searcher.search(after, BATCH, count=False, order_by_field="id", order=tantivy.Order.Asc)
            if not found.hits:
                return
            addresses = [address for _, address in found.hits]
            for address in addresses:
                row = searcher.doc(address)
                subject = str(row.get_first("subject"))
                if subject not in seen:
                    seen.add(subject)
                    yield subject, str(row.get_first("digest"))
            last = int(searcher.fast_field_values("id", addresses[-1:])[0] or 0)

    def state(self) -> str:
        """How much there is."""
        reader = self._reader()
        return f"embedded, {reader.index.searcher().num_docs} documents"


class _Writer:
    """The one writer of a version. Raises SearchAwayError where another process has it."""

    def __init__(self, folder: Path) -> None:
        if not (folder / META).exists():
            raise SearchAwayError("there is no such version")
        self._file = (folder / "writer.lock").open("a")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._file.close()
            raise SearchAwayError("another process writes the index") from error
        self._writer: tantivy.IndexWriter = tantivy.Index.open(str(folder)).writer(WRITER_BYTES, 1)
        self._vectors = VectorWriter(folder)

    def replace(self, subjects: Mapping[str, Sequence[Document]]) -> None:
        for subject, documents in subjects.items():
            self._writer.delete_documents_by_term("subject", subject)
            digest = analysis.digest(documents)
            for document in documents:
                self._writer.add_document(_row(document, digest))
            self._vectors.replace(subject, [(one.id, one.vector) for one in documents if one.vector])

    def commit(self) -> None:
        """Vectors first: until tantivy has committed nobody asks for them."""
        self._vectors.flush()
        self._writer.commit()
        self._vectors.publish()

    def close(self) -> None:
        self._writer.rollback()
        self._writer.wait_merging_threads()
        self._vectors.close()
        self._file.close()


def _search(reader: _Reader, query: Query) -> Results:
    searcher = reader.index.searcher()
    whole = reader.build.whole(query)
    order = None if query.sort == "relevance" else query.sort
    found = searcher.search(whole, max(query.limit, 1), True, order, query.offset)
    hits = _hits(searcher, found.hits) if query.limit else []
    facets: dict[str, list[tuple[str, int]]] = {}
    free = [name for name in query.facet_fields if name not in query.facets]
    groups = [(free, whole)] if free else []
    for name in query.facet_fields:
        if name in query.facets:
            others = {key: values for key, values in query.facets.items() if key != name}
            groups.append(([name], reader.build.whole(changed(query, facets=others))))
    for names, asked in groups:
        wanted = {name: {"terms": {"field": name, "size": 10_000}} for name in names}
        for name, told in searcher.aggregate(asked, wanted).items():
            counts = ((str(bucket["key"]), int(bucket["doc_count"])) for bucket in told["buckets"])
            facets[name] = sorted(counts, key=lambda pair: (-pair[1], pair[0]))[: types.MOST_VALUES]
    return Results(int(found.count or 0), hits, facets)  # type: ignore[attr-defined]  # the stub has forgotten it


def _hits(searcher: tantivy.Searcher, found: Sequence[tuple[float, tantivy.DocAddress]]) -> list[Hit]:
    addresses = [address for _, address in found]
    if not addresses:
        return []
    ids = searcher.fast_field_values("id", addresses)
    families = searcher.fast_field_values("family", addresses)
    scores = [float(score) for score, _ in found]
    return [Hit(int(id or 0), score, int(family or 0)) for id, score, family in zip(ids, scores, families, strict=True)]


def _nearest(apart: NDArray[np.float32], many: int) -> NDArray[np.int64]:
    """Rows of the smallest finite distances, smallest first."""
    if many < len(apart):
        rows = np.argpartition(apart, many)[:many] if many else np.empty(0, np.int64)
    else:
        rows = np.arange(len(apart))
    rows = rows[np.isfinite(apart[rows])]
    return np.asarray(rows[np.argsort(apart[rows], kind="stable")], np.int64)


def _families(reader: _Reader, query: Query, ids: NDArray[np.int64] | None) -> dict[int, int]:
    """Document id -> family, of those ids (or of all) that meet the query."""
    searcher = reader.index.searcher()
    whole = reader.build.whole(query)
    if ids is not None:
        if not len(ids):
            return {}
        whole = tantivy.Query.boolean_query([(Occur.Must, whole), (Occur.Must, reader.build.among(ids.tolist()))])
    limit = len(ids) if ids is not None else max(searcher.num_docs, 1)
    hits = _hits(searcher, searcher.search(whole, limit, count=False).hits)
    return {hit.id: hit.family for hit in hits}
