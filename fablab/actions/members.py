"""Who belongs to a lab: asks, is agreed to, has a tariff, leaves."""

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from designs.actions.errors import RefusedError
from fablab.actions.notify import tell
from fablab.actions.staff import person_named
from fablab.models import Lab, Member, Staff, Tariff


def ask_membership(lab: Lab, *, by: User) -> Member:
    """Ask to belong to a lab. Raises RefusedError where nobody could answer."""
    if lab.standing not in {Lab.Standing.CLAIMED, Lab.Standing.VERIFIED}:
        raise RefusedError(_("Nobody of this lab is here to answer."), "state")
    with transaction.atomic():
        member, is_new = Member.objects.get_or_create(lab=lab, user=by, defaults={"is_asked": True})
        if is_new:
            for one in lab.staff.filter(role=Staff.Role.MANAGER).select_related("user"):
                url = f"{lab.get_absolute_url()}settings/members/"
                tell(one.user, "member_asked", url=url, lab=lab, lab_name=lab.name, by=by.title)
    return member


def set_member(
    lab: Lab, *, handle: str, tariff: Tariff | None = None, since: date | None = None, until: date | None = None
) -> Member:
    """Make somebody a member, agree to who asked, or change the dates and the tariff of one.

    Raises RefusedError for an unknown handle, a tariff of another lab, and an end before its start.
    """
    user = person_named(handle)
    if tariff and tariff.lab_id != lab.pk:
        raise RefusedError(_("This tariff is another lab's."), "invalid")
    since = since or timezone.localdate()
    if until and until < since:
        raise RefusedError(_("The membership would end before it begins."), "invalid")
    with transaction.atomic():
        before = lab.members.filter(user=user).first()
        facts = {"tariff": tariff, "since": since, "until": until, "is_asked": False}
        member, _is_new = Member.objects.update_or_create(lab=lab, user=user, defaults=facts)
        if before is None or before.is_asked:
            tell(user, "member_agreed", url=lab.get_absolute_url(), lab=lab, lab_name=lab.name)
    return member


def end_membership(lab: Lab, user: User, *, by: User) -> None:
    """Let somebody go, or refuse who asked; nothing where they are no member."""
    with transaction.atomic():
        member = lab.members.filter(user=user).first()
        if member is None:
            return
        member.delete()
        if member.is_asked and by != user:
            tell(user, "member_refused", url=lab.get_absolute_url(), lab=lab, lab_name=lab.name)
