"""Single values from strangers' files: each is read or refused with a reason, never guessed. Knows no model."""

import math
import re
from typing import Any

from babel import Locale
from babel.core import get_global
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email

from fablab.okw.terms import term

_NUMBER = re.compile(r"\s*([+-]?\d+(?:[.,]\d+)?)\s*(mm³|mm\^?3|mm|cm|m|w|kw|µm|um)?\s*", re.IGNORECASE)
_SCALE = {"cm": 10.0, "m": 1000.0, "kw": 1000.0, "µm": 0.001, "um": 0.001}
_SIZES = re.compile(r"\d+(?:[.,]\d+)?")
_SIDES = {"x": 0, "width": 0, "w": 0, "y": 1, "depth": 1, "length": 1, "d": 1, "z": 2, "height": 2, "h": 2}
_LANGUAGES = ("en", "fr", "de", "es", "pt", "it")


class UnreadError(ValueError):
    """A value that cannot be read; `str()` says what it is."""


def text(value: Any, most: int) -> str:
    """Words on a line. Raises UnreadError for what is no word or number."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise UnreadError(shown(value))
    return " ".join(str(value).replace("\0", "").split())[:most]


def paragraphs(value: Any, most: int) -> str:
    """Words with their lines."""
    if not isinstance(value, str):
        raise UnreadError(shown(value))
    return value.replace("\0", "").replace("\r\n", "\n").strip()[:most]


def number(value: Any) -> float:
    """A length in mm, a power in W, or a bare number; "0.4 mm" and "2,5 kW" are read."""
    if isinstance(value, bool):
        raise UnreadError(shown(value))
    if isinstance(value, int | float):
        if not math.isfinite(value):
            raise UnreadError(shown(value))
        return float(value)
    found = _NUMBER.fullmatch(value) if isinstance(value, str) else None
    if not found:
        raise UnreadError(shown(value))
    return float(found[1].replace(",", ".")) * _SCALE.get((found[2] or "").lower(), 1.0)


def degrees(value: Any, most: float) -> float:
    """A latitude (`most` 90) or longitude (180)."""
    found = number(value)
    if abs(found) > most:
        raise UnreadError(shown(value))
    return found


def sizes(value: Any) -> list[float]:
    """Lengths in mm: 220, "220 x 220 x 250", [220, 220, 250] or {"x": 220, "y": 220}. Raises UnreadError."""
    if isinstance(value, dict):
        sides = {_SIDES[str(name).lower()]: one for name, one in value.items() if str(name).lower() in _SIDES}
        value = [sides[side] for side in sorted(sides)]
    if isinstance(value, list):
        if not value:
            raise UnreadError(shown(value))
        return [number(one) for one in value[:3]]
    if isinstance(value, str) and re.search(r"[x×*]", value):
        return [float(one.replace(",", ".")) for one in _SIZES.findall(value)[:3]]
    return [number(value)]


def web(value: Any) -> str:
    """An http address."""
    address = text(value, 300)
    if address and "://" not in address and "." in address and " " not in address:
        address = f"https://{address}"
    try:
        URLValidator(schemes=["http", "https"])(address)
    except ValidationError as wrong:
        raise UnreadError(shown(value)) from wrong
    return address


def email(value: Any) -> str:
    """An e-mail address."""
    address = text(value, 254).removeprefix("mailto:")
    try:
        validate_email(address)
    except ValidationError as wrong:
        raise UnreadError(shown(value)) from wrong
    return address


def country(value: Any) -> str:
    """Two letters, of a code or of a name in one of six languages."""
    said = text(value, 80)
    territories = Locale("en").territories
    if len(said) == 2 and said.upper() in territories:
        return said.upper()
    wanted = term(said)
    for language in _LANGUAGES:
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and term(str(name)) == wanted:
                return str(code)
    alias = get_global("territory_aliases").get(said.upper(), ())
    if len(alias) == 1:
        return str(alias[0])
    raise UnreadError(shown(value))


def languages(value: Any) -> list[str]:
    """Codes of two or three letters, of codes or English, French and own names."""
    if isinstance(value, str):
        value = re.split(r"[,;/]", value)
    if not isinstance(value, list):
        raise UnreadError(shown(value))
    return list(dict.fromkeys(_language(text(one, 40)) for one in value if one))


def yes(value: Any) -> bool | None:
    """True, false, or None for words that say more than that."""
    if isinstance(value, bool):
        return value
    said = term(text(value, 200))
    if said in {"yes", "true", "oui", "ja", "1", "accessible", "wheelchair accessible", "full"}:
        return True
    return False if said in {"no", "false", "non", "nein", "0", "not accessible", "none"} else None


def shown(value: Any) -> str:
    """The start of a value, for a sentence."""
    return repr(value)[:80]


def _language(said: str) -> str:
    code = said.lower().replace("_", "-").partition("-")[0]
    if len(code) == 2 and code in Locale("en").languages:
        return code
    if alias := get_global("language_aliases").get(code):
        return str(alias).partition("_")[0]
    for language in ("en", "fr"):
        for known, name in Locale(language).languages.items():
            if term(str(name)) == term(said):
                return str(known).partition("_")[0]
    if len(code) == 3 and code in Locale("en").languages:
        return code
    raise UnreadError(shown(said))
