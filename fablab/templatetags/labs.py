"""What pages say of labs: open now, where, how far."""

import json
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from fablab.models import Lab, Staff
from fablab.opening import Opening, opening
from fablab.processes import PROCESSES

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
    clock = f"{there:%H:%M}"
    if there.date() == today:
        return clock
    pattern = "l" if (there.date() - today).days < 7 else "MONTH_DAY_FORMAT"
    return _("%(day)s, %(time)s") % {"day": date_format(there.date(), pattern), "time": clock}


@register.filter
def far(km: float | None) -> str:
    """A distance as people say it: "850 m", "3.4 km", "120 km"."""
    if km is None:
        return ""
    if km < 1:
        return f"{round(km * 1000, -1):.0f} m"
    return f"{number_format(km, 1 if km < 10 else 0)} km"


@register.filter
def json_ld(facts: dict[str, Any]) -> SafeString:
    """Facts as JSON for a script element, with nothing that could end it."""
    text = json.dumps(facts, ensure_ascii=False)
    return mark_safe(text.translate({ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}))  # noqa: S308


@register.filter
def process_words(process: str) -> str:
    """What people call a process of machines."""
    known = PROCESSES.get(process)
    return str(known.name) if known else process


@register.filter
def role_words(role: str) -> str:
    """A role in a lab in one word."""
    names = {Staff.Role.MANAGER: _("Manager"), Staff.Role.OPERATOR: _("Operator"), Staff.Role.TRAINER: _("Trainer")}
    return names.get(Staff.Role(role), role)


@register.simple_tag
def opening_of(lab: Lab, known: Opening | None = None) -> Opening:
    """Whether a lab is open now, where the page does not know yet."""
    return known or opening(lab, timezone.now())
