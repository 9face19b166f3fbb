import numpy as np

from sidelook.simulation.island.grading import grade
from sidelook.simulation.island.relief import Relief
from sidelook.simulation.island.roads import Layout


def rough(seed: int) -> Relief:
    rng = np.random.default_rng(seed)
    height = (300.0 + 25.0 * rng.standard_normal((60, 80))).astype(np.float32)
    height[:3] = -5.0
    drained = np.zeros(height.shape, np.float32)
    drained[:, 40] = 500.0
    return Relief(
        spacing=200.0,
        height=height,
        lake=np.zeros(height.shape, bool),
        receiver=np.arange(height.size),
        drained=drained,
    )


def road(relief: Relief) -> Layout:
    """From west to east along the middle row, a point every second cell."""
    columns = np.arange(4, 76, 2)
    positions = relief.place(np.full(len(columns), 30), columns)
    count = np.arange(len(columns))
    return Layout(
        positions=positions,
        first=count[:-1],
        second=count[1:],
        rank=np.zeros(len(count) - 1, np.uint8),
        towns=count[:1],
    )


def test_the_ground_along_a_road_is_evened_out_and_none_far_from_it() -> None:
    before = rough(1)
    after = grade(before, road(before), stream=40.0)
    away = np.r_[0:24, 37:60]
    np.testing.assert_allclose(after.height[away], before.height[away], atol=1e-3)

    def roughness(relief: Relief) -> float:
        return float(np.abs(np.diff(relief.height[30, 44:74])).mean())

    assert roughness(after) < 0.4 * roughness(before)


def test_waters_keep_their_beds() -> None:
    before = rough(2)
    after = grade(before, road(before), stream=40.0)
    assert (after.height[:, 40] == before.height[:, 40]).all()
    assert (after.height[:3] == before.height[:3]).all()
    assert (after.height[3:] > 0.0).all()
