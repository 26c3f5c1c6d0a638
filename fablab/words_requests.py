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
REASONS: dict[str, Promise] = {
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
        _("New request %(number)s: %(title)s"),
        _("%(by)s asks %(lab_name)s to make %(title)s. %(text)s"),
    ),
    "request_answered": (_("Answered: %(title)s"), _("%(by)s answered your question on request %(number)s: %(text)s")),
    "request_needs_info": (
        _("A question about %(title)s"),
        _("%(lab_name)s asks about your request %(number)s: %(text)s"),
    ),
    "request_rejected": (
        _("Not made: %(title)s"),
        _("%(lab_name)s does not make your request %(number)s. %(text)s"),
    ),
    "request_forwarded": (
        _("Passed on to %(other)s: %(title)s"),
        _("%(lab_name)s passed your request %(number)s on to %(other)s, as you allowed. %(text)s"),
    ),
    "request_quoted": (
        _("Your quote: %(total)s for %(title)s"),
        _("%(lab_name)s makes your request %(number)s for %(total)s. Accept or decline it before %(until)s."),
    ),
    "request_declined": (_("Declined: %(title)s"), _("%(by)s declined the quote for request %(number)s. %(text)s")),
    "request_expired": (
        _("The quote expired: %(title)s"),
        _("The quote for request %(number)s at %(lab_name)s was not answered in time. The lab can make a new one."),
    ),
    "request_accepted": (
        _("Accepted: %(title)s"),
        _("%(by)s accepted %(total)s for request %(number)s. Find a time for it."),
    ),
    "request_scheduled": (
        _("Scheduled: %(title)s"),
        _("%(lab_name)s makes your request %(number)s on %(machine)s: %(when)s."),
    ),
    "request_unscheduled": (
        _("No longer scheduled: %(title)s"),
        _("%(machine)s cannot make request %(number)s at %(lab_name)s then: %(text)s. The lab finds another time."),
    ),
    "request_in_progress": (_("Being made: %(title)s"), _("%(lab_name)s has started on your request %(number)s.")),
    "request_failed": (_("It failed: %(title)s"), _("Request %(number)s at %(lab_name)s did not work: %(text)s")),
    "request_ready": (
        _("Ready: %(title)s"),
        _("Your request %(number)s waits for you at %(lab_name)s. To pay there: %(total)s."),
    ),
    "request_not_collected": (
        _("Still waiting for you: %(title)s"),
        _("Your request %(number)s waits at %(lab_name)s. It is kept until %(until)s."),
    ),
    "request_collected": (
        _("Collected: %(title)s"),
        _("Request %(number)s at %(lab_name)s is yours. If something is wrong with it, say so within 7 days."),
    ),
    "request_abandoned": (
        _("Not collected: %(title)s"),
        _("Request %(number)s at %(lab_name)s was not collected in time. The material costs %(total)s."),
    ),
    "request_disputed": (_("Disputed: %(title)s"), _("%(by)s says of request %(number)s: %(text)s")),
    "request_resolved": (
        _("The dispute over %(title)s is over"),
        _("%(lab_name)s decided on request %(number)s: %(text)s"),
    ),
    "request_cancelled": (
        _("Cancelled: %(title)s"),
        _("%(by)s cancelled request %(number)s at %(lab_name)s. %(text)s"),
    ),
    "request_message": (_("A message about %(title)s"), _("%(by)s writes about request %(number)s: %(text)s")),
}
"""Subject and sentence of each notice. fablab.words takes them in."""


def state_name(state: str) -> str:
    """A state in the visitor's language."""
    return str(STATES[S(state)])
