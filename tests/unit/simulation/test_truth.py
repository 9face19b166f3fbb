from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose
from numpy.typing import ArrayLike, NDArray

from sidelook.errors import InputError, UsageError
from sidelook.formats.truth.table import read_parquet
from sidelook.geometry.frames import LocalFrame, enu_to_geodetic
from sidelook.geometry.ground import Ellipsoid, Plane
from sidelook.model.plots import TargetClass
from sidelook.model.truth import Entities, TruthSamples
from sidelook.simulation.truth import find_breaks, positions_in_frame, trajectories_from_samples

FRAME = LocalFrame(latitude=0.0, longitude=0.0)
METRE = 1.0 / 6_378_137.0


def samples(vehicle: list[str], second: list[float], east: list[float]) -> TruthSamples:
    count = len(vehicle)
    names, row = np.unique(np.array(vehicle, dtype=str), return_inverse=True)
    entities = Entities.empty(
        len(names),
        target_class=np.full(len(names), TargetClass.WHEELED, np.uint8),
        formation=np.where(names == "b", 3, -1).astype(np.int32),
        names=tuple(names.tolist()),
    )
    return TruthSamples(
        row=row.astype(np.int32),
        time=(np.array(second) * 1e9).astype(np.int64),
        latitude=np.zeros(count),
        longitude=np.array(east) * METRE,
        height=np.zeros(count),
        entities=entities,
    )


def test_an_identity_ends_where_its_vehicle_jumps() -> None:
    made = trajectories_from_samples(samples(["a"] * 4, [0, 2, 4, 6], [0, 60, 9_000, 9_060]), FRAME)
    assert made.row.tolist() == [0, 0, 1, 1]
    assert made.entities.entity.tolist() == [1, 2]
    assert_allclose(made.east, [0, 60, 9_000, 9_060], rtol=1e-5)


def test_an_identity_ends_where_its_vehicle_is_gone_for_a_while() -> None:
    made = trajectories_from_samples(samples(["a"] * 4, [0, 1, 4, 5], [0, 20, 80, 100]), FRAME)
    assert made.row.tolist() == [0, 0, 1, 1]


def test_what_was_seen_once_is_left_out_and_rows_stay_with_their_vehicle() -> None:
    made = trajectories_from_samples(samples(["x", "a", "a", "b", "b"], [0, 0, 1, 5, 6], [5, 0, 20, 7, 9]), FRAME)
    assert made.row.tolist() == [0, 0, 1, 1]
    assert made.entities.formation.tolist() == [-1, 3]
    assert made.offset.tolist() == [0, 2, 4]


def test_unsorted_samples_are_refused() -> None:
    with pytest.raises(InputError, match="sorted"):
        trajectories_from_samples(samples(["a", "a"], [2, 0], [0, 1]), FRAME)


def test_an_empty_table_is_refused() -> None:
    with pytest.raises(InputError, match="empty"):
        trajectories_from_samples(samples([], [], []), FRAME)


def test_each_identity_keeps_the_name_of_its_vehicle() -> None:
    given = samples(["a"] * 4 + ["b"] * 2, [0, 2, 4, 6, 0, 2], [0, 60, 9_000, 9_060, 0, 9])
    made = trajectories_from_samples(given, FRAME).entities
    assert made.entity.tolist() == [1, 2, 3]
    assert made.names == ("a", "a", "b")
    nameless = replace(given, entities=replace(given.entities, names=(), entity=np.array([17, 4])))
    assert trajectories_from_samples(nameless, FRAME).entities.names == ("17", "17", "4")


class Slope:
    """Ground that rises to the east, one in five."""

    def height(self, east: ArrayLike, north: ArrayLike) -> NDArray[np.float64]:
        """Give the up coordinate."""
        return np.asarray(east, np.float64) / 5.0 + np.asarray(north, np.float64) * 0.0


def test_what_has_no_height_stands_on_the_ground() -> None:
    rng = np.random.default_rng(3)
    count = 1_000
    given = replace(
        samples(["a"] * count, list(range(count)), [0.0] * count),
        latitude=rng.uniform(-0.03, 0.03, count),
        longitude=rng.uniform(-0.03, 0.03, count),
        height=np.where(np.arange(count) % 2, np.nan, 1_234.0),
    )
    for ground in (Ellipsoid(frame=FRAME, above=500.0), Plane(up=100.0), Slope()):
        made = positions_in_frame(given, FRAME, ground)
        latitude, longitude, height = enu_to_geodetic(made, FRAME)
        assert_allclose(latitude, given.latitude, atol=1e-13)
        assert_allclose(longitude, given.longitude, atol=1e-13)
        assert_allclose(made[1::2, 2], ground.height(made[1::2, 0], made[1::2, 1]), atol=0.02)
        assert_allclose(height[::2], 1_234.0, atol=1e-6)


def test_without_a_ground_heights_are_asked_for() -> None:
    bare = replace(samples(["a", "a"], [0, 1], [0, 9]), height=np.array([np.nan, 5.0]))
    with pytest.raises(UsageError, match="1 samples have no height"):
        trajectories_from_samples(bare, FRAME)


def test_where_the_ground_is_not_known_nothing_is_guessed() -> None:
    bare = replace(samples(["a", "a"], [0, 1], [0, 9]), height=np.full(2, np.nan))
    with pytest.raises(InputError, match="not known under 2 samples"):
        trajectories_from_samples(bare, FRAME, ground=Plane(up=np.nan))


@pytest.mark.parametrize(
    ("name", "step", "jumps", "gaps"),
    [("lower_saxony_fcd_20min_2s", 2.0, 93, 0), ("andorra_fcd_30min_1hz", 1.0, 15, 1)],
)
def test_jumps_of_recorded_traffic(shared_data: Path, name: str, step: float, jumps: int, gaps: int) -> None:
    with (shared_data / "traffic" / f"{name}.parquet").open("rb") as stream:
        given = read_parquet(stream)
    frame = LocalFrame(latitude=float(np.median(given.latitude)), longitude=float(np.median(given.longitude)))
    position = positions_in_frame(given, frame, Ellipsoid(frame=frame, above=50.0))
    broken = find_breaks(given, position, fastest=70.0, longest_gap=1.25 * step)
    assert (int(broken.jumped.sum()), int(broken.gone.sum())) == (jumps, gaps)
    distance = np.linalg.norm(np.diff(position, axis=0), axis=-1)[broken.jumped[1:]]
    assert distance.min() > 4_600.0
