"""What the board and the pages of requests say of them."""

from django import template

from fablab.models import Attempt, Lab
from fablab.moments import span_words
from fablab.plates import Placed, Plate
from fablab.words_requests import state_name as name_of

register = template.Library()
COLOURS = 6


@register.filter
def state_name(state: str) -> str:
    """A state in the visitor's language."""
    return name_of(state)


@register.simple_tag
def slot_words(attempt: Attempt, lab: Lab) -> str:
    """When it is made, on the lab's clock."""
    return span_words(attempt.starts, attempt.ends, lab)


@register.filter
def plain_number(value: float) -> str:
    """A number as drawings take it, whatever the visitor's language."""
    return f"{value:.2f}"


@register.simple_tag
def from_front(placed: Placed, plate: Plate) -> str:
    """Drawings count from the back of the bed, machines from its front."""
    return f"{plate.depth - placed.y - placed.depth:.2f}"


@register.simple_tag
def percent_words(share: float) -> str:
    """A share in hundredths."""
    return f"{100 * share:.0f}"


@register.filter
def colour_number(number: int) -> int:
    """The colour of the request that comes so many-th on a bed."""
    return number % COLOURS
