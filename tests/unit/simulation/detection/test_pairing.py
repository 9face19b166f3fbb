"""Pairs against trying every entity in every dwell."""

from dataclasses import replace

import numpy as np
import pytest

from sidelook.geometry.frames import enu_to_geodetic
from sidelook.model.origin import Origin
from sidelook.model.plots import Dwells, concatenate_dwells
from sidelook.model.truth import Entities
from sidelook.sensing.coverage import covers
from sidelook.simulation.detection import pairing
from sidelook.simulation.detection.pairing import pair
from sidelook.simulation.orbit import Racetrack
from sidelook.simulation.schedule import Area, Schedule, plan_revisit
from sidelook.simulation.trajectories import Timetable

from .conftest import FRAME, START, drive, outward, stare

COUNT = 2_000


def scan(heading: float = np.pi / 2, north: float = -150e3) -> Dwells:
    area = Area(frame=FRAME, west=-60e3, south=-40e3, east=60e3, north=40e3)
    orbit = Racetrack(frame=FRAME, east=0.0, north=north, heading=heading, start=START)
    schedule = Schedule(area=area, start=START, period=120.0, beams=60)
    return plan_revisit(schedule, orbit, 0, Origin(source="test", simulated=True))


@pytest.mark.parametrize("few", [0, 10_000])
@pytest.mark.parametrize("side", [-1.0, 1.0])
def test_no_one_in_a_footprint_is_overlooked_and_no_one_else_is_in(
    side: float, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looking north and looking south, where bearings wrap; however the work is divided."""
    monkeypatch.setattr(pairing, "_FEW", few)
    rng = np.random.default_rng(1)
    place = rng.uniform([-55e3, -35e3], [55e3, 35e3], (COUNT, 2))
    timetable = drive(place, rng.uniform(-30.0, 30.0, (COUNT, 2)))
    dwells = scan(north=side * -150e3)
    dwell, row, states = pair(dwells, timetable, FRAME, np.arange(COUNT), 60.0)
    found = set(zip(dwell.tolist(), row.tolist(), strict=True))
    expected = set()
    for number in range(len(dwells)):
        there = timetable.at(np.arange(COUNT), np.full(COUNT, dwells.time[number]))
        latitude, longitude, _ = enu_to_geodetic(there.position, FRAME)
        inside = covers(dwells.take(slice(number, number + 1)), latitude, longitude)[0]
        expected |= {(number, int(vehicle)) for vehicle in np.flatnonzero(inside)}
    assert found == expected
    assert len(found) == len(dwell) > 0.9 * COUNT
    assert (np.diff(dwell) >= 0).all()
    assert np.allclose(states.position, timetable.at(row, dwells.time[dwell]).position)


@pytest.mark.parametrize("few", [0, 10_000])
def test_those_without_a_place_hide_nobody(few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pairing, "_FEW", few)
    rng = np.random.default_rng(2)
    count = 300
    driven = drive(rng.uniform([-55e3, -35e3], [55e3, 35e3], (count, 2)), np.full((count, 2), 5.0)).trajectories
    # Every other one of twice as many is not there at all.
    among = replace(driven, row=2 * driven.row, entities=Entities.empty(2 * count))
    dwells = scan()
    alone = pair(dwells, Timetable(driven), FRAME, np.arange(count), 60.0)
    found = pair(dwells, Timetable(among), FRAME, np.arange(2 * count), 60.0)
    assert len(alone[0]) > 0.9 * count
    assert found[0].tolist() == alone[0].tolist()
    assert found[1].tolist() == (2 * alone[1]).tolist()
    nobody = Timetable(replace(driven.take(slice(0, 0)), entities=Entities.empty(9)))
    assert len(pair(dwells, nobody, FRAME, np.arange(9), 60.0)[0]) == 0


def test_who_is_not_there_yet_is_not_found() -> None:
    timetable = drive(*outward(10, 5.0))
    early = stare(2)
    early.time[:] -= 3_600_000_000_000
    assert len(pair(early, timetable, FRAME, np.arange(10), 60.0)[0]) == 0


def test_nothing_pairs_with_nothing() -> None:
    timetable = drive(*outward(10, 5.0))
    assert len(pair(stare(3), timetable, FRAME, np.zeros(0, np.intp), 60.0)[0]) == 0
    assert len(pair(stare(0), timetable, FRAME, np.arange(10), 60.0)[0]) == 0
    assert len(pair(concatenate_dwells([]), timetable, FRAME, np.arange(10), 60.0)[0]) == 0
