from dataclasses import fields

import numpy as np

from sidelook.tracking.columns import CONSTANT_NAMES
from sidelook.tracking.settings import TrackerSettings, as_constants


def test_every_setting_reaches_the_compiled_passes() -> None:
    """All but the measurement errors, which act when a look is made."""
    settings = TrackerSettings()
    constants = as_constants(settings)
    for part in (settings.motion, settings.gating, settings.life_cycle, settings.registration):
        for field in fields(part):
            np.testing.assert_array_equal(constants[field.name][0], getattr(part, field.name))
    left_to_looks = {"minimum_detectable_speed"}
    names = {field.name for field in fields(settings.detection)} - left_to_looks
    assert {name: float(constants[name][0]) for name in names} == {n: getattr(settings.detection, n) for n in names}
    assert len(set(CONSTANT_NAMES)) == len(CONSTANT_NAMES)
