"""The README that a new project begins with, and how to tell its prompts from what somebody wrote."""

from collections.abc import Sequence
from functools import cache

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from designs import licences


def readme(name: str, summary: str, spdx: str) -> str:
    """The first README in Markdown, in the language of whoever makes the project."""
    licence = licences.LICENCES.get(spdx)
    what, make, how, under = _prompts()
    linked = f"[{licence.name}]({licence.url})" if licence else spdx
    lines = [f"# {name}", "", summary or what, "", f"## {make}", "", how, "", f"## {under}", "", linked, ""]
    return "\n".join(lines)


def written(text: str) -> str:
    """A README without the lines that it began with."""
    asked = _lines()
    return "\n".join(line for line in text.splitlines() if line.lstrip("# ").strip() not in asked)


def _prompts() -> Sequence[str]:
    return (
        _("What is it, and what is it for?"),
        _("Make it"),
        _("Which files to print or cut, in which material, with which settings."),
        _("Licence"),
    )


@cache
def _lines() -> frozenset[str]:
    """The prompts in every language of the site, and the lines that name a licence."""
    found = {f"[{one.name}]({one.url})" for one in licences.LICENCES.values()} | {licences.UNSTATED}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            found.update(_prompts())
    return frozenset(found)
