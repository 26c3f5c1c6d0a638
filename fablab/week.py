"""The hours of a lab as people read them."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.dates import WEEKDAYS

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


@dataclass(frozen=True)
class OtherDays:
    """Days that follow one another and are otherwise alike; `hours` is empty where the lab is closed."""

    first: date
    last: date
    hours: str
    reason: str


def other_days(lab: Lab, since: date) -> list[OtherDays]:
    """Special days from a day on, those that are alike in one."""
    days: dict[date, tuple[list[str], str]] = {}
    for one in lab.special_days.all():
        if one.day >= since:
            spans, _reason = days.setdefault(one.day, ([], one.reason))
            if one.opens and one.closes:
                spans.append(span_words(one.opens, one.closes))
    found: list[OtherDays] = []
    for day, (spans, reason) in sorted(days.items()):
        told = OtherDays(day, day, ", ".join(spans), reason)
        before = found[-1] if found else None
        if before and (before.hours, before.reason, before.last) == (told.hours, reason, day - timedelta(days=1)):
            found[-1] = replace(before, last=day)
        else:
            found.append(told)
    return found


def span_words(opens: time, closes: time) -> str:
    """Hours as a lab's door says them."""
    return f"{opens:%H:%M}–{closes:%H:%M}"


def _words(rows: list[OpeningHours], day: int, *, members: bool) -> str:
    spans = [one for one in rows if one.weekday == day and one.for_members == members]
    return ", ".join(span_words(one.opens, one.closes) for one in spans)
