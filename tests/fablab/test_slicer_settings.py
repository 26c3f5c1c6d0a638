"""What a slicer is told for a machine, and what a lab may not tell it."""

import pytest

from designs.mesh.profiles import Profile
from fablab.slicers import prusa

MINI = Profile("mini", "Mini", "fdm", (180.0, 180.0, 180.0), 0.4, 0.0, "PETG", 1.27)


def test_the_bed_the_nozzle_and_the_material_are_the_machines():
    told = prusa.settings_for(MINI)
    assert told["bed_shape"] == "0x0,180x0,180x180,0x180"
    assert told["layer_height"] == "0.20"
    assert told["temperature"] == "240"
    assert told["filament_density"] == "1.27"


@pytest.mark.parametrize(("quality", "layer"), [("draft", "0.28"), ("normal", "0.20"), ("fine", "0.12")])
def test_quality_is_the_height_of_a_layer(quality, layer):
    assert prusa.settings_for(MINI, quality=quality)["layer_height"] == layer


def test_a_labs_own_settings_win():
    assert prusa.settings_for(MINI, own={"fill_density": "40%"})["fill_density"] == "40%"


@pytest.mark.parametrize(
    "own",
    [{"post_process": "touch /tmp/x"}, {"notes": "x"}, {"start_gcode": "G28\npost_process = touch /tmp/x"}],
)
def test_no_setting_starts_a_program_or_smuggles_in_another(own):
    with pytest.raises(ValueError, match=next(iter(own))):
        prusa.settings_for(MINI, own=own)
