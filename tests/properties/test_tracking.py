"""Whatever a look holds, the tracker goes on: nothing crashes or hangs, and its probabilities stay probabilities."""

import numpy as np
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from sidelook.model.origin import Origin
from sidelook.tracking.look import Look
from sidelook.tracking.tracker import Tracker

ORIGIN = Origin(source="test")
ANY = st.floats(allow_nan=True, allow_infinity=True)
METRES = st.one_of(st.floats(-3e5, 3e5), st.sampled_from([0.0, np.nan, np.inf, -np.inf, 1e300, -1e18]))
VARIANCE = st.one_of(st.floats(1e-12, 1e6), st.sampled_from([0.0, -1.0, np.nan, np.inf, 1e-300, 1e300]))
ODD_PLOT = st.tuples(METRES, METRES, METRES, METRES, st.floats(-4, 4), ANY, VARIANCE, VARIANCE, VARIANCE, ANY)
NEAR = st.floats(-1e3, 1e3)
PLAIN_PLOT = st.builds(
    lambda east, north, speed, wrap: (
        *(east, north, 0.0, np.hypot(east, north + 1e5), np.arctan2(east, north + 1e5), speed, 100.0, 1e-6, 0.5, wrap),
    ),
    NEAR,
    NEAR,
    st.one_of(st.floats(-30, 30), st.just(np.nan)),
    st.sampled_from([np.nan, 0.0, 10.0]),
)
ODD_SECTOR = st.tuples(ANY, ANY, METRES, METRES)
PLAIN_SECTOR = st.sampled_from([(0.0, 0.1, 5e4, 2e5), (0.0, 3.1, 0.0, 2e5), (0.01, 0.003, 9e4, 1.2e5)])
ODD_SENSOR = st.tuples(METRES, METRES, METRES)
DWELL = st.tuples(
    st.sampled_from([30_000_000_000, 65_000_000, 0, -1_000_000_000, 2**61]),
    st.one_of(st.just((0.0, -1e5, 0.0)), st.just((0.0, -1e5, 9e3)), ODD_SENSOR),
    st.one_of(PLAIN_SECTOR, ODD_SECTOR),
    st.floats(1e-300, 1e3),
    st.lists(st.one_of(PLAIN_PLOT, PLAIN_PLOT, ODD_PLOT), max_size=12),
)


def as_look(dwell: tuple, time: int, number: int) -> Look:  # type: ignore[type-arg]
    _, sensor, sector, speed, plots = dwell
    table = np.array(plots, np.float64).reshape(-1, 10)
    count = len(table)
    return Look(
        time=np.array([time], np.int64),
        revisit=np.array([0], np.int64),
        dwell=np.array([number], np.int64),
        sensor=np.array([sensor], np.float64),
        area=np.zeros((1, 3)),
        sector=np.array([sector], np.float64),
        minimum_detectable_speed=np.array([speed]),
        plot_count=np.array([count], np.int64),
        origin=np.zeros(1, np.int32),
        place=table[:, :3],
        measured=table[:, 3:6],
        variance=table[:, 6:9],
        wrap_speed=table[:, 9],
        target_class=np.zeros(count, np.uint8),
        class_probability=np.zeros(count, np.float32),
        simulated=np.zeros(count, np.bool_),
        origins=(ORIGIN,),
    )


@settings(
    max_examples=40,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # shrinking a list of looks takes minutes
    suppress_health_check=[HealthCheck.too_slow],
)
@given(st.lists(DWELL, min_size=2, max_size=8))
def test_the_tracker_survives_any_look(dwells: list[tuple]) -> None:  # type: ignore[type-arg]
    tracker = Tracker(capacity=16)
    state = tracker.init()
    time = 0
    for number, dwell in enumerate(dwells):
        time = min(time + dwell[0], 2**62)
        with np.errstate(all="ignore"):
            state, result = tracker.step(state, as_look(dwell, time, number))
        given = result.assigned[result.assigned > 0]
        assert len(np.unique(given)) == len(given), "a dwell gives a track one plot"
        tracks = state.tracks[state.rows]
        assert np.isfinite(tracks["mean"]).all()
        assert ((tracks["existence"] >= 0.0) & (tracks["existence"] <= 1.0)).all()
        assert len(np.unique(tracks["identity"])) == len(tracks)
