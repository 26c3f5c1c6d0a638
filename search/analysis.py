"""From text to tokens: one chain for documents and queries, so that every engine finds the same.

Words are folded (case, accents, French elision), then stemmed in every language of the site. What engines get are
tokens between spaces. Beside the words of a text stand others by which they are typed: parts of `M3x12` and
`OpenFlexure`, compounds with and without their hyphen, and neighbours in a title written as one.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise

import Stemmer

from search import weights
from search.types import FACETS, NUMBERS, Clause, Document, Form

LANGUAGES = ("english", "french")
TEXTS = ("title", "text", "body")
MOST_CLAUSES = 12
LONGEST_PREFIX = 20
LONGEST_TOKEN = 60
MOST_BODY_TOKENS = 20_000

_STOP = frozenset(
    "a an and are as at be but by for if in into is it no not of on or such that the their then there these they this "
    "to was will with from how what which who "
    "au aux avec ce ces cet cette dans de des du elle en et eux il ils je la le les leur lui ma mais mes ne nos notre "
    "nous ou par pas pour qu que qui sa se ses sur ta te tes toi ton tu un une vos votre vous est sont chez entre "
    "sans".split()
)
_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ı": "i"})
_ELISION = re.compile(r"^(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu)['’]")
_WORD = re.compile(r"[^\W_]+(?:(?<=\d)[.,]\d[^\W_]*)*(?:['’][^\W_]+)*")
_COMPOUND = re.compile(r"[^\W_]+(?:[-‐‑][^\W_]+)+")
_TIMES = re.compile(r"(?<=\d)\s*[x×*]\s*(?=\d)", re.IGNORECASE)
_UNIT = re.compile(
    r"(?<![^\W_])(\d+(?:[.,]\d+)?)\s+(mm|cm|µm|um|m|kg|g|v|a|w|kw|ml|l|hz|khz|mhz|inch|in)\b", re.IGNORECASE
)
_PIECES = re.compile(r"\d+(?:\.\d+)?|[^\W\d_]+")
_SIZES = re.compile(r"(?<=\d)x(?=\d)")
_CAMEL = re.compile(r"[A-ZÀ-Þ]?[a-zà-ÿ]+|[A-ZÀ-Þ]+(?![a-zà-ÿ])|\d+")
_ATOM = re.compile(r'(?P<minus>(?<!\S)-)?(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')
_stemmers = {name: Stemmer.Stemmer(name, 0) for name in LANGUAGES}
_BREAK = "\x1f"


def fold(text: str) -> str:
    """Small letters without accents: "Boîtier" and "boitier" are one."""
    text = text.casefold().translate(_LETTERS)
    if text.isascii():
        return text
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


@lru_cache(200_000)
def _token(word: str) -> str:
    folded = _ELISION.sub("", fold(word)).replace("'", "").replace("’", "").replace(",", ".")
    return folded[:LONGEST_TOKEN]


@lru_cache(200_000)
def stems(token: str) -> tuple[str, ...]:
    """The stems of a token, one for each language in which it differs."""
    return tuple(dict.fromkeys(_stemmers[name].stemWord(token) for name in LANGUAGES))


def _joined(text: str) -> str:
    """ "M3 × 12" and "20 mm" as they are written without spaces."""
    return _UNIT.sub(r"\1\2", _TIMES.sub("x", text))


def tokens(text: str) -> list[str]:
    """The words of a text in their order, folded."""
    return [token for word in _WORD.findall(_joined(text)) if (token := _token(word))]


def _beside(text: str, *, is_title: bool) -> list[str]:
    """Other tokens by which the words of a text are typed."""
    joined = _joined(text)
    found: list[str] = []
    for word in _COMPOUND.findall(joined):
        found.append(_token(re.sub(r"[-‐‑]", "", word)))
    words = _WORD.findall(joined)
    for word in words:
        token = _token(word)
        if len(pieces := _PIECES.findall(token)) > 1:
            found += [piece for piece in (*pieces, *_SIZES.split(token)) if 1 < len(piece) < len(token)]
        elif len(hump := _CAMEL.findall(word)) > 1 and word != word.upper():
            found += [_token(piece) for piece in hump if len(piece) > 1]
    if is_title:
        own = [_token(word) for word in words]
        found += [one + two for one, two in pairwise(own) if one.isalpha() and two.isalpha()]
    return found


def document_texts(document: Document) -> dict[str, list[str]]:
    """The tokens that an engine indexes: for each of TEXTS the words, and their stems under `<name>_stem`; `prefix`."""
    sources = {"title": document.title, "text": document.summary, "body": document.body}
    found: dict[str, list[str]] = {}
    for name, text in sources.items():
        words = tokens(text)[:MOST_BODY_TOKENS]
        extra = [token for token in _beside(text, is_title=name == "title") if token]
        found[name] = [*words, _BREAK, *dict.fromkeys(extra)] if extra else words
        bases = (stem for word in found[name] if word != _BREAK for stem in stems(word))
        found[f"{name}_stem"] = list(bases)
    starts = (word[:length] for word in found["title"] for length in range(1, min(len(word), LONGEST_PREFIX) + 1))
    found["prefix"] = list(dict.fromkeys(start for start in starts if start != _BREAK))
    return found


def edits(token: str) -> int:
    """Typing errors that are forgiven in a word: 0 below three letters, 1 below six, then 2; none in numbers."""
    if any(c.isdigit() for c in token) or len(token) < 3:
        return 0
    return 1 if len(token) < 6 else 2


Synonyms = Mapping[tuple[str, ...], Sequence[tuple[str, ...]]]
"""What is said (tokens) -> the other ways to say it."""


def clauses(text: str, *, synonyms: Synonyms | None = None, fuzzy: bool = False, typing: bool = False) -> list[Clause]:
    """What a person typed: words, "phrases" and -words. While they are typing the last word may be a beginning."""
    atoms = list(_ATOM.finditer(text.replace("\0", " ")))
    positive: list[str] = []
    found: list[Clause] = []
    phrases: list[tuple[list[str], bool]] = []
    for atom in atoms:
        if atom["phrase"] is not None:
            phrases.append((tokens(atom["phrase"]), bool(atom["minus"])))
        elif atom["minus"]:
            phrases.append((tokens(atom["word"]), True))
        else:
            positive.append(atom["word"])
    words = tokens(" ".join(positive))
    last = bool(typing and atoms and atoms[-1]["word"] is not None and not atoms[-1]["minus"] and text[-1:].strip())
    kept = [word for at, word in enumerate(words) if word not in _STOP or (last and at == len(words) - 1)] or words
    found += _said(kept[:MOST_CLAUSES], synonyms or {}, fuzzy=fuzzy, last=last)
    for phrase, negated in phrases[:MOST_CLAUSES]:
        if phrase:
            found.append(Clause((Form(tuple(phrase), weights.PHRASE, in_a_row=len(phrase) > 1),), negated))
    return found


def _said(words: Sequence[str], synonyms: Synonyms, *, fuzzy: bool, last: bool) -> Iterable[Clause]:
    """A clause for each word, or for several that have a synonym together."""
    longest = max((len(key) for key in synonyms), default=1)
    at = 0
    while at < len(words):
        lengths = range(min(longest, len(words) - at), 1, -1)
        run = next((tuple(words[at : at + n]) for n in lengths if tuple(words[at : at + n]) in synonyms), (words[at],))
        at += len(run)
        own = _form(run, prefix=last and at == len(words), fuzzy=fuzzy)
        yield Clause((own, *(Form(other, weights.SYNONYM) for other in synonyms.get(run, ()))))


def _form(run: tuple[str, ...], *, prefix: bool, fuzzy: bool) -> Form:
    if len(run) > 1:
        return Form(run)
    word = run[0]
    return Form(run, prefix=prefix and len(word) <= LONGEST_PREFIX, edits=edits(word) if fuzzy else 0)


def digest(documents: Iterable[Document]) -> str:
    """A short name of a subject's documents: equal where they are equal."""
    seen = hashlib.sha256()
    for one in sorted(documents, key=lambda document: document.id):
        facets = [(name, sorted(one.facets[name])) for name in FACETS if one.facets.get(name)]
        numbers = [(name, float(one.numbers[name])) for name in NUMBERS if name in one.numbers]
        vector = [round(float(value), 5) for value in one.vector]
        parts = (one.id, one.subject, one.title, one.summary, one.body, facets, numbers)
        seen.update(repr((*parts, one.created, one.likes, one.makes, one.family, vector)).encode())
    return seen.hexdigest()[:16]
