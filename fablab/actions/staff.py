"""Who works in a lab, and as what."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from designs.actions.errors import RefusedError
from fablab.actions.notify import tell
from fablab.models import Lab, Staff


def add_staff(lab: Lab, *, handle: str, role: str, by: User) -> Staff:
    """Give somebody a role. Raises RefusedError where nobody has this handle or there is no such role."""
    if role not in Staff.Role.values:
        raise RefusedError(_("There is no such role."), "invalid")
    user = person_named(handle)
    with transaction.atomic():
        staff, is_new = Staff.objects.get_or_create(lab=lab, user=user, role=role)
        if is_new and user != by:
            tell(user, "staff_added", url=lab.get_absolute_url(), lab=lab, lab_name=lab.name, by=by.title)
    return staff


def remove_staff(lab: Lab, staff_id: int) -> None:
    """Take a role away. Raises RefusedError for the last manager: a lab must have one."""
    with transaction.atomic():
        Lab.objects.select_for_update().get(pk=lab.pk)
        staff = lab.staff.filter(pk=staff_id).first()
        if staff is None:
            return
        managers = lab.staff.filter(role=Staff.Role.MANAGER).exclude(user=staff.user)
        if staff.role == Staff.Role.MANAGER and not managers.filter(user__is_active=True).exists():
            raise RefusedError(_("A lab needs a manager: give somebody else this role first."), "last-manager")
        staff.delete()


def person_named(handle: str) -> User:
    """Who has a handle. Raises RefusedError where nobody does."""
    name = handle.strip().removeprefix("@").lower()
    user = User.objects.filter(username=name, deleted_at=None, is_active=True).first()
    if user is None:
        raise RefusedError(_("There is nobody with this handle."), "unknown")
    return user
