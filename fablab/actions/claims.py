"""Somebody says that a proposed lab is theirs; the staff of the site, or who proposed it, decides."""

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from designs.actions.errors import RefusedError
from fablab.actions.notify import tell
from fablab.models import Claim, Lab, Staff


def claim_lab(lab: Lab, *, by: User, reason: str) -> Claim:
    """Ask to run a lab. Raises RefusedError where it is run already, asked for already, or no reason is given."""
    if not reason.strip():
        raise RefusedError(_("Say how one can see that you run this lab."), "invalid")
    with transaction.atomic():
        lab = Lab.objects.select_for_update().get(pk=lab.pk)
        if lab.standing != Lab.Standing.PROPOSED:
            raise RefusedError(_("This lab is run by its people already: ask its managers for a role."), "taken")
        if lab.claims.filter(user=by, decided_at=None).exists():
            raise RefusedError(_("You have asked already; nobody has decided yet."), "asked")
        claim = Claim.objects.create(lab=lab, user=by, reason=reason.strip()[:2000])
        deciders = {one.pk: one for one in User.objects.filter(is_staff=True, is_active=True)}
        if lab.proposed_by:
            deciders[lab.proposed_by.pk] = lab.proposed_by
        for person in deciders.values():
            if person != by:
                tell(person, "lab_claimed", url=reverse("fablab:claims"), lab=lab, by=by.title, lab_name=lab.name)
    return claim


def decide_claim(claim: Claim, *, by: User, is_granted: bool) -> None:
    """Say yes or no. Yes makes the claimant a manager and ends other claims. Raises RefusedError if decided already."""
    with transaction.atomic():
        lab = Lab.objects.select_for_update().get(pk=claim.lab_id)
        now = timezone.now()
        facts = {"decided_at": now, "decided_by": by, "is_granted": is_granted}
        if not Claim.objects.filter(pk=claim.pk, decided_at=None).update(**facts):
            raise RefusedError(_("Somebody has decided already."), "decided")
        if not is_granted:
            tell(claim.user, "claim_refused", url=lab.get_absolute_url(), lab=lab, lab_name=lab.name)
            return
        Staff.objects.get_or_create(lab=lab, user=claim.user, role=Staff.Role.MANAGER)
        if lab.standing == Lab.Standing.PROPOSED:
            lab.standing = Lab.Standing.CLAIMED
            lab.save(update_fields=["standing", "updated_at"])
        tell(claim.user, "claim_granted", url=lab.get_absolute_url(), lab=lab, lab_name=lab.name)
        for other in Claim.objects.filter(lab=lab, decided_at=None).select_related("user"):
            Claim.objects.filter(pk=other.pk).update(decided_at=now, decided_by=by, is_granted=False)
            tell(other.user, "claim_refused", url=lab.get_absolute_url(), lab=lab, lab_name=lab.name)
    claim.refresh_from_db()
