"""What a word of science or trade would be in the other language: "ergonomique" is "ergonomic", by its ending alone."""

from functools import lru_cache

ENDINGS = (
    ("ique", "ic"), ("ique", "ical"), ("ique", "ics"), ("teur", "tor"), ("eur", "er"), ("aire", "ary"), ("aire", "ar"),
    ("ite", "ity"), ("gie", "gy"), ("mie", "my"), ("nie", "ny"), ("phie", "phy"), ("pie", "py"), ("trie", "try"),
    ("if", "ive"), ("metre", "meter"), ("gramme", "gram"), ("graphe", "graph"), ("isme", "ism"), ("iste", "ist"),
    ("uel", "ual"), ("iel", "ial"), ("eux", "ous"), ("ogue", "og"), ("isation", "ization"), ("ance", "ence"),
)  # fmt: skip
"""French, English; without accents."""
LEAST = 6
"""Letters of a word that is looked at."""


@lru_cache(50_000)
def cognates(word: str) -> tuple[str, ...]:
    """The words that this one may be, which need not exist."""
    if len(word) < LEAST or not word.isalpha():
        return ()
    found = [word.removesuffix(french) + english for french, english in ENDINGS if word.endswith(french)]
    found += [word.removesuffix(english) + french for french, english in ENDINGS if word.endswith(english)]
    return tuple(dict.fromkeys(found))
