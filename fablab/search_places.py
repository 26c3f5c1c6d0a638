"""What the search asks of a lab, or of a place: that one of the machines there takes what is found.

Tens of thousands of machines come down to the few that no other one outdoes.
"""

from collections.abc import Mapping

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from designs.discovery import places
from designs.discovery.places import Place
from designs.mesh.profiles import DEFAULT_LASER
from fablab import matching
from fablab.matching import ADDITIVE, Offer
from fablab.models import Lab, Machine
from fablab.models.machine import FILAMENT_NOZZLE_MM
from fablab.near import nearest
from fablab.places import place_named
from fablab.processes import PROCESSES
from search.types import Choice

USUAL_KM, MOST_KM = 50.0, 5000.0
CUT = [f"{DEFAULT_LASER.key}:{grade}" for grade in ("prints", "care")]
"""What a laser cuts: the search knows of drawings whether they can be cut, not how large they are."""


def register() -> None:
    """Let addresses of the search name labs and places."""
    places.register(("lab",), of_lab)
    places.register(("near", "km"), of_place)


def of_lab(said: Mapping[str, str]) -> Place:
    """`lab=slug`: what prints on this lab's machines."""
    lab = Lab.objects.listed().filter(slug=said["lab"]).first()
    if lab is None:
        return Place(said["lab"], None, _("We know no lab “%(lab)s”.") % {"lab": said["lab"]})
    return Place(_("Made at %(lab)s") % {"lab": lab.name}, choices(Machine.objects.working().filter(lab=lab)))


def of_place(said: Mapping[str, str]) -> Place:
    """`near=Lyon` or `near=45.76,4.84`, `km=50`: what is made within so many km."""
    place = place_named(said["near"])
    if place is None:
        words = _("We know no town “%(place)s”; say it with its country, or as latitude, longitude.")
        return Place(said["near"], None, words % {"place": said["near"]})
    km = _km(said.get("km", ""))
    labs = [pk for pk, _far in nearest(place.lat, place.lon, km, Lab.objects.listed())]
    label = _("Made within %(km)s km of %(place)s") % {"km": f"{km:g}", "place": place.name}
    return Place(label, choices(Machine.objects.working().filter(lab__in=labs)))


def choices(machines: QuerySet[Machine]) -> list[Choice]:
    """What the best of these machines take, as the search asks it."""
    sides = ("process", "small_mm", "middle_mm", "large_mm", "nozzle_mm")
    offers = set()
    for process, small, middle, large, nozzle in machines.order_by().values_list(*sides).distinct():
        kernel = PROCESSES[process].kernel
        if kernel and large:
            filament = (nozzle or FILAMENT_NOZZLE_MM) if kernel == "fdm" else 0.0
            offers.add(Offer(kernel, (small, middle, large), filament))
    cutting = [Choice(facets={"verdict": CUT})] if any(one.process == "laser" for one in offers) else []
    return [_choice(one) for one in matching.best(one for one in offers if one.process != "laser")] + cutting


def _choice(machine: Offer) -> Choice:
    small, middle, large = machine.sides
    ranges: dict[str, tuple[float | None, float | None]] = {
        "small": (None, small), "middle": (None, middle), "large": (None, large)
    }  # fmt: skip
    if machine.nozzle:
        ranges["wall"] = (machine.nozzle, None)
    return Choice({} if machine.process in ADDITIVE else {"process": ["cnc-milling"]}, ranges)


def _km(text: str) -> float:
    try:
        km = float(text.replace(",", "."))
    except ValueError:
        return USUAL_KM
    return min(km, MOST_KM) if km > 0 else USUAL_KM
