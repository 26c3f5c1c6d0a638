"""Distances on the globe. Pure: latitudes and longitudes in degrees, distances in km."""

from dataclasses import dataclass
from math import asin, cos, degrees, radians, sin, sqrt

EARTH_KM = 6371.0088
HALF_ROUND_KM = 20_015.1


@dataclass(frozen=True)
class Box:
    """South, north, west and east. Where `west` is greater than `east`, it reaches over the 180th meridian."""

    south: float
    north: float
    west: float
    east: float


def distance_km(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """The great-circle distance between two places (haversine)."""
    a, b = radians(lat), radians(other_lat)
    half = sin((b - a) / 2) ** 2 + cos(a) * cos(b) * sin(radians(other_lon - lon) / 2) ** 2
    return 2 * EARTH_KM * asin(min(1.0, sqrt(half)))


def box_around(lat: float, lon: float, km: float) -> Box:
    """The smallest box of latitudes and longitudes with everything within `km` of a place."""
    reach = degrees(km / EARTH_KM)
    south, north = lat - reach, lat + reach
    if south <= -90 or north >= 90:
        return Box(max(south, -90.0), min(north, 90.0), -180.0, 180.0)
    aside = degrees(asin(min(1.0, sin(radians(min(reach, 90.0))) / cos(radians(lat)))))
    if aside >= 180:
        return Box(south, north, -180.0, 180.0)
    return Box(south, north, _turned(lon - aside), _turned(lon + aside))


def _turned(lon: float) -> float:
    return (lon + 180) % 360 - 180
