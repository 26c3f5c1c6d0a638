"""Labs near a place, nearest first."""

from django.db.models import Q, QuerySet

from fablab.distance import HALF_ROUND_KM, box_around, distance_km
from fablab.models import Lab


def labs_near(lat: float, lon: float, km: float, labs: QuerySet[Lab] | None = None) -> list[tuple[Lab, float]]:
    """Labs within `km` of a place with their distance in km, nearest first; of `labs`, or of all that are listed."""
    rows = Lab.objects.listed() if labs is None else labs
    found = nearest(lat, lon, km, rows)
    by_id = rows.in_bulk([pk for pk, _far in found])
    return [(by_id[pk], far) for pk, far in found if pk in by_id]


def nearest(lat: float, lon: float, km: float, labs: QuerySet[Lab]) -> list[tuple[int, float]]:
    """The same as (id, km), without the rows themselves.

    The database narrows to a box by the index of places; what lies in its corners is left out here.
    """
    placed = labs.filter(latitude__isnull=False, longitude__isnull=False)
    if km < HALF_ROUND_KM:
        placed = placed.filter(_within(lat, lon, km))
    points = placed.order_by().values_list("pk", "latitude", "longitude").distinct()
    measured = [
        (distance_km(lat, lon, there, across), pk)
        for pk, there, across in points.iterator()
        if there is not None and across is not None
    ]
    return [(pk, far) for far, pk in sorted(measured) if far <= km]


def _within(lat: float, lon: float, km: float) -> Q:
    box = box_around(lat, lon, km)
    rows = Q(latitude__gte=box.south, latitude__lte=box.north)
    if box.west <= box.east:
        return rows & Q(longitude__gte=box.west, longitude__lte=box.east)
    return rows & (Q(longitude__gte=box.west) | Q(longitude__lte=box.east))
