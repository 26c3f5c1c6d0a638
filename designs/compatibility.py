"""Which licence may follow which: whether what came under one may be published in a project under another.

Not legal advice but the published positions of those who wrote the licences, SOURCES; where they are silent, no.
What is under a permissive licence keeps its notices (`attribution.py` carries them), so that any licence may follow
but one that asks for none. Reciprocal licences are followed by themselves and by those that their text names.
"""

CC_CHART = "https://creativecommons.org/faq/#if-i-derive-or-adapt-material-offered-under-a-creative-commons-license-which-cc-licenses-can-i-use"
CC_SHARE = "https://creativecommons.org/share-your-work/licensing-considerations/compatible-licenses"
CERN = "https://cern-ohl.web.cern.ch/home"
GNU_LIST = "https://www.gnu.org/licenses/license-list.html"
GNU_MATRIX = "https://www.gnu.org/licenses/gpl-faq.html#AllCompatibility"

DEDICATED = frozenset({"CC0-1.0", "Unlicense", "0BSD", "MIT-0"})
NO_DERIVATIVES = frozenset({"CC-BY-ND-4.0", "CC-BY-NC-ND-4.0"})
NON_COMMERCIAL = frozenset({"CC-BY-NC-4.0", "CC-BY-NC-SA-4.0", "CC-BY-NC-ND-4.0"})
_PERMISSIVE = frozenset({
    "MIT", "BSD-2-Clause", "BSD-3-Clause", "ISC", "CC-BY-4.0", "CC-BY-3.0", "Apache-2.0", "SHL-2.1", "CERN-OHL-P-2.0",
})  # fmt: skip
_AGPL = frozenset({"AGPL-3.0-only", "AGPL-3.0-or-later"})
_GPL_3 = _AGPL | {"GPL-3.0-only", "GPL-3.0-or-later"}
_GPL_2 = frozenset({"GPL-2.0-only", "GPL-2.0-or-later", "LGPL-2.1-only", "LGPL-2.1-or-later"})
_LGPL_3 = frozenset({"LGPL-3.0-only", "LGPL-3.0-or-later"})

_RECIPROCAL: dict[str, frozenset[str]] = {
    "CC-BY-SA-3.0": frozenset({"CC-BY-SA-4.0"}),
    "CC-BY-SA-4.0": frozenset({"GPL-3.0-only"}),
    "CC-BY-NC-4.0": frozenset({"CC-BY-NC-SA-4.0", "CC-BY-NC-ND-4.0"}),
    "CC-BY-NC-SA-4.0": frozenset(),
    "CC-BY-ND-4.0": frozenset(),
    "CC-BY-NC-ND-4.0": frozenset(),
    "CERN-OHL-1.2": frozenset({"CERN-OHL-W-2.0", "CERN-OHL-S-2.0"}),
    "CERN-OHL-W-2.0": frozenset({"CERN-OHL-S-2.0"}),
    "CERN-OHL-S-2.0": frozenset(),
    "TAPR-OHL-1.0": frozenset(),
    "GPL-2.0-only": frozenset(),
    "GPL-2.0-or-later": frozenset({"GPL-2.0-only"}) | _GPL_3,
    "LGPL-2.1-only": frozenset({"GPL-2.0-only", "GPL-2.0-or-later"}) | _GPL_3,
    "LGPL-2.1-or-later": frozenset({"LGPL-2.1-only", "GPL-2.0-only", "GPL-2.0-or-later"}) | _LGPL_3 | _GPL_3,
    "GPL-3.0-only": frozenset({"AGPL-3.0-only"}),
    "GPL-3.0-or-later": frozenset({"GPL-3.0-only"}) | _AGPL,
    "LGPL-3.0-only": frozenset({"GPL-3.0-only", "AGPL-3.0-only"}),
    "LGPL-3.0-or-later": frozenset({"LGPL-3.0-only"}) | _GPL_3,
    "AGPL-3.0-only": frozenset(),
    "AGPL-3.0-or-later": frozenset({"AGPL-3.0-only"}),
    "MPL-2.0": _GPL_2 | _LGPL_3 | _GPL_3,
    "EUPL-1.2": frozenset({
        "GPL-2.0-only", "GPL-3.0-only", "AGPL-3.0-only", "LGPL-2.1-only", "LGPL-3.0-only", "MPL-2.0", "CC-BY-SA-3.0",
    }),
    "OFL-1.1": frozenset(),
}  # fmt: skip
"""Licence -> those that may follow it besides itself."""

