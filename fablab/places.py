"""A place that somebody typed: coordinates, a town, or the town of a lab that we know."""

import re
from dataclasses import dataclass

from django.db.models import Q

from fablab.gazetteer import towns
from fablab.models import Lab

NUMBER = r"([+-]?\d{1,3}(?:\.\d+)?)"
COORDINATES = re.compile(rf"\s*{NUMBER}\s*[,; ]\s*{NUMBER}\s*")


@dataclass(frozen=True)
class Place:
    """A point on the globe and what it is called."""

    name: str
    lat: float
    lon: float


def place_named(text: str) -> Place | None:
    """What is meant, or None: "48.85, 2.35", "Lyon", "Paris, US", or the town of a lab."""
    text = " ".join(text.replace("\0", "").split())[:120]
    if not text:
        return None
    if point := COORDINATES.fullmatch(text):
        lat, lon = float(point[1]), float(point[2])
        return Place(f"{lat:g}, {lon:g}", lat, lon) if abs(lat) <= 90 and abs(lon) <= 180 else None
    if found := towns(text, limit=1):
        return Place(found[0].name, found[0].lat, found[0].lon)
    name, _comma, country = (part.strip() for part in text.partition(","))
    known = Lab.objects.listed().filter(Q(city__iexact=name) | Q(name__iexact=name)).exclude(latitude=None)
    if country:
        known = known.filter(country__iexact=country)
    lab = known.exclude(longitude=None).order_by("pk").first()
    if lab is None or lab.latitude is None or lab.longitude is None:
        return None
    return Place(name, lab.latitude, lab.longitude)
