"""What pages say of machines and materials: colours, amounts, money, limits."""

from babel.numbers import format_currency
from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, to_locale

from designs.mesh.limits import Limit
from designs.words import values
from fablab.models import Stock, StockMove
from fablab.words_machines import amount_words

register = template.Library()


@register.simple_tag
def swatch(colour: str) -> SafeString:
    """A dot of a colour, as a drawing: styles in attributes are forbidden here."""
    return format_html(
        '<svg class="swatch" viewBox="0 0 12 12" aria-hidden="true"><circle cx="6" cy="6" r="5" fill="{}"/></svg>',
        colour,
    )


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