_EXCEPT: dict[str, frozenset[str]] = {
    "Apache-2.0": _GPL_2,
    "SHL-2.1": _GPL_2,
    "CERN-OHL-P-2.0": _GPL_2,
    "CC-BY-3.0": _GPL_2 | _LGPL_3 | _GPL_3,
}
"""Permissive licence -> those whose text forbids what it asks: terms on patents, on technical locks."""

KNOWN = DEDICATED | _PERMISSIVE | frozenset(_RECIPROCAL)

SOURCES = {
    **dict.fromkeys(("CC0-1.0", "CC-BY-4.0", "MIT", "MIT-0", "BSD-2-Clause", "BSD-3-Clause", "ISC"), GNU_LIST),
    **dict.fromkeys(("Unlicense", "0BSD"), GNU_LIST),
    **dict.fromkeys((name for name in KNOWN if "GPL" in name), GNU_MATRIX),
    **dict.fromkeys((name for name in KNOWN if name.startswith("CERN")), CERN),
    **dict.fromkeys(("CC-BY-3.0", *NON_COMMERCIAL, *NO_DERIVATIVES), CC_CHART),
    **dict.fromkeys(("CC-BY-SA-3.0", "CC-BY-SA-4.0"), CC_SHARE),
    "Apache-2.0": "https://www.apache.org/licenses/GPL-compatibility.html",
    "SHL-2.1": "https://solderpad.org/licenses/SHL-2.1/",
    "TAPR-OHL-1.0": "https://tapr.org/the-tapr-open-hardware-license/",
    "MPL-2.0": "https://www.mozilla.org/MPL/2.0/#secondary-licenses",
    "EUPL-1.2": "https://eupl.eu/1.2/en/#appendix",
    "OFL-1.1": "https://openfontlicense.org/ofl-faq/",
}
"""Licence -> where it is written which others may follow it."""

_OLD_NAMES = {
    f"{family}-{version}{mark}": f"{family}-{version}-{word}"
    for family, versions in (("GPL", ("2.0", "3.0")), ("LGPL", ("2.1", "3.0")), ("AGPL", ("3.0",)))
    for version in versions
    for mark, word in (("", "only"), ("+", "or-later"))
}
_NAMES = {name.lower(): name for name in KNOWN} | {old.lower(): new for old, new in _OLD_NAMES.items()}


def canonical(name: str) -> str:
    """An SPDX identifier as the list writes it today; unknown ones as they are."""
    return _NAMES.get(name.lower(), name)


def may_follow(parent: str, child: str) -> bool:
    """Whether what came under `parent` may be published under `child`. An unknown licence is followed by itself."""
    parent, child = canonical(parent), canonical(child)
    if parent == child:
        return True
    if not {parent, child} <= KNOWN:
        return False
    if parent in DEDICATED:
        return True
    if parent in _PERMISSIVE:
        return child not in DEDICATED and child not in _EXCEPT.get(parent, frozenset())
    return child in _RECIPROCAL[parent]


def followers(parent: str) -> list[str]:
    """Every licence that may follow, the same one first."""
    return [canonical(parent), *sorted(one for one in KNOWN if one != canonical(parent) and may_follow(parent, one))]


def why_not(parent: str, child: str) -> str:
    """A stable word for why `child` may not follow `parent`."""
    parent, child = canonical(parent), canonical(child)
    if not {parent, child} <= KNOWN:
        return "unknown"
    if parent in NO_DERIVATIVES:
        return "no-derivatives"
    if parent in NON_COMMERCIAL and child not in NON_COMMERCIAL:
        return "non-commercial"
    if parent in _PERMISSIVE:
        return "attribution" if child in DEDICATED else "conflict"
    return "reciprocal"
