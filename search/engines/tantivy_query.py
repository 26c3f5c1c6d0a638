"""A Query as tantivy asks it."""

from collections.abc import Sequence

from tantivy import FieldType, Occur, Query, Schema

from search import analysis, types, weights
from search.types import Clause, Form

FEW = 16
FEW_IDS = 100
"""Above these a set is faster than its members one by one."""


class Build:
    """Makes tantivy's queries for one schema; words are sought in `texts`.

    Conditions count nothing, words count by their weights.
    """

    def __init__(self, schema: Schema, texts: Sequence[str] = analysis.TEXTS) -> None:
        self.schema = schema
        self.texts = texts

    def whole(self, query: types.Query) -> Query:
        """All that a query asks."""
        parts = [(Occur.MustNot, self._clause(one)) for one in query.clauses if one.negated]
        parts += self._wanted([self._clause(one) for one in query.clauses if not one.negated], query.least)
        parts += [(Occur.Must, one) for one in self._conditions(query.facets, query.ranges)]
        parts += [(Occur.MustNot, self._facet(name, values)) for name, values in query.without.items()]
        if query.any_of:
            choices = [self._both(one) for one in query.any_of]
            parts.append((Occur.Must, _silent(_any(choices))))
        if not any(occur == Occur.Must for occur, _ in parts):
            parts.append((Occur.Must, Query.all_query()))
        return Query.boolean_query(parts)

    def _wanted(self, clauses: Sequence[Query], least: int) -> list[tuple[Occur, Query]]:
        if least and least < len(clauses):
            return [(Occur.Must, Query.boolean_query([(Occur.Should, one) for one in clauses], least))]
        return [(Occur.Must, one) for one in clauses]

    def beyond(self, name: str, value: int) -> Query:
        """Documents whose integer is higher."""
        return Query.range_query(self.schema, name, FieldType.Integer, lower_bound=value, include_lower=False)

    def among(self, ids: Sequence[int]) -> Query:
        """Documents of these ids."""
        if len(ids) > FEW_IDS:
            return Query.term_set_query(self.schema, "id", list(ids))
        return _any([Query.term_query(self.schema, "id", id) for id in ids])

    def _both(self, choice: types.Choice) -> Query:
        parts = [(Occur.Must, one) for one in self._conditions(choice.facets, choice.ranges)]
        return Query.boolean_query(parts) if parts else Query.all_query()

    def _conditions(self, facets: types.Facets, ranges: types.Ranges) -> list[Query]:
        found = [self._facet(name, values) for name, values in facets.items()]
        for name, (low, high) in ranges.items():
            if low is not None or high is not None:
                within = Query.range_query(self.schema, name, FieldType.Float, _float(low), _float(high))
                found.append(_silent(within))
        return found

    def _facet(self, name: str, values: Sequence[str]) -> Query:
        if len(values) > FEW:
            return _silent(Query.term_set_query(self.schema, name, list(values)))
        return _silent(_any([self._term(name, value) for value in values]))

    def _term(self, name: str, token: str) -> Query:
        return Query.term_query(self.schema, name, token, index_option="basic")

    def _scored(self, name: str, token: str, weight: float) -> Query:
        return Query.boost_query(Query.term_query(self.schema, name, token, index_option="freq"), weight)

    def _clause(self, clause: Clause) -> Query:
        return _best([self._form(form) for form in clause.forms])

    def _form(self, form: Form) -> Query:
        if form.in_a_row and len(form.tokens) > 1:
            return _best([self._row(name, form) for name in self.texts])
        words = [self._word(token, form) for token in form.tokens]
        return words[0] if len(words) == 1 else Query.boolean_query([(Occur.Must, word) for word in words])

    def _row(self, name: str, form: Form) -> Query:
        phrase = Query.phrase_query(self.schema, name, list(form.tokens))
        return Query.boost_query(phrase, form.weight * weights.EXACT[name])

    def _word(self, token: str, form: Form) -> Query:
        ways = []
        for name in self.texts:
            ways.append(self._scored(name, token, form.weight * weights.EXACT[name]))
            for stem in analysis.stems(token):
                ways.append(self._scored(f"{name}_stem", stem, form.weight * weights.STEM[name]))
        if form.prefix:
            ways.append(Query.const_score_query(self._term("prefix", token), form.weight * weights.PREFIX))
        if form.edits:
            for name, weight in weights.FUZZY.items():
                near = Query.fuzzy_term_query(self.schema, name, token, form.edits, True)
                ways.append(Query.const_score_query(near, form.weight * weight))
        return _best(ways)


def _any(queries: Sequence[Query]) -> Query:
    if len(queries) == 1:
        return queries[0]
    return Query.boolean_query([(Occur.Should, one) for one in queries]) if queries else Query.empty_query()


def _best(queries: Sequence[Query]) -> Query:
    return queries[0] if len(queries) == 1 else Query.disjunction_max_query(list(queries), weights.TIE)


def _silent(query: Query) -> Query:
    return Query.const_score_query(query, 0.0)


def _float(value: float | None) -> float | None:
    return None if value is None else float(value)
