"""What Elasticsearch keeps of a document: the names of indices, their template, a row for the bulk call."""

from math import isfinite
from typing import Any

from search import analysis, types
from search.types import Document

LONGEST_VALUE = 8_191
"""Bytes of a keyword that Lucene takes, in characters of four bytes; what is longer is passed over."""
BREAK = "␟"
"""Java takes analysis's separator for a space. This stands for it: no word holds it, so no phrase runs across.

It also stands for no text at all: Lucene weighs words among the documents that have the field, tantivy among all.
"""
_SEPARATOR = str.maketrans({"\x1f": BREAK})


def index_name(prefix: str, version: str) -> str:
    """The index of one version."""
    return f"{prefix}-v{version}"


def version_of(prefix: str, index: str) -> str:
    """The version that an index holds."""
    return index.removeprefix(f"{prefix}-v")


def template() -> dict[str, Any]:
    """Settings and mappings of every version. One shard, so that counts are exact; seen at our refresh alone."""
    words = {"type": "text", "analyzer": "whitespace"}
    fields: dict[str, Any] = {name: {"type": "long"} for name in types.SORTS[1:]}
    for name in analysis.TEXTS:
        fields[name] = words
        fields[f"{name}_stem"] = {**words, "index_options": "freqs"}
    fields["prefix"] = {**words, "index_options": "docs", "norms": False}
    fields |= {name: {"type": "double"} for name in types.NUMBERS}
    fields |= {name: {"type": "keyword", "ignore_above": LONGEST_VALUE} for name in types.FACETS}
    fields |= {
        "id": {"type": "integer"},
        "family": {"type": "long", "index": False},
        "subject": {"type": "keyword"},
        "digest": {"type": "keyword", "index": False},
        "vector": {"type": "dense_vector", "similarity": "l2_norm", "index_options": {"type": "hnsw"}},
    }
    return {
        "settings": {"number_of_shards": 1, "auto_expand_replicas": "0-1", "refresh_interval": "-1"},
        "mappings": {"dynamic": "strict", "_source": {"includes": ["vector"]}, "properties": fields},
    }


def row(document: Document, digest: str) -> dict[str, Any]:
    """A document as the index takes it."""
    texts = analysis.document_texts(document)
    return {
        "id": document.id,
        "family": document.family,
        "subject": document.subject,
        "digest": digest,
        **{sort: types.order_key(sort, document) for sort in types.SORTS[1:]},
        **{name: " ".join(words).translate(_SEPARATOR) or BREAK for name, words in texts.items()},
        **{name: list(dict.fromkeys(values)) for name, values in document.facets.items() if values},
        **{name: float(number) for name, number in document.numbers.items() if isfinite(number)},
        **({"vector": [float(one) for one in document.vector]} if len(document.vector) else {}),
    }
