"""The engine at scale: Elasticsearch 8. A version is an index, an alias names the one that answers."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
from elasticsearch import NotFoundError

from search import types
from search.engines import elastic_query as asks
from search.engines import elastic_schema as schema
from search.engines.elastic_client import Connection
from search.engines.elastic_writer import Writer, pages
from search.types import Document, Hit, Query, Results, SearchAwayError

CANDIDATES = 1_000
MOST_CANDIDATES = 10_000
PER_SHAPE = 20
"""Neighbours looked at for each one that is asked for, so that few of the true nearest are missed."""
TEMPLATE_PRIORITY = 300


class Elastic:
    """An alias and its indices, all of one prefix. Raises SearchAwayError until a version answers."""

    def __init__(
        self, *urls: str, prefix: str = "partage", api_key: str = "", certificates: Path | None = None
    ) -> None:
        self.prefix = prefix
        self._connection = Connection(urls, api_key, certificates)
        self._writers: dict[str, Writer] = {}
        self._lock = threading.Lock()

    def create(self, version: str) -> None:
        """Begin an empty version beside the one that answers."""
        index = schema.index_name(self.prefix, version)
        self._writers.pop(version, None)
        with self._connection.writing() as client:
            client.indices.put_index_template(
                name=self.prefix,
                index_patterns=[schema.index_name(self.prefix, "*")],
                template=schema.template(),
                priority=TEMPLATE_PRIORITY,
                allow_auto_create=False,
            )
            client.indices.delete(index=index, ignore_unavailable=True)
            client.indices.create(index=index)

    def swap(self, version: str) -> None:
        """Let this version answer from now on, and remove the others: one call, that does all or nothing."""
        index = schema.index_name(self.prefix, version)
        actions: list[dict[str, Any]] = [{"add": {"index": index, "alias": self.prefix}}]
        with self._connection.writing() as client:
            every = client.indices.get(index=schema.index_name(self.prefix, "*"))
            actions += [{"remove_index": {"index": one}} for one in every if one != index]
            client.indices.update_aliases(actions=actions)
        self._writers.clear()

    def remove(self) -> None:
        """Take away every version, the alias and the template."""
        self._writers.clear()
        with self._connection.writing() as client:
            for index in client.indices.get(index=schema.index_name(self.prefix, "*")):
                client.indices.delete(index=index, ignore_unavailable=True)
            client.options(ignore_status=404).indices.delete_index_template(name=self.prefix)

    def current(self) -> str:
        """The version that answers, or nothing."""
        with self._connection.asking() as client:
            try:
                indices = client.indices.get_alias(name=self.prefix)
            except NotFoundError:
                return ""
        return schema.version_of(self.prefix, next(iter(indices)))

    def replace(self, subjects: Mapping[str, Sequence[Document]], *, version: str = "") -> None:
        """Let each subject have these documents and no others."""
        self._writer(version).replace(subjects)

    def commit(self, *, version: str = "") -> None:
        """Make durable and visible what was replaced."""
        self._writer(version).commit()

    def release(self) -> None:
        """Forget what was replaced but not committed in the version that answers."""
        self._writers.pop("", None)

    def _writer(self, version: str) -> Writer:
        """The writer of a version; under no name, of the one that answers."""
        wanted = version or self.current()
        if not wanted:
            raise SearchAwayError("the index has not been built yet")
        index = schema.index_name(self.prefix, wanted)
        with self._lock:
            known = self._writers.get(version)
            if known is None or known.index != index:
                known = self._writers[version] = Writer(self._connection, index)
            return known

    def search(self, query: Query) -> Results:
        """Total, hits and counts in one request."""
        if query.offset + query.limit > types.WINDOW:
            raise ValueError(f"no page ends beyond {types.WINDOW}")
        with self._connection.asking() as client:
            told = client.search(index=self.prefix, body=asks.asked(query).to_dict())
        facets = {name: _counts(told["aggregations"][name]) for name in query.facet_fields}
        return Results(told["hits"]["total"]["value"], _hits(told), facets)

    def suggest(self, query: Query) -> list[Hit]:
        """The best hits alone."""
        with self._connection.asking() as client:
            return _hits(client.search(index=self.prefix, body=asks.hits(query).to_dict()))

    def similar(self, vector: Sequence[float], k: int, query: Query) -> list[Hit]:
        """The `k` nearest by a graph of neighbours: nearly always the true ones, their distances exact."""
        knn = {
            "field": "vector",
            "query_vector": [float(one) for one in vector],
            "k": k,
            "num_candidates": min(max(CANDIDATES, PER_SHAPE * k), MOST_CANDIDATES),
            "filter": asks.whole(query, {}).to_dict(),
        }
        body = {"knn": knn, "size": k, "_source": ["vector"], "docvalue_fields": ["id", "family"]}
        with self._connection.asking() as client:
            told = client.search(index=self.prefix, body=body)["hits"]["hits"]
        wanted = np.asarray(vector, np.float64)
        apart = [float(np.linalg.norm(np.asarray(one["_source"]["vector"]) - wanted)) for one in told]
        found = (_hit(one["fields"], score) for one, score in zip(told, apart, strict=True))
        return sorted(found, key=lambda hit: (hit.score, hit.id))

    def subjects(self, *, version: str = "") -> Iterator[tuple[str, str]]:
        """Each subject and the digest of its documents, all as they were at one moment."""
        index = schema.index_name(self.prefix, version) if version else self.prefix
        with self._connection.writing() as client:
            pit = client.open_point_in_time(index=index, keep_alive="5m")["id"]
            try:
                rows = pages(client, {"match_all": {}}, [{"subject": "asc"}], ["subject", "digest"], pit=pit)
                for subject, same in groupby(rows, key=lambda fields: str(fields["subject"][0])):
                    yield subject, str(next(same)["digest"][0])
            finally:
                client.close_point_in_time(id=pit)

    def state(self) -> str:
        """How much there is."""
        with self._connection.asking() as client:
            return f"Elasticsearch, {client.count(index=self.prefix)['count']} documents"


def _counts(told: Mapping[str, Any]) -> list[tuple[str, int]]:
    buckets = told.get(asks.VALUES, told)["buckets"]
    return [(str(bucket["key"]), int(bucket["doc_count"])) for bucket in buckets]


def _hits(told: Any) -> list[Hit]:
    return [_hit(one["fields"], float(one["_score"] or 0)) for one in told["hits"]["hits"]]


def _hit(fields: Mapping[str, Any], score: float) -> Hit:
    return Hit(int(fields["id"][0]), score, int(fields["family"][0]))
