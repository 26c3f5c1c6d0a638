"""Which labs somebody asks for: words, country, process, access, open now, verified, and how far from where."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Lower
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from fablab.distance import HALF_ROUND_KM
from fablab.models import Lab, Machine
from fablab.near import nearest
from fablab.open_now import open_now
from fablab.places import Place, place_named
from fablab.processes import PROCESSES

DISTANCES = (10, 25, 50, 100, 250, 500, 1000)
"""Kilometres that the page offers."""
MOST_TEXT = 120
MOST_POINTS = 20_000
ORDER = (
    Case(
        When(standing=Lab.Standing.VERIFIED, then=Value(0)),
        When(standing=Lab.Standing.CLAIMED, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    ),
    Lower("name"),
    "pk",
)
"""Verified labs, then those run by their people, then the rest; each by name."""


@dataclass(frozen=True)
class Asked:
    """What the address of the list says. `near` is what was typed, `place` what it means, None where nobody knows.

    `designs` are words of designs that the map shows beside the labs.
    """

    text: str = ""
    country: str = ""
    process: str = ""
    access: str = ""
    near: str = ""
    km: float = 0.0
    is_open: bool = False
    is_verified: bool = False
    designs: str = ""
    place: Place | None = field(default=None, compare=False)

    def params(self, **changes: Any) -> str:
        """The query string of this, with changes; what is empty is left out."""
        said = {
            "q": self.text,
            "country": self.country,
            "process": self.process,
            "access": self.access,
            "near": self.near,
            "km": f"{self.km:g}" if self.km and self.near else "",
            "open": "1" if self.is_open else "",
            "verified": "1" if self.is_verified else "",
            "designs": self.designs,
            **changes,
        }
        return urlencode({name: value for name, value in said.items() if value})

    def address(self, **changes: Any) -> str:
        """The page of this, with changes."""
        params = self.params(**changes)
        return reverse("fablab:labs") + (f"?{params}" if params else "")


def read(sent: QueryDict) -> Asked:
    """What is asked; what makes no sense is as if it had not been said."""

    def said(name: str) -> str:
        return " ".join(sent.get(name, "").replace("\0", "").split())[:MOST_TEXT]

    near = said("near")
    return Asked(
        text=said("q"),
        country=said("country").upper() if len(said("country")) == 2 else "",
        process=said("process") if said("process") in PROCESSES else "",
        access=said("access") if said("access") in Lab.Access.values else "",
        near=near,
        km=_number(said("km")),
        is_open=bool(said("open")),
        is_verified=bool(said("verified")),
        designs=said("designs"),
        place=place_named(near) if near else None,
    )


def asked_for(*, near: str = "", km: float | None = None, **said: Any) -> Asked:
    """What a program asks for, by the names of the address; values are checked already."""
    return Asked(
        text=" ".join(said["q"].split()),
        country=said["country"].upper(),
        process=said["process"],
        access=said["access"],
        near=near,
        km=km or 0.0,
        is_open=said["open"],
        is_verified=said["verified"],
        place=place_named(near) if near else None,
    )


@dataclass(frozen=True)
class Found:
    """A page of labs, each with its distance in km where a place was named, and how many there are in all."""

    total: int
    labs: list[tuple[Lab, float | None]]


def find(asked: Asked, *, offset: int = 0, limit: int = 30, at: datetime | None = None) -> Found:
    """Labs that meet it: nearest first from a place, else verified ones first, then by name."""
    now = at or timezone.now()
    rows = narrowed(asked)
    if asked.place is None and not asked.is_open:
        return Found(rows.count(), [(lab, None) for lab in _with_hours(rows.order_by(*ORDER))[offset : offset + limit]])
    order: list[tuple[int, float | None]]
    if asked.place:
        reach = asked.km or HALF_ROUND_KM + 1
        order = list(nearest(asked.place.lat, asked.place.lon, reach, rows))
    else:
        order = [(pk, None) for pk in rows.order_by(*ORDER).values_list("pk", flat=True)]
    if asked.is_open:
        open_ones = open_now(rows, now)
        order = [one for one in order if one[0] in open_ones]
    page = order[offset : offset + limit]
    by_id = _with_hours(Lab.objects.all()).in_bulk([pk for pk, _far in page])
    return Found(len(order), [(by_id[pk], far) for pk, far in page if pk in by_id])


def points(asked: Asked, *, limit: int = MOST_POINTS) -> list[tuple[str, str, str, float, float, str]]:
    """What the map shows of the labs that meet it: (slug, name, town, latitude, longitude, standing)."""
    rows = narrowed(asked).filter(latitude__isnull=False, longitude__isnull=False)
    if asked.is_open or asked.km:
        rows = rows.filter(pk__in=[lab.pk for lab, _far in find(asked, limit=limit).labs])
    told = rows.values_list("slug", "name", "city", "latitude", "longitude", "standing")[:limit]
    return [
        (slug, name, town, lat, lon, standing)
        for slug, name, town, lat, lon, standing in told
        if lat is not None and lon is not None
    ]


def narrowed(asked: Asked) -> QuerySet[Lab]:
    """The rows that meet all but the distance and the hours; closed labs are left out."""
    rows = Lab.objects.listed().exclude(standing=Lab.Standing.CLOSED)
    for word in asked.text.split():
        rows = rows.filter(
            Q(name__icontains=word)
            | Q(city__icontains=word)
            | Q(region__icontains=word)
            | Q(summary__icontains=word)
            | Q(postcode__istartswith=word)
        )
    if asked.country:
        rows = rows.filter(country=asked.country)
    if asked.access:
        rows = rows.filter(access=asked.access)
    if asked.is_verified:
        rows = rows.filter(standing=Lab.Standing.VERIFIED)
    if asked.process:
        having = Machine.objects.working().filter(process=asked.process)
        rows = rows.filter(Q(pk__in=having.values("lab")) | Q(okw__processes__icontains=asked.process))
    return rows


def countries_present() -> list[str]:
    """Codes of the countries in which there are labs."""
    rows = Lab.objects.listed().exclude(standing=Lab.Standing.CLOSED).exclude(country="")
    return sorted(rows.order_by().values_list("country", flat=True).distinct())


def _with_hours(rows: QuerySet[Lab]) -> QuerySet[Lab]:
    return rows.prefetch_related("hours", "special_days", "closures")


def _number(text: str) -> float:
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return 0.0
    return value if 0 < value <= HALF_ROUND_KM else 0.0
