"""Where nothing is found: which condition took the most away, and what is there without it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext as _

from accounts.models import User
from designs.discovery.asked import Asked
from designs.discovery.facets import chips, named
from search import index

MOST = 12
"""Conditions that are tried."""
_ATOM = re.compile(r'(?:[^\s"]+:)?-?"[^"]*"?|[^\s"]+')
"""Words, phrases in quotes and conditions of a text, which are dropped as a whole."""


@dataclass(frozen=True)
class Advice:
    """A condition in words, how many are found without it, and the address of that; or all conditions at once."""

    label: str
    total: int
    address: str
    is_all: bool = False


def advice(asked: Asked, user: User | AnonymousUser) -> Advice | None:
    """The one condition whose loss finds the most, else all but the words; None where nothing helps.

    Raises SearchAwayError.
    """

    def total(other: Asked) -> int:
        return index.find(other.words, other.query(user, limit=0)).results.total

    tried = [Advice(label, total(other), other.address()) for label, other in list(_without_one(asked))[:MOST]]
    if best := max((one for one in tried if one.total), key=lambda one: one.total, default=None):
        return best
    words = Asked(text=asked.words, kind=asked.kind)
    left = total(words) if asked.words and (asked.is_narrowed or asked.words != asked.text) else 0
    return Advice("", left, words.address(), is_all=True) if left else None


def _without_one(asked: Asked) -> Iterator[tuple[str, Asked]]:
    """Each condition in words, and the search without it."""
    plain = replace(asked, page=1)
    for name, chosen in asked.facets.items():
        for value in chosen:
            yield named(name, value), plain.toggled(name, value)
    if own := asked.own_machine:
        yield own.name, replace(plain, machine="", bed="", nozzle=None)
    yield from ((place.label, without) for place, without in asked.places)
    if asked.size != (None, None):
        yield _size_label(asked, "size"), replace(plain, size=(None, None))
    if asked.mass != (None, None):
        yield _size_label(asked, "mass"), replace(plain, mass=(None, None))
    said = _ATOM.findall(asked.text)
    if len(said) > 1:
        for at, word in enumerate(said):
            yield _quoted(word), replace(plain, text=" ".join(said[:at] + said[at + 1 :]))
    elif said and asked.is_narrowed:
        yield _quoted(asked.text), replace(plain, text="")


def _quoted(word: str) -> str:
    return word if word.startswith(('"', '-"')) else _("“%(word)s”") % {"word": word}


def _size_label(asked: Asked, name: str) -> str:
    alone = replace(Asked(), **{name: getattr(asked, name)})
    return chips(alone)[0][0]
