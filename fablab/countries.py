"""Countries and languages by their codes, named in the reader's language (Unicode CLDR, by way of Babel)."""

from functools import lru_cache

from babel import Locale, UnknownLocaleError
from django.utils.translation import get_language


@lru_cache(maxsize=8)
def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def _here() -> Locale:
    return _locale(get_language() or "en")


def country_name(code: str) -> str:
    """The name of a country by its two letters; the code where nobody knows it."""
    return str(_here().territories.get(code.upper(), code))


def language_name(code: str) -> str:
    """The name of a language by its code; the code where nobody knows it."""
    return str(_here().languages.get(code.lower(), code))


def countries() -> list[tuple[str, str]]:
    """Every country as (code, name), by name."""
    named = ((code, str(name)) for code, name in _here().territories.items() if _is_country(code))
    return sorted(named, key=lambda one: one[1].casefold())


def _is_country(code: str) -> bool:
    return len(code) == 2 and code.isalpha() and code not in _NONE


_NONE = frozenset("EU EZ QO UN XA XB ZZ".split())
"""Groups of countries, and codes for tests."""
