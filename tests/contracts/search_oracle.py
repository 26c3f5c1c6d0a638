"""What a search must find, in plain Python: every document is looked at. It defines the truth for the engines."""

from functools import cache
from itertools import pairwise

from search import analysis, types, weights
from search.types import Document, Query


@cache
def apart(a, b):
    """Typing errors between two words: letters added, lost or changed, and neighbours that changed places."""
    rows = [[i + j if i * j == 0 else 0 for j in range(len(b) + 1)] for i in range(len(a) + 1)]
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            changed = rows[i - 1][j - 1] + (a[i - 1] != b[j - 1])
            rows[i][j] = min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, changed)
            if i > 1 and j > 1 and a[i - 1] == b[j - 2] and a[i - 2] == b[j - 1]:
                rows[i][j] = min(rows[i][j], rows[i - 2][j - 2] + 1)
    return rows[-1][-1]


class Oracle:
    """The documents, and the answers to any query on them."""

    def __init__(self):
        self.documents: dict[int, Document] = {}
        self.texts: dict[int, dict[str, list[str]]] = {}

    def replace(self, subjects):
        for subject, documents in subjects.items():
            for id in [one.id for one in self.documents.values() if one.subject == subject]:
                del self.documents[id], self.texts[id]
            for one in documents:
                self.documents[one.id] = one
                self.texts[one.id] = analysis.document_texts(one)

    def matches(self, query: Query, *, but_facet=""):
        return [one for one in self.documents.values() if self._meets(one, query, but_facet)]

    def search(self, query: Query):
        """(total, ids in order or in any, counts)."""
        found = self.matches(query)
        ids = [one.id for one in found]
        if query.sort != "relevance":
            ids = [one.id for one in sorted(found, key=lambda one: -types.order_key(query.sort, one))]
            ids = ids[query.offset : query.offset + query.limit]
        counts = {}
        for name in query.facet_fields:
            values: dict[str, int] = {}
            for one in self.matches(query, but_facet=name):
                for value in set(one.facets.get(name, ())):
                    values[value] = values.get(value, 0) + 1
            counts[name] = sorted(values.items(), key=lambda pair: (-pair[1], pair[0]))[: types.MOST_VALUES]
        return len(found), ids, counts

    def _meets(self, one, query, but_facet):
        facets = {name: values for name, values in query.facets.items() if name != but_facet}
        return (
            not any(self._said(one, clause) for clause in query.clauses if clause.negated)
            and self._enough(one, [clause for clause in query.clauses if not clause.negated], query.least)
            and _conditions(one, facets, query.ranges)
            and not any(set(values) & set(one.facets.get(name, ())) for name, values in query.without.items())
            and (not query.any_of or any(_conditions(one, c.facets, c.ranges) for c in query.any_of))
        )

    def _enough(self, one, clauses, least):
        return sum(self._said(one, clause) for clause in clauses) >= min(least or len(clauses), len(clauses))

    def _said(self, one, clause):
        return any(self._form(self.texts[one.id], form) for form in clause.forms)

    def _form(self, texts, form):
        if form.in_a_row and len(form.tokens) > 1:
            size = len(form.tokens)
            rows = (texts[name] for name in analysis.TEXTS)
            return any(tuple(row[at : at + size]) == form.tokens for row in rows for at in range(len(row)))
        return all(self._word(texts, token, form) for token in form.tokens)

    def _word(self, texts, token, form):
        if any(token in texts[name] for name in analysis.TEXTS):
            return True
        stems = set(analysis.stems(token))
        if any(stems & set(texts[f"{name}_stem"]) for name in analysis.TEXTS):
            return True
        if form.prefix and token in texts["prefix"]:
            return True
        return bool(form.edits) and any(
            abs(len(token) - len(word)) <= form.edits and apart(token, word) <= form.edits
            for name in weights.FUZZY
            for word in texts[name]
        )


def _conditions(one, facets, ranges):
    if not all(set(values) & set(one.facets.get(name, ())) for name, values in facets.items()):
        return False
    for name, (low, high) in ranges.items():
        if low is None and high is None:
            continue
        value = one.numbers.get(name)
        if value is None or (low is not None and value < low) or (high is not None and value > high):
            return False
    return True


def neighbours(words):
    """Pairs of words that stand beside each other."""
    return list(pairwise(words))
