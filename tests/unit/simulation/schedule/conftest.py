"""A radar that flies south of an area, and its timeline."""

import numpy as np
import pytest

from sidelook.geometry.frames import LocalFrame
from sidelook.model.origin import Origin
from sidelook.model.radar import Radar
from sidelook.simulation.orbit import Racetrack
from sidelook.simulation.schedule import Setting, Timeline

START = 1_777_876_200_000_000_000
FRAME = LocalFrame(latitude=0.66, longitude=-0.75)


@pytest.fixture(scope="session")
def setting() -> Setting:
    """Fly a racetrack 150 km south of the frame's origin, first eastward: ten minutes a leg, two and a half a turn."""
    path = Racetrack(
        frame=FRAME, east=0.0, north=-150e3, heading=np.pi / 2, leg=132e3, radius=10e3, speed=220.0, start=START
    )
    return Setting(path=path, radar=Radar())


@pytest.fixture(scope="session")
def timeline(setting: Setting) -> Timeline:
    """Give its timeline."""
    return Timeline(setting=setting, origin=Origin(source="test", simulated=True))
