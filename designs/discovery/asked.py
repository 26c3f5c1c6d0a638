"""What a visitor asks, read from an address and written to one: the same search always has the same address."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Protocol
from urllib.parse import urlencode

from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from designs.discovery import machines, places, words
from designs.discovery.machines import Machine
from designs.discovery.readers import readers
from designs.mesh.profiles import DEFAULT_FDM, PROFILES
from search.types import SORTS, WINDOW, Query

PER_PAGE = 24
MOST_TEXT = 200
MOST_VALUES = 20
KINDS = {"": ["project"], "parts": ["part"], "people": ["person", "organisation"]}
"""The tabs of the page, by the word of the address."""
CHOSEN = (
    "material", "process", "licence_family", "licence", "format", "source", "verdict", "tag", "language", "category",
    "released", "makes", "bom", "owner",
)  # fmt: skip
"""Facets that an address may name, in the order of the page."""
GRADES = ("prints", "care", "fails")


class Params(Protocol):
    """A QueryDict, or what is like one."""

    def get(self, key: str, default: Any = ..., /) -> Any:
        """The last value."""

    def getlist(self, key: str) -> Sequence[Any]:
        """All values."""


@dataclass(frozen=True)
class Asked:
    """One search. Sizes in mm, masses in g; `wrong` says which fields could not be understood."""

    text: str = ""
    kind: str = ""
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    machine: str = ""
    bed: str = ""
    nozzle: float | None = None
    profile: str = DEFAULT_FDM.key
    size: tuple[float | None, float | None] = (None, None)
    mass: tuple[float | None, float | None] = (None, None)
    sort: str = "relevance"
    page: int = 1
    said: places.Said = ()
    wrong: tuple[str, ...] = ()

    @property
    def own_machine(self) -> Machine | None:
        """The machine that was chosen or described."""
        if known := machines.catalogue().get(self.machine):
            return self._with_nozzle(known) if self.nozzle is not None else known
        if bed := machines.read_bed(self.bed) if self.bed else None:
            return self._with_nozzle(Machine("", f"{self.bed.removesuffix('mm').strip()} mm", "fdm", bed))
        return self._with_nozzle(Machine("", "", "fdm", machines.ANY_BED)) if self.nozzle else None

    def _with_nozzle(self, machine: Machine) -> Machine:
        nozzle = _("nozzle of %(mm)s mm") % {"mm": _number(self.nozzle)} if self.nozzle else ""
        name = ", ".join(filter(None, (machine.name, nozzle)))
        return replace(machine, name=name, nozzle_mm=self.nozzle or 0.0)

    @property
    def is_narrowed(self) -> bool:
        """Whether there is any condition beside the text."""
        return bool(self.facets or self.own_machine or {self.size, self.mass} != {(None, None)})

    @cached_property
    def places(self) -> list[tuple[places.Place, "Asked"]]:
        """The places that apps above know, each with the search without it."""
        return [(place, replace(self, said=rest, page=1)) for place, rest in places.read(self.said)]

    def query(self, user: User | AnonymousUser, *, facet_fields: Sequence[str] = (), limit: int = PER_PAGE) -> Query:
        """The question to the engine, for what this person may see."""
        said = words.read(self.text)
        facets = {name: list(values) for name, values in self.facets.items()}
        for name, values in said.facets.items():
            facets[name] = [*facets.get(name, []), *values]
        if "verdict" in facets:
            facets["verdict"] = [f"{self.profile}:{grade}" for grade in facets["verdict"]]
        own = self.own_machine
        ranges = dict(own.ranges) if own else {}
        if self.size != (None, None):
            low, high = ranges.get("large", (None, None))
            ranges["large"] = (_most(low, self.size[0]), _least(high, self.size[1]))
        if self.mass != (None, None):
            ranges["mass"] = self.mass
        return Query(
            facets={**facets, "kind": KINDS[self.kind], "reader": readers(user)},
            without=said.without,
            ranges=ranges,
            any_of=places.choices([place for place, _without in self.places]),
            sort=self.sort,
            offset=(self.page - 1) * PER_PAGE,
            limit=limit,
            facet_fields=facet_fields,
        )

    @property
    def words(self) -> str:
        """The text without the conditions in it."""
        return words.read(self.text).words

    def params(self) -> list[tuple[str, str]]:
        """The address's parameters in their one order, without what is taken for granted."""
        pairs: list[tuple[str, str]] = [("q", self.text), ("kind", self.kind)]
        pairs += [(name, value) for name in CHOSEN for value in sorted(self.facets.get(name, ()))]
        has_profile = self.profile != DEFAULT_FDM.key
        pairs += [("profile", self.profile if has_profile else ""), ("machine", self.machine), ("bed", self.bed)]
        pairs += [("nozzle", _number(self.nozzle))]
        pairs += [("size_min", _number(self.size[0])), ("size_max", _number(self.size[1]))]
        pairs += [("mass_min", _number(self.mass[0])), ("mass_max", _number(self.mass[1]))]
        pairs += self.said
        pairs += [("sort", self.sort if self.sort != "relevance" else "")]
        pairs += [("page", str(self.page) if self.page > 1 else "")]
        return [(name, value) for name, value in pairs if value]

    def address(self, view: str = "designs:search", **changes: Any) -> str:
        """The address of this search, or of one that differs from it and begins at its first page."""
        other = replace(self, **({"page": 1} | changes)) if changes else self
        params = urlencode(other.params())
        return f"{reverse(view)}?{params}" if params else reverse(view)

    def toggled(self, name: str, value: str) -> "Asked":
        """The same with a value of a facet chosen, or no longer."""
        chosen = set(self.facets.get(name, ())) ^ {value}
        facets = {**self.facets, name: tuple(sorted(chosen))}
        return replace(self, facets={key: values for key, values in facets.items() if values}, page=1)


