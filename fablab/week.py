"""The hours of a lab as people read them."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.dates import WEEKDAYS
from django.utils.formats import time_format

from fablab.models import Lab
from fablab.models.lab import OpeningHours


@dataclass(frozen=True)
class Weekday:
    """A day of the week: the hours for everybody and those for members alone, as words; empty where closed."""

    name: str
    hours: str
    members: str
    is_today: bool


def week_of(lab: Lab, now: datetime) -> list[Weekday]:
    """Monday to Sunday; nothing where nobody has said any hours."""
    rows = list(lab.hours.all())
    if not rows:
        return []
    today = now.astimezone(ZoneInfo(lab.timezone)).weekday()
    return [
        Weekday(str(name), _words(rows, day, members=False), _words(rows, day, members=True), day == today)
        for day, name in WEEKDAYS.items()
    ]


def _words(rows: list[OpeningHours], day: int, *, members: bool) -> str:
    spans = [one for one in rows if one.weekday == day and one.for_members == members]
    return ", ".join(f"{time_format(one.opens)}–{time_format(one.closes)}" for one in spans)
