"""What a README says to a search: its words without its markup, and the language it is in."""

import re
from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

LANGUAGES = ("en", "fr", "de", "es", "it", "nl", "pt")
LEAST_LETTERS = 40
"""A shorter text tells no language."""
_MARKUP = re.compile(r"<[^>]*>|https?://\S+|!?\[|\]\([^)]*\)|[`*_#>|]+|-{3,}")


def plain(markdown: str) -> str:
    """The words of a text in Markdown."""
    return " ".join(_MARKUP.sub(" ", markdown).split())


def language(text: str) -> str:
    """The likely language of a text, of those we know; nothing where it is too short to tell."""
    if sum(c.isalpha() for c in text) < LEAST_LETTERS:
        return ""
    return str(_identifier().classify(text[:4000])[0])


@cache
def _identifier() -> LanguageIdentifier:
    found = LanguageIdentifier.from_model_file(MODEL_FILE)
    found.set_languages(list(LANGUAGES))
    return found