def read(params: Params) -> Asked:
    """What an address asks. What is not understood is left out and named in `wrong`."""
    wrong: list[str] = []

    def one(name: str) -> str:
        return " ".join(str(params.get(name) or "").replace("\0", "").split())[:MOST_TEXT].strip()

    def number(name: str) -> float | None:
        text = one(name).replace(",", ".")
        try:
            value = float(text) if text else None
        except ValueError:
            value = math.nan
        if value is not None and not (math.isfinite(value) and value >= 0):
            wrong.append(name)
            return None
        return value

    facets = {name: _values(params.getlist(name)) for name in CHOSEN}
    facets["verdict"] = tuple(grade for grade in facets["verdict"] if grade in GRADES)
    machine, bed, profile, page = one("machine"), one("bed"), one("profile"), one("page")
    if machine and machine not in machines.catalogue():
        wrong.append("machine")
        machine = ""
    if bed and machines.read_bed(bed) is None:
        wrong.append("bed")
        bed = ""
    last = WINDOW // PER_PAGE
    return Asked(
        text=one("q"),
        kind=one("kind") if one("kind") in KINDS else "",
        facets={name: values for name, values in facets.items() if values},
        machine=machine,
        bed="" if machine else bed,
        nozzle=number("nozzle"),
        profile=profile if profile in PROFILES else DEFAULT_FDM.key,
        size=(number("size_min"), number("size_max")),
        mass=(number("mass_min"), number("mass_max")),
        sort=one("sort") if one("sort") in SORTS else "relevance",
        page=min(max(int(page), 1), last) if page.isascii() and page.isdigit() and len(page) < 9 else 1,
        said=tuple((name, one(name)) for name in places.names() if one(name)),
        wrong=tuple(wrong),
    )


def _values(given: Iterable[Any]) -> tuple[str, ...]:
    cleaned = (str(value).replace("\0", "").strip()[:MOST_TEXT] for value in list(given)[:MOST_VALUES])
    return tuple(sorted({value for value in cleaned if value}))


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def _most(*ends: float | None) -> float | None:
    return max((end for end in ends if end is not None), default=None)


def _least(*ends: float | None) -> float | None:
    return min((end for end in ends if end is not None), default=None)
