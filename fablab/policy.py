"""Who may do what in a lab. The page, the API and the calendar all ask here."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from fablab.models import Lab, Machine, PrintRequest, Staff, Trained

Person = User | AnonymousUser
Role = Staff.Role


def has_role(user: Person, lab: Lab, *roles: Staff.Role) -> bool:
    """Whether this person has one of these roles in the lab."""
    return user.is_authenticated and Staff.objects.filter(lab=lab, user=user, role__in=roles).exists()


def can_moderate(user: Person) -> bool:
    """Decide over claims, verify and hide labs: staff of the site."""
    return user.is_authenticated and user.is_staff


def can_manage(user: Person, lab: Lab) -> bool:
    """Settings, people, tariffs, printers: managers."""
    return has_role(user, lab, Role.MANAGER) or can_moderate(user)


def can_decide_claims(user: Person, lab: Lab) -> bool:
    """Say whether a claim of a proposed lab is right: staff of the site, and who proposed the lab."""
    if can_moderate(user):
        return True
    return user.is_authenticated and lab.proposed_by_id == user.pk and lab.standing == Lab.Standing.PROPOSED


def labs_to_vouch(user: Person, lab: Lab) -> list[Lab]:
    """Verified labs in whose name this person may still vouch for another: those that they manage."""
    if not user.is_authenticated or lab.standing != Lab.Standing.CLAIMED:
        return []
    mine = Staff.objects.filter(user=user, role=Role.MANAGER).values("lab")
    verified = Lab.objects.listed().filter(standing=Lab.Standing.VERIFIED, pk__in=mine)
    return list(verified.exclude(pk=lab.pk).exclude(vouched_for__lab=lab).order_by("name"))


def can_operate(user: Person, lab: Lab) -> bool:
    """Requests, machines, stock, everybody's bookings: managers and operators."""
    return has_role(user, lab, Role.MANAGER, Role.OPERATOR)


def can_train(user: Person, lab: Lab) -> bool:
    """Say who has learned what: managers and trainers."""
    return has_role(user, lab, Role.MANAGER, Role.TRAINER)


def is_member(user: Person, lab: Lab) -> bool:
    """Whether this person belongs to the lab today; who works there does."""
    if not user.is_authenticated:
        return False
    today = timezone.localdate()
    now = Q(is_asked=False) & (Q(since=None) | Q(since__lte=today)) & (Q(until=None) | Q(until__gte=today))
    return lab.members.filter(now, user=user).exists() or lab.staff.filter(user=user).exists()


def is_trained(user: Person, machine: Machine) -> bool:
    """Whether this person has the training that the machine asks for, today."""
    if machine.training_id is None:
        return True
    if not user.is_authenticated:
        return False
    valid = Q(expires_on=None) | Q(expires_on__gte=timezone.localdate())
    return Trained.objects.filter(valid, training=machine.training_id, user=user).exists()


def can_book(user: Person, machine: Machine) -> bool:
    """Whether this person may book the machine at all; its rules of time come after (fablab.slots)."""
    if not user.is_authenticated:
        return False
    if can_operate(user, machine.lab):
        return True
    if machine.who == Machine.Who.STAFF:
        return False
    is_welcome = machine.who == Machine.Who.ANYBODY or is_member(user, machine.lab)
    return is_welcome and is_trained(user, machine)


def can_see_request(user: Person, request: PrintRequest) -> bool:
    """Who asked, and who works on it; a draft is its author's alone."""
    if not user.is_authenticated:
        return False
    if request.requester_id == user.pk:
        return True
    return request.state != "draft" and can_operate(user, request.lab)
