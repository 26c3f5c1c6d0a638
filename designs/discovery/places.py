"""Conditions that apps above bring to the search: an address names a lab or a place, which stands for many machines."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from search.types import Choice

NOTHING = Choice(facets={"kind": ["nothing"]})


@dataclass(frozen=True)
class Place:
    """In words, and the machines there, one of which must take what is found; none of them takes nothing.

    Where what was typed is not understood, `choices` are None and `sentence` says so.
    """

    label: str
    choices: Sequence[Choice] | None
    sentence: str = ""


Read = Callable[[Mapping[str, str]], Place]
Said = tuple[tuple[str, str], ...]
"""Parameters of an address with their values, in order."""
_sources: dict[tuple[str, ...], Read] = {}


def register(params: tuple[str, ...], read: Read) -> None:
    """Let an address name places by these parameters, of which the first must be there."""
    _sources[params] = read


def names() -> list[str]:
    """Every parameter that has been registered."""
    return [name for params in _sources for name in params]


def read(said: Said) -> list[tuple[Place, Said]]:
    """The places that parameters name, each with what is said without it."""
    values = dict(said)
    return [
        (place(values), tuple(pair for pair in said if pair[0] not in params))
        for params, place in _sources.items()
        if values.get(params[0])
    ]


def choices(places: Sequence[Place]) -> list[Choice]:
    """One of these must hold, so that a machine of each place takes what is found; empty where nothing is asked."""
    known = [list(place.choices) or [NOTHING] for place in places if place.choices is not None]
    if not known:
        return []
    found = [choice for several in product(*known) if (choice := _both(several))]
    return found or [NOTHING]


def _both(several: Sequence[Choice]) -> Choice | None:
    """What meets each of several choices; None where two of them exclude one another."""
    facets: dict[str, Sequence[str]] = {}
    ranges: dict[str, tuple[float | None, float | None]] = {}
    for choice in several:
        for name, values in choice.facets.items():
            facets[name] = [one for one in values if one in facets.get(name, values)]
            if not facets[name]:
                return None
        for name, (low, high) in choice.ranges.items():
            least, most = ranges.get(name, (None, None))
            lows = [end for end in (low, least) if end is not None]
            highs = [end for end in (high, most) if end is not None]
            ranges[name] = (max(lows, default=None), min(highs, default=None))
    return Choice(facets, ranges)
