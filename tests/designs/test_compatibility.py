"""Which licence may follow which, as a table."""

# ruff: noqa: E501

import pytest

from designs.compatibility import KNOWN, SOURCES, canonical, followers, may_follow, why_not
from designs.licences import LICENCES

TABLE = """
CC0-1.0             MIT CC0-1.0 CERN-OHL-S-2.0 GPL-2.0-only CC-BY-NC-4.0 CC-BY-SA-4.0 TAPR-OHL-1.0  |
Unlicense           CC0-1.0 GPL-2.0-only CC-BY-ND-4.0                                   |
0BSD                MIT GPL-3.0-only                                                    |
MIT                 BSD-2-Clause Apache-2.0 CERN-OHL-S-2.0 CC-BY-4.0 GPL-2.0-only MPL-2.0 CC-BY-NC-SA-4.0 | CC0-1.0 Unlicense 0BSD
BSD-3-Clause        GPL-2.0-only CERN-OHL-P-2.0 CC-BY-SA-4.0                            | CC0-1.0
Apache-2.0          GPL-3.0-only GPL-3.0-or-later AGPL-3.0-or-later CERN-OHL-S-2.0 SHL-2.1 | GPL-2.0-only GPL-2.0-or-later CC0-1.0
SHL-2.1             Apache-2.0 CERN-OHL-S-2.0 GPL-3.0-or-later                          | GPL-2.0-only 0BSD
CERN-OHL-P-2.0      CERN-OHL-W-2.0 CERN-OHL-S-2.0 CC-BY-SA-4.0                          | CC0-1.0 GPL-2.0-only
CERN-OHL-W-2.0      CERN-OHL-S-2.0                                                      | CERN-OHL-P-2.0 MIT GPL-3.0-only CC-BY-SA-4.0
CERN-OHL-S-2.0      CERN-OHL-S-2.0                                                      | CERN-OHL-W-2.0 CERN-OHL-P-2.0 GPL-3.0-or-later TAPR-OHL-1.0
TAPR-OHL-1.0        TAPR-OHL-1.0                                                        | CERN-OHL-S-2.0 GPL-3.0-only MIT
CC-BY-4.0           CC-BY-SA-4.0 CC-BY-NC-4.0 CC-BY-NC-SA-4.0 GPL-2.0-only GPL-3.0-or-later CERN-OHL-S-2.0 | CC0-1.0 Unlicense
CC-BY-3.0           CC-BY-4.0 CC-BY-SA-3.0 CC-BY-SA-4.0                                 | GPL-3.0-only GPL-2.0-or-later CC0-1.0
CC-BY-SA-4.0        GPL-3.0-only                                                        | GPL-2.0-only GPL-2.0-or-later GPL-3.0-or-later CC-BY-4.0 CC-BY-SA-3.0 CC-BY-NC-SA-4.0 MIT CERN-OHL-S-2.0
CC-BY-SA-3.0        CC-BY-SA-4.0                                                        | GPL-3.0-only CC-BY-4.0
CC-BY-NC-4.0        CC-BY-NC-SA-4.0 CC-BY-NC-ND-4.0                                     | CC-BY-4.0 CC-BY-SA-4.0 MIT CERN-OHL-P-2.0 GPL-3.0-only
CC-BY-NC-SA-4.0     CC-BY-NC-SA-4.0                                                     | CC-BY-NC-4.0 CC-BY-SA-4.0 GPL-3.0-only
CC-BY-ND-4.0        CC-BY-ND-4.0                                                        | CC-BY-4.0 CC-BY-NC-ND-4.0 CC0-1.0
CC-BY-NC-ND-4.0     CC-BY-NC-ND-4.0                                                     | CC-BY-ND-4.0 CC-BY-NC-4.0
GPL-2.0-only        GPL-2.0-only                                                        | GPL-3.0-only GPL-2.0-or-later LGPL-3.0-or-later MIT
GPL-2.0-or-later    GPL-2.0-only GPL-3.0-only GPL-3.0-or-later AGPL-3.0-or-later        | LGPL-3.0-or-later MIT CC-BY-SA-4.0
GPL-3.0-only        AGPL-3.0-only                                                       | GPL-3.0-or-later GPL-2.0-only CC-BY-SA-4.0
GPL-3.0-or-later    GPL-3.0-only AGPL-3.0-or-later                                      | GPL-2.0-or-later LGPL-3.0-or-later Apache-2.0
LGPL-2.1-only       GPL-2.0-only GPL-2.0-or-later GPL-3.0-or-later                      | LGPL-3.0-or-later MIT
LGPL-2.1-or-later   LGPL-3.0-or-later GPL-3.0-or-later                                  | MPL-2.0
LGPL-3.0-or-later   GPL-3.0-or-later GPL-3.0-only AGPL-3.0-or-later                     | GPL-2.0-or-later MIT
AGPL-3.0-or-later   AGPL-3.0-only                                                       | GPL-3.0-or-later GPL-3.0-only
MPL-2.0             GPL-2.0-or-later GPL-3.0-only LGPL-3.0-or-later AGPL-3.0-or-later   | MIT Apache-2.0 CERN-OHL-S-2.0
EUPL-1.2            GPL-3.0-only AGPL-3.0-only MPL-2.0                                  | MIT GPL-3.0-or-later
"""


