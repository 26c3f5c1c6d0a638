"""Times of bookings as pages say them."""

from datetime import datetime

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from fablab.models import Booking, Closure, Occupation, Waiting
from fablab.moments import moment_words, span_words

register = template.Library()


@register.filter
def clock(at: datetime) -> str:
    """A moment on its own clock, as a field for times takes it."""
    return at.isoformat()[:16]


@register.filter
def when(thing: Booking | Waiting) -> str:
    """From when to when, on the lab's clock."""
    return span_words(thing.starts, thing.ends, thing.machine.lab)


@register.simple_tag
def moment_at(at: datetime, thing: Booking | Waiting) -> str:
    """A moment on the clock of the thing's lab."""
    return moment_words(at, thing.machine.lab)


@register.simple_tag
def minutes(count: int) -> str:
    """A length: in minutes, or in hours where it is whole ones or halves."""
    if count >= 60 and count % 30 == 0:
        return _("%(n)s h") % {"n": number_format(count / 60, 1 if count % 60 else 0)}
    return _("%(n)s min") % {"n": count}


@register.simple_tag
def closure_when(closure: Closure) -> str:
    """From when to when a lab or a machine is closed."""
    return span_words(closure.starts, closure.ends, closure.lab)


@register.simple_tag
def occupation_when(occupation: Occupation) -> str:
    """From when to when a machine is taken."""
    return span_words(occupation.starts, occupation.ends, occupation.machine.lab)
