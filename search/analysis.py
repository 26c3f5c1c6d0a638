"""From text to tokens: one chain for documents and queries, so that every engine finds the same.

Words are folded (case, accents, French elision), then stemmed in every language of the site. What engines get are
tokens between spaces. Beside the words of a text stand others by which they are typed: parts of `M3x12` and
`OpenFlexure`, compounds with and without their hyphen, and neighbours in a title written as one.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice, pairwise

import numpy as np
import Stemmer

from search import weights
from search.cognates import cognates
from search.types import FACETS, NUMBERS, Clause, Document, Form

LANGUAGES = ("english", "french")
TEXTS = ("title", "text", "body")
MOST_CLAUSES = 12
LONGEST_PREFIX = 20
LONGEST_TOKEN = 60
LONGEST_STUMP = 3
MOST_BODY_TOKENS = 20_000

STOP = frozenset(
    "a ai an and any are as at au aucun aux avec be but by c can ce ces cet cette chez comme comment could d dans de "
    "des do does du elle en entre est et etre eux fait for from had has have how i if il ils in into is it its j je "
    "l la le les leur leurs like lui m ma mais me mes moi my n ne no nos not notre nous of on or ou our own par pas "
    "plus pour pouvoir qu que quel quelle qui s sa sans se ses si so some son sont sous such sur t ta te tes than "
    "that the their them then there these they this to toi ton too tu un une us vos votre vous was we what when "
    "where which who will with would y you your".split()
)
"""Words that say nothing by themselves."""
WEAK = frozenset(
    "appareil best bon build buy cad cheap cherche chercher conception cool design device dispositif diy download "
    "easy fabrication fabriquer facile fait fichier file find free good gratuit hardware homemade instruction kit "
    "library libre machine make making meilleur model modele new nice nouveau open ouvert plan print printable "
    "printed project projet search set simple source stl system systeme telecharger template thing trouver want".split()
)
"""Words that are said of most designs: the first that a question can do without."""
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
_PLURALS = (
    ("ies", "y"), ("eaux", "eau"), ("aux", "al"), ("ches", "ch"), ("shes", "sh"), ("xes", "x"), ("sses", "ss"),
    ("eux", "eu"), ("s", ""),
)  # fmt: skip
_KEPT = ("", "s", "es")
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
    """The stems of a token, one for each language in which it differs. A stump is none: "buse" is no "bus"."""
    found = dict.fromkeys(_stemmers[name].stemWord(token) for name in LANGUAGES)
    whole = [stem for stem in found if len(stem) > LONGEST_STUMP or token.removeprefix(stem) in _KEPT]
    return tuple(whole) or (token,)


@lru_cache(200_000)
def singular(token: str) -> str:
    """A word without the plural of French or English, as far as its ending tells."""
    if len(token) < 4 or not token.isalpha() or token.endswith(("ss", "us", "is")):
        return token
    for ending, other in _PLURALS:
        if token.endswith(ending):
            return token.removesuffix(ending) + other
    return token


def _joined(text: str) -> str:
    """ "M3 × 12" and "20 mm" as they are written without spaces."""
    return _UNIT.sub(r"\1\2", _TIMES.sub("x", text))


def tokens(text: str) -> list[str]:
    """The words of a text in their order, folded."""
    return [token for word in _WORD.findall(_joined(text)) if (token := _token(word))]


def _beside(text: str, *, is_title: bool) -> list[str]:
    """Other tokens by which the words of a text are typed."""
    joined = _joined(text)
    found = [_token(re.sub(r"[-‐‑]", "", word)) for word in _COMPOUND.findall(joined)]
    words = _WORD.findall(joined)
    for word in words:
        found += _pieces(word)
    if is_title:
        own = [_token(word) for word in words]
        found += [one + two for one, two in pairwise(own) if one.isalpha() and two.isalpha()]
    return found


@lru_cache(200_000)
def _pieces(word: str) -> list[str]:
    """The numbers and names of which a word is made up."""
    token = _token(word)
    found: list[str] = []
    if len(pieces := _PIECES.findall(token)) > 1:
        found += [piece for piece in (*pieces, *_SIZES.split(token)) if 1 < len(piece) < len(token)]
    if word not in (word.upper(), word.lower()) and len(hump := _CAMEL.findall(word)) > 1:
        found += [_token(piece) for piece in hump if len(piece) > 1]
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
"""What is said (tokens, as `key` has them) -> the other ways to say it."""


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
    found += islice(_said(words, synonyms or {}, fuzzy=fuzzy, last=last), MOST_CLAUSES)
    for phrase, negated in phrases[:MOST_CLAUSES]:
        if phrase:
            found.append(Clause((Form(tuple(phrase), weights.PHRASE, in_a_row=len(phrase) > 1),), negated))
    return found


def _said(words: Sequence[str], synonyms: Synonyms, *, fuzzy: bool, last: bool) -> Iterator[Clause]:
    """A clause for each word, or for several that have a synonym together. Words that say nothing have none, unless
    there is nothing else."""
    longest = max((len(key) for key in synonyms), default=1)
    is_empty = all(word in STOP for word in words)
    at = 0
    while at < len(words):
        run = _run(words[at : at + longest], synonyms)
        at += len(run)
        begins = last and at == len(words)
        if run[0] in STOP and len(run) == 1 and not begins and not is_empty:
            continue
        own = way(run) if len(run) > 1 else _form(run[0], prefix=begins, fuzzy=fuzzy)
        yield Clause((own, *others(run, synonyms)))


def _run(words: Sequence[str], synonyms: Synonyms) -> tuple[str, ...]:
    """The longest beginning that is said in other words too."""
    for length in range(len(words), 1, -1):
        if key(words[:length]) in synonyms:
            return tuple(words[:length])
    return (words[0],)


def key(words: Iterable[str]) -> tuple[str, ...]:
    """How the table of synonyms names some words: each in the singular."""
    return tuple(singular(word) for word in words)


def others(run: tuple[str, ...], synonyms: Synonyms) -> list[Form]:
    """The other ways to say it: synonyms, and what a single word would be in the other language."""
    said = list(synonyms.get(key(run), ()))
    if len(run) == 1:
        said += [(word,) for word in cognates(singular(run[0]))]
    return [way(one, weights.SYNONYM) for one in dict.fromkeys(said)]


def way(run: tuple[str, ...], weight: float = 1.0) -> Form:
    """Some words wherever they stand; in a row where one alone would be left without those that say nothing."""
    telling = tuple(word for word in run if word not in STOP)
    if len(telling) == len(run) or len(telling) > 1:
        return Form(telling, weight)
    return Form(run, weight, in_a_row=len(run) > 1)


def _form(word: str, *, prefix: bool, fuzzy: bool) -> Form:
    return Form((word,), prefix=prefix and len(word) <= LONGEST_PREFIX, edits=edits(word) if fuzzy else 0)


def digest(documents: Iterable[Document]) -> str:
    """A short name of a subject's documents: equal where they are equal."""
    seen = hashlib.sha256()
    for one in sorted(documents, key=lambda document: document.id):
        facets = [(name, sorted(one.facets[name])) for name in FACETS if one.facets.get(name)]
        numbers = [(name, float(one.numbers[name])) for name in NUMBERS if name in one.numbers]
        vector = np.round(np.asarray(one.vector, np.float64), 5) + 0.0
        parts = (one.id, one.subject, one.title, one.summary, one.body, facets, numbers)
        seen.update(repr((*parts, one.created, one.likes, one.makes, one.family)).encode() + vector.tobytes())
    return seen.hexdigest()[:16]
