"""What a design is for, in some broad categories. A key is stable and stands in addresses."""

from django.utils.translation import gettext_lazy as _

NAMES = {
    "machines": _("Printers and other machines"),
    "tools": _("Tools and workshop"),
    "mechanics": _("Mechanical parts"),
    "electronics": _("Electronics and enclosures"),
    "robots": _("Robots and drones"),
    "science": _("Science and measuring"),
    "health": _("Health and assistance"),
    "home": _("Home and furniture"),
    "repair": _("Repair and spare parts"),
    "garden": _("Garden and farming"),
    "energy": _("Energy and environment"),
    "mobility": _("Cycles and vehicles"),
    "sound": _("Music and sound"),
    "play": _("Toys and games"),
    "art": _("Art, jewellery and clothing"),
    "learning": _("Learning"),
}
CHOICES = list(NAMES.items())
