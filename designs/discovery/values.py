"""Values of facets: folded for search, in words for people."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from designs import categories, licences
from designs.mesh.formats import SUFFIXES

LETTERS = frozenset("pla petg abs asa tpu pc pa pp pet pva hips peek pei pom hdpe mdf pcb ptfe pvc pmma pa12".split())
"""Materials that are written in capitals."""
PROCESSES = {
    "material-extrusion": gettext_lazy("3D print: filament (FDM)"),
    "vat-photopolymerisation": gettext_lazy("3D print: resin"),
    "powder-bed-fusion": gettext_lazy("3D print: powder"),
    "laser-cutting": gettext_lazy("Laser cutting"),
    "cnc-milling": gettext_lazy("CNC milling"),
    "turning": gettext_lazy("Turning"),
    "sheet-metal": gettext_lazy("Sheet metal"),
    "woodworking": gettext_lazy("Woodworking"),
    "electronics": gettext_lazy("Electronics"),
    "casting": gettext_lazy("Moulding and casting"),
    "sewing": gettext_lazy("Sewing and textile"),
    "other": gettext_lazy("Something else"),
}
LANGUAGES = {
    "en": gettext_lazy("English"),
    "fr": gettext_lazy("French"),
    "de": gettext_lazy("German"),
    "es": gettext_lazy("Spanish"),
    "it": gettext_lazy("Italian"),
    "nl": gettext_lazy("Dutch"),
    "pt": gettext_lazy("Portuguese"),
}
FAMILIES = {
    "open": gettext_lazy("Open licences"),
    "not-open": gettext_lazy("Not open (non-commercial, no derivatives)"),
    "unstated": gettext_lazy("No licence stated"),
    "creative-commons": gettext_lazy("Creative Commons"),
    "cern-ohl": gettext_lazy("CERN Open Hardware Licence"),
    "gpl": gettext_lazy("GNU licences"),
    "permissive": gettext_lazy("MIT, BSD, Apache and alike"),
    "other-licence": gettext_lazy("Other licences"),
}
GRADES = {
    "prints": gettext_lazy("Prints"),
    "care": gettext_lazy("Prints with care"),
    "fails": gettext_lazy("Does not print"),
}


def fold(value: str) -> str:
    """A word that people write in several ways, in one: "PLA " and "pla"."""
    return " ".join(value.split()).casefold()


def shown(facet: str, value: str) -> str:
    """A value for people."""
    named = {"process": PROCESSES, "language": LANGUAGES, "licence_family": FAMILIES, "category": categories.NAMES}
    if facet in named:
        return str(named[facet].get(value, value))
    if facet == "verdict":
        return str(GRADES.get(value.partition(":")[2], value))
    if facet == "licence":
        if value == licences.UNSTATED:
            return str(FAMILIES["unstated"])
        return licences.LICENCES[value].name if value in licences.LICENCES else value
    if facet == "format":
        return value.upper() if value in SUFFIXES or len(value) < 5 else value
    if facet == "material":
        return " ".join(word.upper() if word in LETTERS else word for word in value.split())
    if value == "yes":
        return _("Yes")
    return value
