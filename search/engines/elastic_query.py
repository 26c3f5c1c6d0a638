"""A Query as Elasticsearch is asked it."""

from collections.abc import Sequence
from typing import Any

from elasticsearch.dsl import A, Q, Search
from elasticsearch.dsl.query import Query

from search import analysis, types, weights
from search.types import Clause, Form

VALUES = "values"


def asked(query: types.Query) -> Search:
    """Hits, total and counts in one request: what is chosen of a counted facet narrows the hits after the counting."""
    late = {name: values for name, values in query.facets.items() if name in query.facet_fields}
    found = hits(query, late)
    if late:
        found = found.post_filter(_all(_chosen(late)))
    for name in query.facet_fields:
        order: list[dict[str, str]] = [{"_count": "desc"}, {"_key": "asc"}]
        counts = A("terms", field=name, size=types.MOST_VALUES, order=order)
        others = _chosen({other: values for other, values in late.items() if other != name})
        if others:
            found.aggs.bucket(name, "filter", filter=_all(others)).bucket(VALUES, counts)
        else:
            found.aggs.bucket(name, counts)
    order_by: list[dict[str, Any]] = (
        [{"_score": "desc"}, {"id": "desc"}] if query.sort == "relevance" else [{query.sort: "desc"}]
    )
    return found.sort(*order_by).extra(track_total_hits=True, from_=query.offset)


def hits(query: types.Query, late: types.Facets | None = None) -> Search:
    """The best hits alone, with the columns that a Hit is made of."""
    found = Search().query(whole(query, late or {})).source(False)
    columns = {"stored_fields": "_none_", "docvalue_fields": ["id", "family"]}
    return found.extra(size=query.limit, track_total_hits=False, **columns)


def whole(query: types.Query, late: types.Facets) -> Query:
    """All that a query asks, but for the facets that come late. Conditions count nothing, words by their weights."""
    facets = {name: values for name, values in query.facets.items() if name not in late}
    filters = _conditions(facets, query.ranges)
    if query.any_of:
        filters.append(_some([_all(_conditions(one.facets, one.ranges)) for one in query.any_of]))
    return Q(
        "bool",
        must=_wanted([_clause(one) for one in query.clauses if not one.negated], query.least),
        filter=filters,
        must_not=[*(_clause(one) for one in query.clauses if one.negated), *_chosen(query.without)],
    )


def _wanted(clauses: list[Query], least: int) -> list[Query]:
    if least and least < len(clauses):
        return [Q("bool", should=clauses, minimum_should_match=least)]
    return clauses


def _chosen(facets: types.Facets) -> list[Query]:
    return [Q("terms", **{name: list(values)}) for name, values in facets.items()]


def _conditions(facets: types.Facets, ranges: types.Ranges) -> list[Query]:
    found = _chosen(facets)
    for name, (low, high) in ranges.items():
        ends = {key: float(end) for key, end in (("gte", low), ("lte", high)) if end is not None}
        if ends:
            found.append(Q("range", **{name: ends}))
    return found


def _clause(clause: Clause) -> Query:
    return _best([_form(form) for form in clause.forms])


def _form(form: Form) -> Query:
    if form.in_a_row and len(form.tokens) > 1:
        return _best([_row(name, form) for name in analysis.TEXTS])
    words = [_word(token, form) for token in form.tokens]
    return words[0] if len(words) == 1 else Q("bool", must=words)


def _row(name: str, form: Form) -> Query:
    told = {"query": " ".join(form.tokens), "boost": form.weight * weights.EXACT[name]}
    return Q("match_phrase", **{name: told})


def _word(token: str, form: Form) -> Query:
    ways = []
    for name in analysis.TEXTS:
        ways.append(_term(name, token, form.weight * weights.EXACT[name]))
        ways += [_term(f"{name}_stem", stem, form.weight * weights.STEM[name]) for stem in analysis.stems(token)]
    if form.prefix:
        ways.append(_flat(Q("term", prefix=token), form.weight * weights.PREFIX))
    if form.edits:
        near = ((_near(name, token, form.edits), weight) for name, weight in weights.FUZZY.items())
        ways += [_flat(query, form.weight * weight) for query, weight in near]
    return _best(ways)


def _near(name: str, token: str, edits: int) -> Query:
    """Every word so many typing errors away: this rewriting, unlike the usual one, has no limit of expansions."""
    return Q("fuzzy", **{name: {"value": token, "fuzziness": edits, "rewrite": "constant_score"}})


def _term(name: str, token: str, weight: float) -> Query:
    return Q("term", **{name: {"value": token, "boost": weight}})


def _flat(query: Query, weight: float) -> Query:
    return Q("constant_score", filter=query, boost=weight)


def _best(queries: Sequence[Query]) -> Query:
    return queries[0] if len(queries) == 1 else Q("dis_max", queries=list(queries), tie_breaker=weights.TIE)


def _all(queries: Sequence[Query]) -> Query:
    return Q("bool", filter=list(queries))


def _some(queries: Sequence[Query]) -> Query:
    return Q("bool", should=list(queries), minimum_should_match=1)
