"""Labs that are what they say: three verified labs vouch for one, or the staff of the site verifies it."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from designs.actions.errors import RefusedError
from fablab.actions.notify import tell
from fablab.models import Lab, Staff, Vouch

ENOUGH = 3
"""So many verified labs make another one verified."""


def vouch(lab: Lab, by_lab: Lab, *, by: User) -> None:
    """Say in the name of a verified lab that another exists and is run by these people.

    Raises RefusedError where the one is not verified or the other is not run by its people.
    """
    with transaction.atomic():
        lab = Lab.objects.select_for_update().get(pk=lab.pk)
        if by_lab.standing != Lab.Standing.VERIFIED or by_lab == lab:
            raise RefusedError(_("Only a verified lab may vouch for another."), "not-verified")
        if lab.standing != Lab.Standing.CLAIMED:
            raise RefusedError(_("One vouches for a lab that its people run and that is not verified yet."), "state")
        Vouch.objects.get_or_create(lab=lab, by_lab=by_lab, defaults={"by": by})
        if lab.vouches.filter(by_lab__standing=Lab.Standing.VERIFIED).count() >= ENOUGH:
            _verified(lab)


def verify(lab: Lab) -> None:
    """Verify a lab as staff of the site. Raises RefusedError where nobody runs it."""
    with transaction.atomic():
        lab = Lab.objects.select_for_update().get(pk=lab.pk)
        if lab.standing != Lab.Standing.CLAIMED:
            raise RefusedError(_("Only a lab that its people run can be verified."), "state")
        _verified(lab)


def _verified(lab: Lab) -> None:
    lab.standing, lab.verified_at = Lab.Standing.VERIFIED, timezone.now()
    lab.save(update_fields=["standing", "verified_at", "updated_at"])
    for one in lab.staff.filter(role=Staff.Role.MANAGER).select_related("user"):
        tell(one.user, "lab_verified", url=lab.get_absolute_url(), lab=lab, lab_name=lab.name)
