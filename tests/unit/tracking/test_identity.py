"""Who drives alone is known for the same vehicle; who drives beside another is not."""

from collections.abc import Callable

import numpy as np

from sidelook.geometry.frames import LocalFrame
from sidelook.geometry.ground import Plane
from sidelook.tracking.bridge import track_table
from sidelook.tracking.identity.doubt import same_vehicle
from sidelook.tracking.look import Look
from sidelook.tracking.tracker import Tracker

MakeLook = Callable[..., Look]
Drive = Callable[[float, np.ndarray], np.ndarray]
ALONE = [-30e3, 20e3, 6.0, -14.0]
PAIR = [[10e3, 20e3, 6.0, -14.0], [10.04e3, 20e3, 6.0, -14.0]]  # 40 m apart, less than the sensor errs
FRAME = LocalFrame(latitude=0.6, longitude=0.2)


def test_a_pair_that_cannot_be_told_apart_says_so(look_at: MakeLook, driven: Drive) -> None:
    rng, tracker = np.random.default_rng(6), Tracker()
    state = tracker.init()
    start = np.array([ALONE, *PAIR])
    for scan in range(16):
        state, _ = tracker.step(state, look_at(30.0 * scan, driven(30.0 * scan, start), rng=rng))
    tracks = state.tracks[state.tracks["confirmed"]]
    assert len(tracks) == 3
    sure = same_vehicle(tracks, state.clock)
    alone = tracks["estimate"][:, 0] < 0.0
    assert (sure[alone] > 0.95).all()
    assert (sure[~alone] < 0.5).all()
    table = track_table(state, state.rows, FRAME, Plane())
    np.testing.assert_allclose(np.sort(table.same_vehicle), np.sort(sure))
