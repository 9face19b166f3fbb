"""Where formations will be, and when they pass a place."""

import numpy as np
import pytest

from sidelook.formations.projection import arrivals, project
from sidelook.geometry.frames import LocalFrame, enu_to_geodetic, geodetic_to_enu
from sidelook.model.formation import FormationTable
from sidelook.model.origin import Origin


def table(frame: LocalFrame, place: list[float], velocity: list[float], length: float = 1000.0) -> FormationTable:
    latitude, longitude, _ = enu_to_geodetic(np.array([[*place, 0.0]]), frame)
    return FormationTable.empty(
        1,
        latitude=latitude,
        longitude=longitude,
        velocity_east=np.float32([velocity[0]]),
        velocity_north=np.float32([velocity[1]]),
        position_covariance=np.float32([[400.0, 0.0, 400.0]]),
        velocity_covariance=np.float32([[0.04, 0.0, 0.04]]),
        length=np.float32([length]),
        origins=(Origin(source="test"),),
    )


def test_a_column_passes_head_first(frame: LocalFrame) -> None:
    due = arrivals(table(frame, [-10e3, 0.0], [20.0, 0.0]), frame.latitude, frame.longitude)
    assert due.head[0] == pytest.approx(475.0, abs=1.0)
    assert due.tail[0] == pytest.approx(525.0, abs=1.0)
    assert due.head_early[0] < due.head[0] < due.tail[0] < due.tail_late[0]
    assert due.aside[0] < 20.0


@pytest.mark.parametrize(
    ("place", "velocity"), [([10e3, 0.0], [20.0, 0.0]), ([-10e3, 5e3], [20.0, 0.0]), ([-10e3, 0.0], [0.3, 0.0])]
)
def test_one_that_goes_away_or_past_or_stands_does_not_arrive(
    frame: LocalFrame, place: list[float], velocity: list[float]
) -> None:
    due = arrivals(table(frame, place, velocity), frame.latitude, frame.longitude)
    assert np.isnan([due.head[0], due.tail[0], due.head_early[0], due.tail_late[0]]).all()


def test_it_is_put_ahead_with_an_error_that_grows(frame: LocalFrame) -> None:
    formations = table(frame, [0.0, 0.0], [20.0, 0.0])
    latitude, longitude, error = project(formations, 300.0)
    place = geodetic_to_enu(latitude, longitude, np.zeros(1), frame)[0]
    np.testing.assert_allclose(place[:2], [6000.0, 0.0], atol=1.0)
    assert np.trace(error[0]) > np.trace(project(formations, 60.0)[2][0]) > 800.0
    assert project(FormationTable.empty(origins=()), 60.0)[2].shape == (0, 2, 2)