def _rows():
    for line in TABLE.strip().splitlines():
        allowed, _, refused = line.partition("|")
        parent, *yes = allowed.split()
        yield from ((parent, child, True) for child in yes)
        yield from ((parent, child, False) for child in refused.split())


@pytest.mark.parametrize(("parent", "child", "allowed"), list(_rows()))
def test_a_licence_may_follow_or_may_not(parent, child, allowed):
    assert may_follow(parent, child) is allowed


def test_every_licence_of_the_picker_is_known_and_names_its_source():
    assert set(LICENCES) <= KNOWN
    assert set(SOURCES) == KNOWN
    assert all(address.startswith("https://") for address in SOURCES.values())


@pytest.mark.parametrize("spdx", sorted(KNOWN))
def test_every_licence_follows_itself_and_every_refusal_has_a_reason(spdx):
    assert followers(spdx)[0] == spdx
    reasons = {why_not(spdx, other) for other in KNOWN if not may_follow(spdx, other)}
    assert reasons <= {"no-derivatives", "non-commercial", "attribution", "conflict", "reciprocal"}


def test_nothing_free_comes_of_what_is_not_and_nothing_reciprocal_becomes_permissive():
    free = {name for name in KNOWN if "-NC" not in name and "-ND" not in name}
    for name in KNOWN - free:
        assert free.isdisjoint(followers(name))
    permissive = {"MIT", "CC-BY-4.0", "Apache-2.0", "CERN-OHL-P-2.0", "CC0-1.0", "BSD-3-Clause", "0BSD"}
    for name in ("CERN-OHL-S-2.0", "CERN-OHL-W-2.0", "GPL-3.0-or-later", "CC-BY-SA-4.0", "TAPR-OHL-1.0"):
        assert permissive.isdisjoint(followers(name))


def test_what_may_follow_what_follows_may_mostly_follow_directly():
    """A chain of forks reaches nothing that the first licence forbids by name: non-commercial and reciprocal stay so."""
    for first in ("CC-BY-NC-4.0", "CERN-OHL-W-2.0", "GPL-2.0-or-later", "MPL-2.0", "LGPL-2.1-or-later"):
        for second in followers(first):
            assert set(followers(second)) <= set(followers(first)), (first, second)


@pytest.mark.parametrize(
    ("old", "new"), [("GPL-3.0", "GPL-3.0-only"), ("gpl-2.0+", "GPL-2.0-or-later"), ("mit", "MIT"), ("X-1", "X-1")]
)
def test_old_names_and_other_cases_are_understood(old, new):
    assert canonical(old) == new


def test_an_unknown_licence_is_followed_by_itself_alone():
    assert may_follow("LicenseRef-Mine", "LicenseRef-Mine")
    assert not may_follow("LicenseRef-Mine", "MIT")
    assert not may_follow("MIT", "LicenseRef-Mine")
    assert why_not("LicenseRef-Mine", "MIT") == "unknown"
