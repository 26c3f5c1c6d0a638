"""What people type into the box: words for the engine, and conditions such as `tag:lamp` or `-by:ada`."""

import re
from dataclasses import dataclass, field

from designs import licences
from designs.discovery import values

FIELDS = {
    "tag": "tag", "by": "owner", "licence": "licence", "license": "licence", "material": "material",
    "format": "format", "language": "language",
}  # fmt: skip
_FIELD = re.compile(rf'(?<!\S)(-?)({"|".join(FIELDS)}):("[^"]*"|\S+)', re.IGNORECASE)
_LICENCES = {spdx.casefold(): spdx for spdx in licences.LICENCES}
_OPEN = {"open": "open", "libre": "open", "not-open": "not-open"}


@dataclass
class Said:
    """The words that are left, and facet -> values that are wanted or not."""

    words: str = ""
    facets: dict[str, list[str]] = field(default_factory=dict)
    without: dict[str, list[str]] = field(default_factory=dict)


def read(text: str) -> Said:
    """Take the conditions out of a text. What looks like one and is none stays a word."""
    said = Said()

    def take(found: re.Match[str]) -> str:
        minus, name, value = found.groups()
        facet, known = _condition(name.lower(), value.strip('"'))
        if known:
            (said.without if minus else said.facets).setdefault(facet, []).append(known)
            return " "
        return found.group()

    said.words = " ".join(_FIELD.sub(take, text).split())
    return said


def _condition(name: str, value: str) -> tuple[str, str]:
    facet = FIELDS[name]
    if facet == "licence":
        if value.casefold() in _OPEN:
            return "licence_family", _OPEN[value.casefold()]
        return facet, _LICENCES.get(value.casefold(), value)
    return facet, values.fold(value).removeprefix("@")
