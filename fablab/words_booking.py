"""What booking says: why not, and what happened."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

REFUSALS: dict[str, Promise] = {
    "backwards": _("It must end after it starts."),
    "quarters": _("Bookings start and end on a quarter of an hour."),
    "past": _("That time is over."),
    "endless": _("Nothing is taken for more than 14 days at once."),
    "down": _("%(machine)s cannot be used at the moment."),
    "staff-only": _("Only the staff of %(lab)s books %(machine)s. Ask them to book it for you."),
    "members-only": _("%(machine)s is for members of %(lab)s."),
    "training": _("%(machine)s asks for the training “%(training)s”, which you do not have or which has expired."),
    "strikes": _(
        "Nobody came to several of your bookings in %(lab)s: for now only its staff books for you. "
        "You see these bookings, and can appeal, in your list."
    ),
    "too-short": _("%(machine)s is booked for %(least)s minutes at least."),
    "too-long": _("%(machine)s is booked for %(most)s minutes at the most."),
    "notice": _("%(machine)s is booked %(notice)s hours before, at least."),
    "horizon": _("%(machine)s is booked %(horizon)s days before, at the most."),
    "week": _("One person books %(machine)s for %(week)s minutes a week at the most."),
    "closed": _("%(lab)s is closed at that time."),
    "closed-at-start": _("%(machine)s may run while %(lab)s is closed, but must be started while it is open."),
}
"""By the codes of fablab.slots.RULES."""

NOTICES: dict[str, tuple[Promise, Promise]] = {
    "booking_confirmed": (
        _("Booked: %(machine)s, %(when)s"),
        _("%(machine)s at %(lab_name)s is yours on %(when)s."),
    ),
    "booking_made_for_you": (
        _("Booked for you: %(machine)s, %(when)s"),
        _("%(by)s booked %(machine)s at %(lab_name)s for you on %(when)s."),
    ),
    "series_confirmed": (
        _("Booked %(times)s times: %(machine)s"),
        _("%(machine)s at %(lab_name)s is yours %(times)s times, first on %(when)s."),
    ),
    "booking_moved": (
        _("Moved: %(machine)s, now %(when)s"),
        _("Your booking of %(machine)s at %(lab_name)s moved from %(before)s to %(when)s."),
    ),
    "booking_cancelled": (
        _("Cancelled: %(machine)s, %(when)s"),
        _("Your booking of %(machine)s at %(lab_name)s on %(when)s was cancelled. %(reason)s"),
    ),
    "closure_over_booking": (
        _("Cancelled by the lab: %(machine)s, %(when)s"),
        _(
            "%(machine)s at %(lab_name)s cannot be used on %(when)s: %(reason)s. Your booking was cancelled. "
            "Free instead: %(instead)s."
        ),
    ),
    "slot_offered": (
        _("Free for you: %(machine)s, %(when)s"),
        _(
            "%(machine)s at %(lab_name)s became free on %(when)s. It is held for you until %(until)s: say whether you "
            "take it."
        ),
    ),
    "slot_lapsed": (
        _("No longer held: %(machine)s, %(when)s"),
        _("%(machine)s at %(lab_name)s was held for you on %(when)s, and you did not answer in time."),
    ),
    "no_show": (
        _("Nobody came: %(machine)s, %(when)s"),
        _(
            "Nobody checked in on %(machine)s at %(lab_name)s on %(when)s, so it was given back. This counts as a "
            "missed booking until %(until)s; if that is wrong, appeal."
        ),
    ),
    "strike_appealed": (
        _("An appeal: %(machine)s, %(when)s"),
        _("%(person)s says that the booking of %(machine)s on %(when)s was not missed: %(text)s"),
    ),
    "strike_lifted": (
        _("No longer counted as missed: %(machine)s, %(when)s"),
        _("%(lab_name)s agreed to your appeal over %(machine)s on %(when)s."),
    ),
    "strike_kept": (
        _("Still counted as missed: %(machine)s, %(when)s"),
        _("%(lab_name)s did not agree to your appeal over %(machine)s on %(when)s."),
    ),
}
"""Subject and sentence of each notice. fablab.words takes them in."""
