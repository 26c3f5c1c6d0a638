"""What pages say of labs: open now, where, how far."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django import template
from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _

from fablab.models import Lab
from fablab.opening import Opening

register = template.Library()


@register.simple_tag
def opening_words(lab: Lab, opening: Opening) -> str:
    """Whether a lab is open and until when, in its own time."""
    if not opening.is_known:
        return _("Opening hours not known")
    if opening.until is None:
        return _("Open now") if opening.is_open else _("Closed now")
    when = moment(opening.until, lab)
    if opening.is_open:
        return _("Open until %(when)s") % {"when": when}
    return _("Closed until %(when)s") % {"when": when}


def moment(at: datetime, lab: Lab) -> str:
    """A moment in the lab's time: the hour alone where it is today, with its day where it is not."""
    zone = ZoneInfo(lab.timezone)
    there, today = at.astimezone(zone), timezone.now().astimezone(zone).date()
    clock = time_format(there.time(), "TIME_FORMAT")
    if there.date() == today:
        return clock
    pattern = "l" if (there.date() - today).days < 7 else "MONTH_DAY_FORMAT"
    return _("%(day)s, %(time)s") % {"day": date_format(there.date(), pattern), "time": clock}
