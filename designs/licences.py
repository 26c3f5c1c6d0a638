"""SPDX licences that people choose for designs, open and non-open told apart.

Open means: approved by OSI for code, or free in the sense of the Open Definition for content and hardware.
NC and ND are not (https://opendefinition.org/licenses/, https://opensource.org/licenses).
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Licence:
    """One licence: its SPDX identifier, its name for people, and whether it is open."""

    spdx: str
    name: str
    is_open: bool
    url: str


def _cc(kind: str, version: str, name: str, *, is_open: bool) -> Licence:
    address = f"https://creativecommons.org/licenses/{kind.lower()}/{version}/"
    return Licence(f"CC-{kind}-{version}", f"Creative Commons {name} {version}", is_open, address)


def _spdx(spdx: str, name: str) -> Licence:
    return Licence(spdx, name, True, f"https://spdx.org/licenses/{spdx}.html")


_ALL = (
    _spdx("CERN-OHL-S-2.0", "CERN Open Hardware Licence 2, strongly reciprocal"),
    _spdx("CERN-OHL-W-2.0", "CERN Open Hardware Licence 2, weakly reciprocal"),
    _spdx("CERN-OHL-P-2.0", "CERN Open Hardware Licence 2, permissive"),
    _spdx("TAPR-OHL-1.0", "TAPR Open Hardware License 1.0"),
    _spdx("SHL-2.1", "Solderpad Hardware License 2.1"),
    Licence("CC0-1.0", "Creative Commons Zero 1.0", True, "https://creativecommons.org/publicdomain/zero/1.0/"),
    _cc("BY", "4.0", "Attribution", is_open=True),
    _cc("BY-SA", "4.0", "Attribution-ShareAlike", is_open=True),
    _cc("BY", "3.0", "Attribution", is_open=True),
    _cc("BY-SA", "3.0", "Attribution-ShareAlike", is_open=True),
    _spdx("MIT", "MIT License"),
    _spdx("Apache-2.0", "Apache License 2.0"),
    _spdx("BSD-2-Clause", "BSD 2-Clause License"),
    _spdx("BSD-3-Clause", "BSD 3-Clause License"),
    _spdx("GPL-2.0-only", "GNU General Public License 2"),
    _spdx("GPL-2.0-or-later", "GNU General Public License 2 or later"),
    _spdx("GPL-3.0-only", "GNU General Public License 3"),
    _spdx("GPL-3.0-or-later", "GNU General Public License 3 or later"),
    _spdx("LGPL-3.0-or-later", "GNU Lesser General Public License 3 or later"),
    _spdx("AGPL-3.0-or-later", "GNU Affero General Public License 3 or later"),
    _spdx("MPL-2.0", "Mozilla Public License 2.0"),
    _cc("BY-NC", "4.0", "Attribution-NonCommercial", is_open=False),
    _cc("BY-NC-SA", "4.0", "Attribution-NonCommercial-ShareAlike", is_open=False),
    _cc("BY-ND", "4.0", "Attribution-NoDerivatives", is_open=False),
    _cc("BY-NC-ND", "4.0", "Attribution-NonCommercial-NoDerivatives", is_open=False),
)
LICENCES = {licence.spdx: licence for licence in _ALL}
DEFAULT = "CERN-OHL-S-2.0"
UNSTATED = "NOASSERTION"
"""SPDX for a licence that nobody has stated."""


def is_open(spdx: str) -> bool:
    """Whether a licence is an open one; unknown identifiers are not."""
    return spdx in LICENCES and LICENCES[spdx].is_open
