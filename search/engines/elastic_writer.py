"""The one writer of an index: what a subject had before goes, what it has now comes, by bulk."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from elasticsearch import Elasticsearch
from elasticsearch.helpers import streaming_bulk

from search import analysis
from search.engines import elastic_schema as schema
from search.engines.elastic_client import NOT_NOW, Connection
from search.types import Document, SearchAwayError

log = logging.getLogger(__name__)

HELD = 2_000
"""Documents held back before they are sent; what one batch of the outbox has is sent by its commit alone."""
UNSEEN = 20_000
"""Documents sent before a refresh shows them, at the most; it bounds what is remembered of them."""
CHUNK = 500
CHUNK_BYTES = 8 << 20
RETRIES = 5
FIRST_PAUSE = 0.25
LONGEST_PAUSE = 4.0
PAGE = 5_000
SUBJECTS = 1_000


class Writer:
    """Writes one index. Its first refresh shows what a process that was killed had sent, so that it is mended."""

    def __init__(self, connection: Connection, index: str) -> None:
        self.index = index
        self._connection = connection
        self._held: dict[str, Sequence[Document]] = {}
        self._unseen: dict[int, str] = {}
        self._refresh()

    def replace(self, subjects: Mapping[str, Sequence[Document]]) -> None:
        """Let each subject have these documents and no others, from the next commit on."""
        self._held.update(subjects)
        if sum(map(len, self._held.values())) >= HELD or len(self._held) >= HELD:
            self._send()

    def commit(self) -> None:
        """Send what is held back, and let all be seen at once."""
        if self._held:
            self._send()
        self._refresh()

    def _refresh(self) -> None:
        with self._connection.writing() as client:
            told = client.indices.refresh(index=self.index)
        if told["_shards"]["failed"]:
            raise SearchAwayError("Elasticsearch could not show what was written")
        self._unseen.clear()

    def _send(self) -> None:
        with self._connection.writing() as client:
            _bulk(client, self._actions(self._former(client)))
        self._unseen.update((one.id, subject) for subject, documents in self._held.items() for one in documents)
        self._held.clear()
        if len(self._unseen) >= UNSEEN:
            self._refresh()

    def _actions(self, former: set[int]) -> Iterator[dict[str, Any]]:
        staying = {one.id for documents in self._held.values() for one in documents}
        for id in sorted(former - staying):
            self._unseen.pop(id, None)
            yield {"_op_type": "delete", "_index": self.index, "_id": str(id)}
        for documents in self._held.values():
            digest = analysis.digest(documents)
            for one in documents:
                yield {"_index": self.index, "_id": str(one.id), "_source": schema.row(one, digest)}

    def _former(self, client: Elasticsearch) -> set[int]:
        """Ids of the documents that these subjects have in the index, whether a search sees them already or not."""
        found = {id for id, subject in self._unseen.items() if subject in self._held}
        subjects = list(self._held)
        for start in range(0, len(subjects), SUBJECTS):
            some = subjects[start : start + SUBJECTS]
            for fields in pages(client, {"terms": {"subject": some}}, [{"id": "asc"}], ["id", "subject"], self.index):
                id = fields["id"][0]
                if self._unseen.get(id, fields["subject"][0]) in self._held:
                    found.add(id)
        return found


def pages(
    client: Elasticsearch, query: dict[str, Any], sort: list[Any], columns: list[str], index: str = "", pit: str = ""
) -> Iterator[dict[str, Any]]:
    """The columns of all that a query finds, however many, of an index or of a point in time."""
    after: dict[str, Any] = {}
    where: dict[str, Any] = {"pit": {"id": pit, "keep_alive": "5m"}} if pit else {}
    while True:
        body = {"query": query, "sort": sort, "size": PAGE, "docvalue_fields": columns, "_source": False}
        body |= {"stored_fields": "_none_", "track_total_hits": False, **where, **after}
        hits = client.search(index=index or None, body=body)["hits"]["hits"]
        yield from (hit["fields"] for hit in hits)
        if len(hits) < PAGE:
            return
        after = {"search_after": hits[-1]["sort"]}


def _bulk(client: Elasticsearch, actions: Iterator[dict[str, Any]]) -> None:
    """Send in chunks; what is refused because there is too much goes again, later and later. Raises SearchAwayError."""
    sent = streaming_bulk(
        client,
        actions,
        chunk_size=CHUNK,
        max_chunk_bytes=CHUNK_BYTES,
        max_retries=RETRIES,
        initial_backoff=FIRST_PAUSE,
        max_backoff=LONGEST_PAUSE,
        raise_on_error=False,
        yield_ok=False,
    )
    for _, item in sent:
        ((action, told),) = item.items()
        if action == "delete" and told["status"] == 404 and "error" not in told:
            continue
        if told["status"] in {401, 403, 404, *NOT_NOW}:
            raise SearchAwayError(f"Elasticsearch took not all that was sent ({told['status']})")
        log.error("Elasticsearch refuses document %s: %s", told.get("_id"), told.get("error"))
