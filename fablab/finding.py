"""Labs and machines that can make something, the nearest first: rows alone, no mesh is opened.

The database is asked in rings about a place, so that a dense town costs no more than a desert; last of all everywhere.
"""

import math
import operator
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

import numpy as np
from django.db.models import Exists, OuterRef, Q, QuerySet

from designs.mesh.profiles import Profile
from designs.mesh.verdicts import verdict
from fablab import matching
from fablab.distance import EARTH_KM
from fablab.matching import FIT_MM, Need
from fablab.models import Lab, Machine, Stock
from fablab.models.machine import FILAMENT_NOZZLE_MM
from fablab.near import within
from fablab.processes import PROCESSES

RINGS_KM = (50.0, 400.0, 1600.0)
MOST_LABS = 50
FEW = 2000
"""So many machines are few in the world."""
CHUNK = 250
Far = tuple[float, int]
"""A distance in km, and a lab's id."""
ALL = matching.SHAPES | {"laser"}
_BY_KERNEL: dict[str, list[str]] = {}
for _process in PROCESSES.values():
    _BY_KERNEL.setdefault(_process.kernel, []).append(_process.key)


@dataclass(frozen=True)
class Near:
    """A place in degrees, and how far from it one would go, in km; 0: any distance."""

    latitude: float
    longitude: float
    km: float = 0.0

    def within(self, km: float) -> Q:
        """Labs in the smallest box about so many km; its corners are a little farther."""
        return within(self.latitude, self.longitude, km)


@dataclass(frozen=True)
class Found:
    """A lab, and how far it is in km; None where it or the visitor has no place."""

    lab: Lab
    km: float | None


@dataclass(frozen=True)
class Match:
    """A machine, how far it is in km, and that it makes `made` of the `of` parts that are for its kind.

    `grade` is the worst among those it makes: prints or care.
    """

    machine: Machine
    km: float | None
    made: int
    of: int
    grade: str

    @property
    def makes_all(self) -> bool:
        """Whether no part is left over."""
        return self.made == self.of

    @property
    def rank(self) -> tuple[bool, bool, int, float, int]:
        """The best first: all parts without care, all, many; the nearest, the oldest."""
        far = math.inf if self.km is None else self.km
        return (not self.makes_all, self.grade != "prints", -self.made, far, self.machine.pk)


def needs_of(facts: Iterable[Mapping[str, Any]]) -> list[Need]:
    """What parts ask, by the kernel's facts of each, without those that are easier than another."""
    return matching.hardest(part for one in facts if (part := matching.need(one)))


def takes(part: Need, kernels: Iterable[str] = ALL) -> Q:
    """Machines of these kinds that the part fits, with no wall thinner than the nozzle; as matching.takes says it."""
    keys = [key for kernel in sorted(part.processes & set(kernels)) for key in _BY_KERNEL[kernel]]
    fits = Q()
    for small, middle, large in part.boxes:
        room = Q(large_mm__gte=large - FIT_MM, middle_mm__gte=middle - FIT_MM)
        fits |= room if part.is_drawing else room & Q(small_mm__gte=small - FIT_MM)
    found = Q(process__in=keys) & fits
    if part.wall is None:
        return found
    finer = Q(nozzle_mm__lte=part.wall)
    if part.wall < FILAMENT_NOZZLE_MM:
        finer &= Q(nozzle_mm__gt=0)
    return found & (finer | ~Q(process__in=_BY_KERNEL["fdm"]))


def labs_for(
    parts: Sequence[Need],
    *,
    near: Near | None = None,
    country: str = "",
    material: str = "",
    kernels: Iterable[str] = ALL,
    most: int = MOST_LABS,
) -> list[Found]:
    """Labs that can make every part on machines that work now, the nearest first; with `material`, that have it too.

    Without a place they come by name.
    """
    asked = [takes(part, kernels) for part in parts]
    return _labs(asked, near=near, country=country, material=material, most=most)


def _labs(asked: Sequence[Q], *, near: Near | None, country: str, material: str, most: int) -> list[Found]:
    """Labs that have a machine for each question, of which the first is the hardest."""
    labs = Lab.objects.listed().exclude(standing=Lab.Standing.CLOSED)
    if country:
        labs = labs.filter(country=country)
    if material:
        left = Q(remaining_g__gt=0) | Q(remaining_sheets__gt=0)
        labs = labs.filter(
            Exists(Stock.objects.filter(left, lab=OuterRef("pk"), material__iexact=material, is_used_up=False))
        )
    if near is None:
        for one in asked:
            labs = labs.filter(pk__in=_machines(one).values("lab"))
        return [Found(lab, None) for lab in labs.order_by("name", "pk")[:most]]
    able = labs
    for one in asked:
        able = able.filter(Exists(_machines(one).filter(lab=OuterRef("pk"))))
    far = _in_rings(able, near, most)
    if far is None:
        far = _everywhere(labs, able, asked, near, most)
    rows = Lab.objects.in_bulk([pk for _km, pk in far])
    return [Found(rows[pk], km) for km, pk in far if pk in rows]


