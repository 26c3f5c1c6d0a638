"""What people are told of labs: their subject, then their sentence."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

NOTICES: dict[str, tuple[Promise, Promise]] = {
    "lab_claimed": (
        _("%(by)s says that %(lab_name)s is theirs"),
        _("%(by)s says that they run %(lab_name)s. Please say whether that is right."),
    ),
    "claim_granted": (
        _("%(lab_name)s is yours to run"),
        _("Your claim was granted: you are now a manager of %(lab_name)s."),
    ),
    "claim_refused": (
        _("Your claim of %(lab_name)s was not granted"),
        _("Whoever decides over claims did not find that you run %(lab_name)s."),
    ),
    "lab_verified": (
        _("%(lab_name)s is verified"),
        _("%(lab_name)s is verified from now on, and may vouch for others."),
    ),
    "staff_added": (
        _("You have a role in %(lab_name)s"),
        _("%(by)s gave you a role in %(lab_name)s."),
    ),
    "member_asked": (
        _("%(by)s wants to become a member of %(lab_name)s"),
        _("%(by)s asks to become a member of %(lab_name)s."),
    ),
    "member_agreed": (
        _("You are a member of %(lab_name)s"),
        _("%(lab_name)s agreed: you are a member."),
    ),
    "member_refused": (
        _("%(lab_name)s did not make you a member"),
        _("%(lab_name)s did not agree to your membership."),
    ),
}
