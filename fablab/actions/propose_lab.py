"""Put a lab on the map: anybody may."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.text import slugify

from accounts import handles
from accounts.models import User
from fablab.gazetteer import towns, zone_at
from fablab.models import Lab, Staff


def propose_lab(*, by: User, is_mine: bool, **facts: Any) -> Lab:
    """A new lab under an address made of its name. `facts` are the model's fields.

    Whoever says that it is theirs runs it from now on; else it waits for a claim.
    """
    with transaction.atomic():
        unsaid = {} if is_mine else {"access": Lab.Access.REQUEST}
        standing = Lab.Standing.CLAIMED if is_mine else Lab.Standing.PROPOSED
        lab = add_lab(**{**unsaid, **facts}, proposed_by=by, standing=standing)
        if is_mine:
            Staff.objects.create(lab=lab, user=by, role=Staff.Role.MANAGER)
    return lab


def add_lab(**facts: Any) -> Lab:
    """A row for a lab, placed in its town where no coordinates are known, in the time zone of its place."""
    lab = Lab(slug=free_slug(facts["name"]), **facts)
    place(lab)
    lab.save()
    return lab


def place(lab: Lab) -> None:
    """Fill in coordinates from the town, and the time zone from the coordinates, where nobody has said them."""
    if (lab.latitude is None or lab.longitude is None) and lab.city:
        known = towns(f"{lab.city}, {lab.country}" if lab.country else lab.city, limit=1)
        if known:
            lab.latitude, lab.longitude = known[0].lat, known[0].lon
    if lab.latitude is not None and lab.longitude is not None and lab.timezone == "UTC":
        lab.timezone = zone_at(lab.latitude, lab.longitude)


def free_slug(name: str) -> str:
    """An address that no lab has, made of a name."""
    base = slugify(name).replace("_", "-")[:34].strip("-")
    while "--" in base:
        base = base.replace("--", "-")
    try:
        handles.validate(base)
    except ValidationError:
        base = f"lab-{base}"[:34].strip("-")
    taken = set(Lab.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    return next(slug for n in range(1, len(taken) + 2) if (slug := base if n == 1 else f"{base}-{n}") not in taken)