def _machines(question: Q) -> QuerySet[Machine]:
    return Machine.objects.filter(question, state__in=Machine.WORKING)


def _in_rings(able: QuerySet[Lab], near: Near, most: int) -> list[Far] | None:
    """What a ring about the place holds, once it holds enough or is as far as one would go; else None."""
    rings = [ring for ring in RINGS_KM if not near.km or ring < near.km]
    for km in [*rings, near.km] if near.km else rings:
        found = [one for one in _far(able.filter(near.within(km)), near) if one[0] <= km]
        if len(found) >= most or km == near.km:
            return found[:most]
    return None


def _everywhere(labs: QuerySet[Lab], able: QuerySet[Lab], asked: Sequence[Q], near: Near, most: int) -> list[Far]:
    """The nearest in the world. Where few have a machine for the hardest part these are looked at, else all in turn."""
    few = list(_machines(asked[0]).order_by().values_list("lab", flat=True)[: FEW + 1]) if asked else []
    if asked and len(few) <= FEW:
        return _far(able.filter(pk__in=set(few)), near)[:most]
    found: list[Far] = []
    ordered = _far(labs, near)
    for start in range(0, len(ordered), CHUNK):
        chunk = ordered[start : start + CHUNK]
        here = set(able.filter(pk__in=[pk for _km, pk in chunk]).order_by().values_list("pk", flat=True))
        found += [one for one in chunk if one[1] in here]
        if len(found) >= most:
            break
    return found[:most]


def _far(labs: QuerySet[Lab], near: Near) -> list[Far]:
    """How far each is that has a place, the nearest first."""
    rows = labs.exclude(latitude=None).exclude(longitude=None).order_by()
    table = np.array(list(rows.values_list("latitude", "longitude", "pk")), dtype=float).reshape(-1, 3)
    lat, lon = np.radians(table[:, 0]), np.radians(table[:, 1])
    at, on = np.radians([near.latitude, near.longitude])
    half = np.sin((lat - at) / 2) ** 2 + np.cos(at) * np.cos(lat) * np.sin((lon - on) / 2) ** 2
    km = 2 * EARTH_KM * np.arcsin(np.sqrt(np.minimum(half, 1.0)))
    order = np.lexsort((table[:, 2], km))
    return list(zip(km[order].tolist(), table[order, 2].astype(int).tolist(), strict=True))


def machines_for(
    parts: Sequence[Mapping[str, Any]],
    *,
    near: Near | None = None,
    country: str = "",
    material: str = "",
    kernels: Iterable[str] = ALL,
    most: int = MOST_LABS,
) -> list[Match]:
    """Machines that make at least one of the parts, by the kernel's facts of each: all before some, then the nearest.

    They are those of the `most` nearest labs that have one. Of walls the kernel's verdict is asked, which knows how
    much of a part is thin.
    """
    needs = [(facts, replace(part, wall=None)) for facts in parts if (part := matching.need(facts))]
    any_of = [takes(part, kernels) for part in dict.fromkeys(part for _facts, part in needs)]
    if not any_of:
        return []
    question = reduce(operator.or_, any_of)
    labs = _labs([question], near=near, country=country, material=material, most=most)
    known = {one.lab.pk: one for one in labs}
    rows = Machine.objects.working().filter(question, lab__in=list(known)).order_by("pk")
    judged = _Judged(needs)
    found = []
    for machine in rows.prefetch_related("loaded"):
        machine.lab = known[machine.lab_id].lab
        if match := judged.match(machine, known[machine.lab_id].km):
            found.append(match)
    return sorted(found, key=lambda one: one.rank)


class _Judged:
    """Judges parts for machines; alike machines once."""

    def __init__(self, needs: Sequence[tuple[Mapping[str, Any], Need]]) -> None:
        self.needs = needs
        self._known: dict[tuple[object, ...], tuple[str, ...]] = {}

    def match(self, machine: Machine, km: float | None) -> Match | None:
        """How the parts do on the machine; None where it makes none of them."""
        profile = machine.profile()
        if profile is None:
            return None
        alike = (profile.process, profile.volume_mm, profile.nozzle_mm, str(sorted(profile.overrides.items())))
        if alike not in self._known:
            self._known[alike] = self._grades(profile)
        grades = self._known[alike]
        made = [grade for grade in grades if grade != "fails"]
        return Match(machine, km, len(made), len(grades), "care" if "care" in made else "prints") if made else None

    def _grades(self, profile: Profile) -> tuple[str, ...]:
        """The grade of each part that such a machine may make at all."""
        room = matching.offer(profile.process, profile.volume_mm, profile.nozzle_mm)
        asked = [(facts, part) for facts, part in self.needs if profile.process in part.processes]
        judged = [verdict(facts, profile) if matching.takes(room, part) else None for facts, part in asked]
        return tuple(one.grade if one else "fails" for one in judged)
