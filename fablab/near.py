"""Labs near a place, nearest first."""

from django.db.models import Q, QuerySet

from fablab.distance import HALF_ROUND_KM, box_around, distance_km
from fablab.models import Lab


def nearest(lat: float, lon: float, km: float, labs: QuerySet[Lab]) -> list[tuple[int, float]]:
    """Of these labs, (id, km) of those within `km` of a place.

    The database narrows to a box by the index of places; what lies in its corners is left out here.
    """
    placed = labs.filter(latitude__isnull=False, longitude__isnull=False)
    if km < HALF_ROUND_KM:
        placed = placed.filter(within(lat, lon, km))
    points = placed.order_by().values_list("pk", "latitude", "longitude").distinct()
    measured = [
        (distance_km(lat, lon, there, across), pk)
        for pk, there, across in points.iterator()
        if there is not None and across is not None
    ]
    return [(pk, far) for far, pk in sorted(measured) if far <= km]


def within(lat: float, lon: float, km: float) -> Q:
    """Labs in the smallest box about so many km; its corners are a little farther."""
    box = box_around(lat, lon, km)
    found = Q(latitude__range=(box.south, box.north))
    if box.west <= box.east:
        return found & Q(longitude__range=(box.west, box.east))
    return found & (Q(longitude__gte=box.west) | Q(longitude__lte=box.east))
