"""What becomes of a person's part in labs when the account is deleted."""

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.memberships import LastOwnerError
from accounts.models import User
from fablab.actions.answer_request import cancel as cancel_request
from fablab.actions.change_booking import cancel as cancel_booking
from fablab.actions.change_lab import change_lab
from fablab.models import Booking, Claim, Lab, PrintRequest, Staff, Waiting
from fablab.models.booking import new_secret
from fablab.slots import STANDING
from fablab.states import OPEN, Actor, RequestState, verbs


def keep_labs_run(user: User) -> None:
    """Before anything is removed: a lab with people or with work under way is not left without a manager.

    One that has nobody else and nothing to do waits for a claim again. Raises LastOwnerError.
    """
    for lab in Lab.objects.filter(staff__user=user, staff__role=Staff.Role.MANAGER).distinct():
        others = lab.staff.exclude(user=user).filter(user__is_active=True)
        if others.filter(role=Staff.Role.MANAGER).exists():
            continue
        if others.exists() or lab.requests.filter(state__in=OPEN).exclude(requester=user).exists():
            raise LastOwnerError(
                _("You are the last manager of %(name)s: name another first, or end what is under way there.")
                % {"name": lab}
            )
        if lab.standing != Lab.Standing.CLOSED:
            change_lab(lab, standing=Lab.Standing.PROPOSED, verified_at=None)


def leave_labs(user: User) -> None:
    """Requests end and lose the person; bookings are given back; roles, memberships and feeds are gone.

    What was made, and what it cost, stays with the lab, without a name.
    """
    _leave_bookings(user)
    _leave_requests(user)
    Claim.objects.filter(user=user, decided_at=None).delete()
    for rows in (
        user.lab_roles, user.lab_memberships, user.trainings, user.strikes, user.calendar_feeds, user.lab_notices,
    ):  # fmt: skip
        rows.all().delete()


def _leave_bookings(user: User) -> None:
    Waiting.objects.filter(person=user).delete()
    coming = Booking.objects.filter(person=user, state__in=STANDING, ends__gt=timezone.now())
    for booking in coming.select_related("machine__lab", "person", "occupation"):
        cancel_booking(booking, by=user)
    Booking.objects.filter(person=user).update(purpose="")


def _leave_requests(user: User) -> None:
    mine = PrintRequest.objects.filter(requester=user)
    mine.filter(state=RequestState.DRAFT).delete()
    for request in mine.select_related("lab", "requester", "stock"):
        if "cancel" in verbs(request.state, {Actor.REQUESTER}):
            cancel_request(request, by=user)
        PrintRequest.objects.filter(pk=request.pk).update(
            requester=None, phone="", note="", purpose="", tracking=new_secret()
        )
