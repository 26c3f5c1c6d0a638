"""Machines, materials and the sources of limits, in the visitor's language."""

from django.utils.translation import gettext as _

from designs.mesh import limits
from designs.mesh.limits import Limit
from designs.mesh.profiles import PROFILES, Profile
from designs.words import values


def profile_name(profile: Profile) -> str:
    """What a machine is called: ours by what it takes, a lab's by its own name."""
    if PROFILES.get(profile.key) != profile:
        return profile.name
    width, depth, height = (values.plain(side) for side in profile.volume_mm)
    numbers = {
        "bed": f"{width} × {depth}",
        "nozzle": values.plain(profile.nozzle_mm),
        "thickness": height,
        "material": material_name(profile.material),
    }
    return {
        "fdm": _("Filament %(bed)s, nozzle %(nozzle)s mm, %(material)s"),
        "sla": _("Resin %(bed)s"),
        "sls": _("Powder %(bed)s, %(material)s"),
        "laser": _("Laser %(bed)s, %(material)s %(thickness)s mm"),
        "cnc": _("CNC mill %(bed)s, %(material)s"),
    }[profile.process] % numbers


def material_name(material: str) -> str:
    """A material of ours in the visitor's language; any other as the lab calls it."""
    return {
        "resin": _("resin"),
        "PA 12": _("nylon PA 12"),
        "plywood": _("plywood"),
        "beech": _("beech"),
    }.get(material, material)


def source(limit: Limit) -> str:
    """Who says so, with the number: "Limit: 0.8 mm. Partage's rule of thumb."."""
    known = {
        "slicer": _("PrusaSlicer and Cura: a wall narrower than one extruded line is left out; two lines make a wall"),
        "prusa": _("Prusa Knowledge Base: modelling with 3D printing in mind"),
        "hubs-printing": _("Protolabs Network (Hubs): design rules for 3D printing"),
        "hubs-cnc": _("Protolabs Network (Hubs): design guide for CNC machining"),
        "formlabs": _("Formlabs: design guide for stereolithography"),
        "own": _("our own rule of thumb"),
        "machine": _("the settings of this machine"),
    }
    told = known.get(limit.source, limits.SOURCES.get(limit.source, limit.source))
    return _("Limit: %(limit)s. Source: %(source)s.") % {
        "limit": values.limit(limit.value, limit.unit),
        "source": told,
    }
