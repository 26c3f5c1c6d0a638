"""What pages say of print requests: states, lines of quotes, lengths of time, sizes."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.formats import number_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from designs import markup
from designs.mesh import readings
from fablab.states import ENDED, WITH_REQUESTER, RequestState
from fablab.words_requests import TELLS, UNITS, line_name, state_name

register = template.Library()
_GOOD = {RequestState.READY, RequestState.COLLECTED, RequestState.ACCEPTED, RequestState.SCHEDULED}
_BAD = {RequestState.FAILED, RequestState.DISPUTED, RequestState.REJECTED, RequestState.CANCELLED}


@register.filter
def state_words(state: str) -> str:
    """A state in the visitor's language."""
    return state_name(state)


@register.filter
def state_tells(state: str) -> str:
    """What a state means, in a sentence."""
    return str(TELLS[RequestState(state)])


@register.filter
def state_tone(state: str) -> str:
    """How a state looks: good, accent where somebody is waited for, plain."""
    if state in _GOOD:
        return "good"
    return "accent" if state in WITH_REQUESTER or (state in _BAD and state not in ENDED) else "plain"


@register.filter
def line_words(line: Mapping[str, Any]) -> str:
    """A line of a quote: what it is, in its own words where it has some."""
    return line_name(line["kind"], line["label"])


@register.filter
def line_amount(line: Mapping[str, Any]) -> str:
    """How much of it: 1.25 kg; nothing for one piece."""
    if line["kind"] == "minimum" or (line["quantity"] == 1 and not line["unit"]):
        return ""
    digits = 0 if line["quantity"] == int(line["quantity"]) else 3 if line["unit"] == "kg" else 2
    return f"{number_format(round(line['quantity'], digits), digits)} {UNITS.get(line['unit'], line['unit'])}"


@register.filter
def lasting(seconds: float | None) -> str:
    """A length of time: 45 min, 2 h 05 min."""
    minutes = -(-int(seconds or 0) // 60)
    if minutes < 60:
        return _("%(n)d min") % {"n": minutes}
    return _("%(h)d h %(m)02d min") % {"h": minutes // 60, "m": minutes % 60}


@register.filter
def sides(facts: Mapping[str, Any]) -> str:
    """How large a part is: 45 × 30 × 12 mm."""
    found = readings.numbers(facts, "size_mm")
    return " × ".join(number_format(side, 1 if side < 100 else 0) for side in found) + " mm" if found else ""


@register.filter
def terms(text: str) -> SafeString:
    """A lab's terms as safe HTML."""
    return mark_safe(markup.render(text))  # noqa: S308
