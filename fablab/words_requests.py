"""Words for print requests: their states, why they are rejected, and what people are told."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fablab.states import RequestState as S

STATES: dict[str, Promise] = {
    S.DRAFT: _("Draft"),
    S.SUBMITTED: _("Submitted"),
    S.NEEDS_INFO: _("Question to answer"),
    S.REJECTED: _("Rejected"),
    S.FORWARDED: _("Passed on"),
    S.QUOTED: _("Quoted"),
    S.DECLINED: _("Declined"),
    S.EXPIRED: _("Expired"),
    S.ACCEPTED: _("Accepted"),
    S.SCHEDULED: _("Scheduled"),
    S.IN_PROGRESS: _("Being made"),
    S.FAILED: _("Failed"),
    S.READY: _("Ready"),
    S.COLLECTED: _("Collected"),
    S.ABANDONED: _("Abandoned"),
    S.DISPUTED: _("Disputed"),
    S.RESOLVED: _("Resolved"),
    S.CANCELLED: _("Cancelled"),
}
TELLS: dict[str, Promise] = {
    S.DRAFT: _("Not sent yet."),
    S.SUBMITTED: _("The lab has it, and will answer with a quote or a question."),
    S.NEEDS_INFO: _("The lab asked something, and waits for the answer."),
    S.REJECTED: _("The lab does not make it."),
    S.FORWARDED: _("Another lab has it now."),
    S.QUOTED: _("The lab made an offer, which waits for an answer."),
    S.DECLINED: _("The offer was not taken."),
    S.EXPIRED: _("The offer was not answered in time."),
    S.ACCEPTED: _("The offer was taken; the lab will find a time for it."),
    S.SCHEDULED: _("A machine is reserved for it."),
    S.IN_PROGRESS: _("A machine is making it."),
    S.FAILED: _("It did not work; the lab says how it goes on."),
    S.READY: _("It waits in the lab to be collected."),
    S.COLLECTED: _("It is with the person who asked for it."),
    S.ABANDONED: _("Nobody collected it in time."),
    S.DISPUTED: _("Something was wrong with it; the lab’s managers decide."),
    S.RESOLVED: _("The dispute is over."),
    S.CANCELLED: _("It will not be made."),
}
REJECTIONS: dict[str, Promise] = {
    "too-large": _("It is too large for our machines"),
    "not-printable": _("It cannot be made as it is designed"),
    "no-material": _("We do not have the material"),
    "no-time": _("We have no time for it"),
    "licence": _("Its licence does not let us make it"),
    "unsafe": _("It is unsafe, or not allowed here"),
    "other": _("Another reason"),
}
"""Why a lab rejects a request."""
OUTCOMES: dict[str, Promise] = {
    "reprint": _("Made again for nothing"),
    "refund": _("Part of the price is given back"),
    "none": _("Nothing follows"),
}
"""How a dispute ends."""

NOTICES: dict[str, tuple[Promise, Promise]] = {
    "request_submitted": (
        _("New request %(ref)s: %(project)s"),
        _("%(by)s asks %(lab_name)s to make %(project)s. %(reason)s"),
    ),
    "request_answered": (_("Answered: %(project)s"), _("%(by)s answered your question on request %(ref)s: %(reason)s")),
    "request_needs_info": (
        _("A question about %(project)s"),
        _("%(lab_name)s asks about your request %(ref)s: %(reason)s"),
    ),
    "request_rejected": (
        _("Not made: %(project)s"),
        _("%(lab_name)s does not make your request %(ref)s. %(reason)s"),
    ),
    "request_forwarded": (
        _("Passed on to %(other)s: %(project)s"),
        _("%(lab_name)s passed your request %(ref)s on to %(other)s, as you allowed. %(reason)s"),
    ),
    "request_quoted": (
        _("Your quote: %(total)s for %(project)s"),
        _("%(lab_name)s makes your request %(ref)s for %(total)s. Accept or decline it before %(until)s."),
    ),
    "request_declined": (_("Declined: %(project)s"), _("%(by)s declined the quote for request %(ref)s. %(reason)s")),
    "request_expired": (
        _("The quote expired: %(project)s"),
        _("The quote for request %(ref)s at %(lab_name)s was not answered in time. The lab can make a new one."),
    ),
    "request_accepted": (
        _("Accepted: %(project)s"),
        _("%(by)s accepted the quote for request %(ref)s. Find a time for it."),
    ),
    "request_scheduled": (
        _("Scheduled: %(project)s"),
        _("%(lab_name)s makes your request %(ref)s on %(machine)s: %(when)s."),
    ),
    "request_unscheduled": (
        _("No longer scheduled: %(project)s"),
        _("Request %(ref)s at %(lab_name)s lost its time: %(reason)s. The lab finds another one."),
    ),
    "request_in_progress": (_("Being made: %(project)s"), _("%(lab_name)s has started on your request %(ref)s.")),
    "request_failed": (_("It failed: %(project)s"), _("Request %(ref)s at %(lab_name)s did not work: %(reason)s")),
    "request_ready": (
        _("Ready: %(project)s"),
        _("Your request %(ref)s waits for you at %(lab_name)s. Its page says what is to be paid there."),
    ),
    "request_not_collected": (
        _("Still waiting for you: %(project)s"),
        _("Your request %(ref)s waits at %(lab_name)s. It is kept for 14 days in all."),
    ),
    "request_collected": (
        _("Collected: %(project)s"),
        _("Request %(ref)s at %(lab_name)s is yours. If something is wrong with it, say so within 7 days."),
    ),
    "request_abandoned": (
        _("Not collected: %(project)s"),
        _("Request %(ref)s at %(lab_name)s was not collected in time. The material that went into it is to be paid."),
    ),
    "request_disputed": (_("Disputed: %(project)s"), _("%(by)s says of request %(ref)s: %(reason)s")),
    "request_resolved": (
        _("The dispute over %(project)s is over"),
        _("%(lab_name)s decided on request %(ref)s: %(reason)s"),
    ),
    "request_cancelled": (
        _("Cancelled: %(project)s"),
        _("%(by)s cancelled request %(ref)s at %(lab_name)s. %(reason)s"),
    ),
    "request_message": (_("A message about %(project)s"), _("%(by)s writes about request %(ref)s: %(reason)s")),
}
"""Subject and sentence of each notice. fablab.words takes them in."""


def state_name(state: str) -> str:
    """A state in the visitor's language."""
    return str(STATES[S(state)])


LINES: dict[str, Promise] = {
    "setup": _("Setting up"),
    "material": _("Material"),
    "machine": _("Machine time"),
    "staff": _("Staff time"),
    "extra": _("Extra"),
    "minimum": _("Up to the least price"),
    "tariff": _("Tariff"),
}
"""What the lines of a quote are for."""


def line_name(kind: str, label: str = "") -> str:
    """What a line of a quote is for, with its own words where the lab gave some."""
    known = str(LINES.get(kind, kind))
    return f"{known}: {label}" if label and kind in {"extra", "tariff", "material"} else label or known


UNITS: dict[str, Promise] = {"": _("piece"), "h": _("h"), "kg": _("kg"), "sheet": _("sheet"), "%": _("%")}
"""What the lines of a quote are counted in."""
