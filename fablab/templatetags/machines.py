"""What pages say of machines and materials: colours, amounts, money, limits."""

from datetime import datetime, timedelta

from babel.numbers import format_currency
from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext as _

from designs.mesh.limits import Limit
from designs.words import values
from fablab.models import Lab, Stock, StockMove
from fablab.templatetags.labs import moment
from fablab.words_machines import amount_words

register = template.Library()
SOON = timedelta(minutes=30)


@register.simple_tag
def swatch(colour: str) -> SafeString:
    """A dot of a colour, as a drawing: styles in attributes are forbidden here."""
    return format_html(
        '<svg class="swatch" viewBox="0 0 12 12" aria-hidden="true"><circle cx="6" cy="6" r="5" fill="{}"/></svg>',
        colour,
    )


@register.filter
def free_words(at: datetime | None, lab: Lab) -> str:
    """When a machine is free, in its lab's time; the next half hour is now."""
    if at is None:
        return _("not free in the next weeks")
    if at - timezone.now() < SOON:
        return _("free now")
    return _("free from %(when)s") % {"when": moment(at, lab)}


@register.filter
def plain(value: float) -> str:
    """A number with the digits that it has and no others."""
    return values.plain(value)


@register.filter
def money(cents: int, currency: str) -> str:
    """An amount of a currency as the visitor's language writes it."""
    return format_currency(cents / 100, currency, locale=to_locale(get_language() or "en"))


@register.simple_tag
def left(stock: Stock) -> str:
    """What is left of a material."""
    return amount_words(stock.left, is_counted=stock.is_counted)


@register.simple_tag
def held(stock: Stock) -> str:
    """What is promised of it."""
    return amount_words(stock.held, is_counted=stock.is_counted)


@register.simple_tag
def free_of(stock: Stock) -> str:
    """What nobody has been promised of it."""
    return amount_words(stock.free, is_counted=stock.is_counted)


@register.simple_tag
def moved(stock: Stock, move: StockMove) -> str:
    """A change with its sign: +1 kg, −34 g."""
    change = move.sheets if stock.is_counted else move.grams
    return f"{'+' if change > 0 else '−'}{amount_words(abs(change), is_counted=stock.is_counted)}"


@register.filter
def limit_words(limit: Limit) -> str:
    """A limit with its unit."""
    return values.limit(limit.value, limit.unit)


@register.filter
def unit_words(limit: Limit) -> str:
    """The unit in which a limit is typed."""
    return {"share": "%", "degrees": "°", "mm2": "mm²", "mm3": "mm³"}.get(limit.unit, "mm")
