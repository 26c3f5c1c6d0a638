"""Opening hours as OpenStreetMap writes them: "Mo-Fr 09:00-12:00,14:00-18:00; 2026 Dec 25 off". Pure.

Reads the part of that language that weekly hours need, English and French names of days included, and nothing by guess.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, time

Hours = tuple[time, time]
Week = Mapping[int, Sequence[Hours]]
DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_NAMES = {
    name: number
    for number, names in enumerate(
        (
            "mo mon monday mondays lu lun lundi",
            "tu tue tues tuesday tuesdays ma mar mardi",
            "we wed wednesday wednesdays me mer mercredi",
            "th thu thur thurs thursday thursdays je jeu jeudi",
            "fr fri friday fridays ve ven vendredi",
            "sa sat saturday saturdays sam samedi",
            "su sun sunday sundays di dim dimanche",
        )
    )
    for name in names.split()
}
_WORD = "|".join(sorted(_NAMES, key=len, reverse=True))
_CLOCK = r"\d{1,2}(?:[:h.]\d{2}|h)?\s*(?:am|pm)?"
_SPAN = re.compile(rf"({_CLOCK})\s*(?:-|–|to|à)\s*({_CLOCK})", re.IGNORECASE)
_RULE = re.compile(
    rf"\s*(?P<days>(?:{_WORD})\.?(?:\s*(?:-|–|to|à|au|,|&|and|et)\s*(?:{_WORD})\.?)*)?\s*:?\s*(?P<hours>.*)",
    re.IGNORECASE | re.DOTALL,
)
_TIME = re.compile(r"(\d{1,2})(?:[:h.](\d{2})|h)?\s*(am|pm)?", re.IGNORECASE)
_CLOSED = frozenset("off closed fermé ferme".split())


def write(week: Week, special: Iterable[tuple[date, Sequence[Hours]]] = ()) -> str:
    """The hours in that language; days that are alike stand together. Nothing where there are no hours."""
    days = [_spans(week.get(number, ())) for number in range(7)]
    rules = []
    first = 0
    for number in range(1, 8):
        if number == 7 or days[number] != days[first]:
            if days[first]:
                name = DAYS[first] if number - first == 1 else f"{DAYS[first]}-{DAYS[number - 1]}"
                rules.append(f"{name} {days[first]}")
            first = number
    rules += [f"{day.year} {MONTHS[day.month - 1]} {day.day:02d} {_spans(hours) or 'off'}" for day, hours in special]
    return "; ".join(rules)


def read(text: str) -> dict[int, list[Hours]]:
    """Weekday (0 is Monday) -> its hours. Raises ValueError, with what it cannot read, for all but weekly hours."""
    week: dict[int, list[Hours]] = {}
    if text.strip().lower() in {"24/7", "24h/24"}:
        return {number: [(time(0), time(0))] for number in range(7)}
    for rule in (part for part in re.split(r"[;\n]+", text) if part.strip()):
        found = _RULE.fullmatch(rule)
        hours = found["hours"].strip() if found else ""
        if not found or not hours:
            raise ValueError(rule.strip())
        days = _days(found["days"]) if found["days"] else list(range(7))
        spans = [] if hours.lower() in _CLOSED else clock_spans(hours)
        week |= dict.fromkeys(days, spans)
    return {number: spans for number, spans in sorted(week.items()) if spans}


def clock_spans(text: str) -> list[Hours]:
    """Spans with commas between them, such as "9:00-12:00, 14h-18h30". Raises ValueError with what cannot be read."""
    spans = []
    for part in (one for one in re.split(r"\s*(?:,|;|\band\b|\bet\b|\+)\s*", text.strip()) if one):
        found = _SPAN.fullmatch(part)
        if not found:
            raise ValueError(part)
        spans.append((_clock(found[1], part), _clock(found[2], part)))
    return sorted(spans)


def words(spans: Sequence[Hours]) -> str:
    """Spans as `clock_spans` reads them."""
    return ", ".join(f"{opens:%H:%M}-{closes:%H:%M}" for opens, closes in spans)


def _spans(hours: Sequence[Hours]) -> str:
    return ",".join(f"{opens:%H:%M}-{'24:00' if closes == time(0) else f'{closes:%H:%M}'}" for opens, closes in hours)


def _days(text: str) -> list[int]:
    days: list[int] = []
    for part in re.split(r"\s*(?:,|&|\band\b|\bet\b)\s*", text):
        ends = [_NAMES[word.lower()] for word in re.findall(_WORD, part, re.IGNORECASE)]
        first, last = ends[0], ends[-1]
        days += [(first + step) % 7 for step in range((last - first) % 7 + 1)]
    return days


def _clock(text: str, whole: str) -> time:
    found = _TIME.fullmatch(text.strip())
    if not found:
        raise ValueError(whole)
    hour, minute = int(found[1]), int(found[2] or 0)
    if found[3]:
        if not 1 <= hour <= 12:
            raise ValueError(whole)
        hour = hour % 12 + (12 if found[3].lower() == "pm" else 0)
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        raise ValueError(whole)
    return time(hour % 24, minute)
