import numpy as np
import pytest
from numpy.testing import assert_allclose

from sidelook.errors import InputError
from sidelook.geometry.frames import LocalFrame
from sidelook.model.plots import TargetClass
from sidelook.model.truth import Entities, TruthSamples
from sidelook.simulation.truth import trajectories_from_samples

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
