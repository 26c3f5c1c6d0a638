"""From a person's words to what is found: first as they are written, then, where that is little, ever more loosely.

1. Every word, as it is, in another form or by a synonym.
2. Words that nothing has are taken for typing errors, for beginnings, or for two that are written as one; what remains
   unknown is left out, and so are words that are said of everything ("open source", "DIY").
3. Fewer of the words are enough; one alone only if it is rare, or nothing else is found. A phrase in quotes is not
   divided so.

What a stricter pass finds stands before what a looser one adds. Looser passes are engines' ordinary questions.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from itertools import pairwise

from search import analysis
from search.types import Clause, Engine, Form, Hit, Query, Results

ENOUGH = 10
"""Of several words, so many found as they are written need no looser pass. Of one word, one is enough."""
CLOSE = 0.84
"""How like a synonym a word must be to be taken for it (difflib's ratio)."""
RARE = 50
"""Designs that have a word by which alone they may be found, though more was asked."""
LEAST_BEGINNING = 4
"""Letters that an unknown word must have to be taken for a beginning."""
FORGIVEN = (10.0, 4.0)
"""Weights of a word with one typing error and with two."""


@dataclass(frozen=True)
class Found:
    """What was found, of which `exact` are so in every word; `is_fuzzy` where there are others."""

    results: Results
    is_fuzzy: bool = False
    exact: int = 0


@dataclass(frozen=True)
class Search:
    """One person's words, for one engine, within one query."""

    engine: Engine
    synonyms: analysis.Synonyms
    query: Query

    def find(self, text: str, *, forgiving: bool) -> Found:
        """What is asked. Without words the newest come first.

        Raises SearchAwayError, and ValueError beyond the window.
        """
        said = analysis.clauses(text, synonyms=self.synonyms)
        strict = self._asking(said)
        results = self.engine.search(strict)
        wanted = [clause for clause in said if not clause.negated]
        enough = 1 if len(wanted) < 2 and not _is_several(wanted) else ENOUGH
        if not (wanted and forgiving) or results.total >= enough:
            return Found(results, exact=results.total)
        loose = list(self._loosened(said))
        if not any(not clause.negated for clause in loose):
            return Found(results, exact=results.total)
        last, ranked = self._ranked(strict, loose)
        found = self.engine.search(replace(last, limit=0 if ranked is not None else last.limit))
        if found.total <= results.total:
            return Found(results, exact=results.total)
        if ranked is not None:
            found = replace(found, hits=ranked)
        return Found(found, is_fuzzy=True, exact=results.total)

    def _asking(self, clauses: Sequence[Clause], least: int = 0) -> Query:
        both = [*self.query.clauses, *clauses]
        sort = "newest" if self.query.sort == "relevance" and not both else self.query.sort
        return replace(self.query, clauses=both, sort=sort, least=least and least + len(self.query.clauses))

    def _count(self, clause: Clause) -> int:
        return self.engine.search(replace(self._asking([clause]), facet_fields=(), offset=0, limit=0)).total

    def _ranked(self, strict: Query, loose: Sequence[Clause]) -> tuple[Query, list[Hit] | None]:
        """The loosest question that was needed; and of this page the hits, the stricter first, where that orders.

        Each question finds all that the one before it found.
        """
        end = self.query.offset + self.query.limit
        hits: dict[int, Hit] = {}
        last, total = strict, 0
        for looser in (strict, *self._looser(loose)):
            if total >= ENOUGH or (total and looser.least == 1):
                break
            last = looser
            results = self.engine.search(replace(last, facet_fields=(), offset=0, limit=end))
            total = results.total
            for hit in results.hits:
                hits.setdefault(hit.id, hit)
        return last, list(hits.values())[self.query.offset : end] if strict.sort == "relevance" else None

    def _looser(self, loose: Sequence[Clause]) -> Iterator[Query]:
        """The questions after the strict one. A rare word counts twice where two are enough."""
        wanted = [clause for clause in loose if not clause.negated]
        yield self._asking(loose)
        if len(wanted) < 2 or any(_is_phrase(clause) for clause in wanted):
            return
        for least in range(len(wanted) - 1, 1, -1):
            yield self._asking(loose, least)
        rare = [clause for clause in wanted if self._count(clause) <= RARE]
        yield self._asking([*loose, *rare], 2) if rare else self._asking(loose, 1)

    def _loosened(self, said: Sequence[Clause]) -> Iterator[Clause]:
        """The words that there are, in the nearest form in which there are any."""
        telling = [clause for clause in said if clause.negated or not _is_weak(clause)] or said
        joined = self._joined(telling)
        for clause in telling:
            token = clause.forms[0].tokens[0]
            if clause.negated or _is_phrase(clause):
                yield clause
            elif more := joined.get(token, ()):
                yield replace(clause, forms=(*clause.forms, *more))
            elif self._count(clause):
                yield clause
            else:
                yield from self._nearest(clause)

    def _joined(self, clauses: Sequence[Clause]) -> dict[str, list[Form]]:
        """Word -> what it is together with its neighbour, where the two are somewhere written as one."""
        words = [c.forms[0].tokens[0] for c in clauses if not c.negated and len(c.forms[0].tokens) == 1]
        found: dict[str, list[Form]] = {}
        for one, two in pairwise(words):
            run = (one + two,)
            forms = (Form(run), *analysis.others(run, self.synonyms))
            if self._count(Clause(forms)):
                found.setdefault(one, []).extend(forms)
                found.setdefault(two, []).extend(forms)
        return found

    def _nearest(self, clause: Clause) -> Iterator[Clause]:
        """What an unknown word may have meant, or each of several; nothing where that is unknown too."""
        tokens = clause.forms[0].tokens
        for token in tokens:
            alone = Clause((Form((token,)), *analysis.others((token,), self.synonyms)))
            if len(tokens) > 1 and (token in analysis.STOP or self._count(alone)):
                if token not in analysis.STOP:
                    yield alone
                continue
            for weight, edits in zip(FORGIVEN, range(1, analysis.edits(token) + 1), strict=False):
                near = Form((token,), weight, prefix=len(token) >= LEAST_BEGINNING, edits=edits)
                meant = Clause((near, *self._meant(token)))
                if self._count(meant):
                    yield meant
                    break

    def _meant(self, token: str) -> list[Form]:
        """The synonyms of the word in the table that this one is most like."""
        known = [key[0] for key in self.synonyms if len(key) == 1]
        close = get_close_matches(token, known, 1, CLOSE) if analysis.edits(token) else []
        return [form for one in close for form in (Form((one,)), *analysis.others((one,), self.synonyms))]


def _is_weak(clause: Clause) -> bool:
    tokens = clause.forms[0].tokens
    return len(tokens) == 1 and analysis.singular(tokens[0]) in analysis.WEAK


def _is_several(wanted: Sequence[Clause]) -> bool:
    return any(len(clause.forms[0].tokens) > 1 and not _is_phrase(clause) for clause in wanted)


def _is_phrase(clause: Clause) -> bool:
    return clause.forms[0].in_a_row and len(clause.forms) == 1
