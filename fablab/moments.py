"""Moments and spans as people read them, on the clock of a lab."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _

from fablab.models import Lab


def span_words(starts: datetime, ends: datetime, lab: Lab) -> str:
    """From when to when, with the day: `Tuesday, 1 December, 10:00 to 12:00`."""
    zone = ZoneInfo(lab.timezone)
    here, there = starts.astimezone(zone), ends.astimezone(zone)
    words = {"day": _day(here), "starts": _clock(here), "end_day": _day(there), "ends": _clock(there)}
    if here.date() == there.date():
        return _("%(day)s, %(starts)s to %(ends)s") % words
    return _("%(day)s, %(starts)s to %(end_day)s, %(ends)s") % words


def moment_words(at: datetime, lab: Lab) -> str:
    """A moment, with its day."""
    here = at.astimezone(ZoneInfo(lab.timezone))
    return _("%(day)s, %(starts)s") % {"day": _day(here), "starts": _clock(here)}


def _day(at: datetime) -> str:
    return f"{date_format(at, 'l')} {date_format(at, 'MONTH_DAY_FORMAT')}"


def _clock(at: datetime) -> str:
    return time_format(at.time(), "H:i")
