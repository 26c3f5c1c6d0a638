"""Open licences are told apart from those that only look open."""

import pytest

from designs import licences


@pytest.mark.parametrize("spdx", ["CC-BY-NC-4.0", "CC-BY-ND-4.0", "CC-BY-NC-SA-4.0", "CC-BY-NC-ND-4.0", "LicenseRef-x"])
def test_non_commercial_no_derivatives_and_unknown_licences_are_not_open(spdx):
    assert not licences.is_open(spdx)


@pytest.mark.parametrize(
    "spdx", ["CERN-OHL-S-2.0", "CERN-OHL-W-2.0", "CERN-OHL-P-2.0", "CC0-1.0", "CC-BY-SA-4.0", "MIT"]
)
def test_open_hardware_and_free_culture_licences_are_open(spdx):
    assert licences.is_open(spdx)


def test_the_picker_offers_every_family_of_the_field():
    families = {spdx.split("-")[0] for spdx in licences.LICENCES}
    assert {"CERN", "CC0", "CC", "MIT", "Apache", "GPL", "AGPL", "LGPL"} <= families
