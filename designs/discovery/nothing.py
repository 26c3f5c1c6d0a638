"""Where nothing is found: which condition took the most away, and what is there without it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from designs.discovery.asked import Asked
from designs.discovery.facets import LABELS, chips
from designs.discovery.values import shown
from search import index

MOST = 12
"""Conditions that are tried."""


@dataclass(frozen=True)
class Advice:
    """A condition in words, how many are found without it, and the address of that."""

    label: str
    total: int
    address: str


def advice(asked: Asked, user: User | AnonymousUser) -> Advice | None:
    """The one condition whose loss finds the most; None where none alone helps. Raises SearchAwayError."""
    best: Advice | None = None
    for label, other in list(_without_one(asked))[:MOST]:
        total = index.find(other.words, other.query(user, limit=0)).results.total
        if total and (best is None or total > best.total):
            best = Advice(label, total, other.address())
    return best


def _without_one(asked: Asked) -> Iterator[tuple[str, Asked]]:
    """Each condition in words, and the search without it."""
    plain = replace(asked, page=1)
    for name, chosen in asked.facets.items():
        for value in chosen:
            label = str(LABELS.get(name, name)) if value == "yes" else shown(name, _of_profile(name, value))
            yield label, plain.toggled(name, value)
    if own := asked.own_machine:
        yield own.name, replace(plain, machine="", bed="", nozzle=None)
    yield from ((place.label, without) for place, without in asked.places)
    if asked.size != (None, None):
        yield _size_label(asked, "size"), replace(plain, size=(None, None))
    if asked.mass != (None, None):
        yield _size_label(asked, "mass"), replace(plain, mass=(None, None))
    said = asked.text.split()
    if len(said) > 1 and '"' not in asked.text:
        for at, word in enumerate(said):
            yield f"“{word}”", replace(plain, text=" ".join(said[:at] + said[at + 1 :]))
    elif said and (asked.facets or asked.own_machine):
        yield f"“{asked.text}”", replace(plain, text="")


def _of_profile(name: str, value: str) -> str:
    return f":{value}" if name == "verdict" else value


def _size_label(asked: Asked, name: str) -> str:
    alone = replace(Asked(), **{name: getattr(asked, name)})
    return chips(alone)[0][0]
