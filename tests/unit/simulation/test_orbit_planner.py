from dataclasses import replace

import numpy as np
import pytest

from sidelook.errors import UsageError
from sidelook.geometry.frames import LocalFrame, enu_to_geodetic, geodetic_to_enu
from sidelook.model.columns import Flags, Floats
from sidelook.model.radar import Antenna, Radar
from sidelook.sensing.location import Place
from sidelook.simulation.antenna import Mount
from sidelook.simulation.orbit import Racetrack, fly
from sidelook.simulation.orbit_planner import OrbitSearch, Roads, candidates, gather, plan_orbit, value_orbit
from sidelook.simulation.schedule import Area, rectangle

FRAME = LocalFrame(latitude=0.66, longitude=np.pi - 0.01)
LIKE = Racetrack(frame=FRAME, east=0.0, north=0.0, heading=0.0, leg=60e3, speed=220.0)
SEARCH = OrbitSearch(like=LIKE, bearings=8, stand_offs=(70e3, 130e3), moments=24, shortlist=16)
MOUNT = Mount()


def roads_at(east: np.ndarray, north: np.ndarray, length: float = 500.0) -> Roads:
    latitude, longitude, _ = enu_to_geodetic(np.stack([east, north, 0.0 * east], axis=-1), FRAME)
    return Roads(latitude=latitude, longitude=longitude, length=np.full(len(east), length))


@pytest.fixture(scope="module")
def roads() -> Roads:
    """Roads all over a square of 100 km across the antimeridian."""
    rng = np.random.default_rng(5)
    return roads_at(*rng.uniform(-50e3, 50e3, (2, 4_000)))


def test_gathering_keeps_the_length_and_moves_nothing_farther_than_a_cell(roads: Roads) -> None:
    gathered = gather(roads, 2_000.0)
    assert len(gathered.length) < 2_600
    assert gathered.length.sum() == pytest.approx(roads.length.sum())
    local = geodetic_to_enu(gathered.latitude, gathered.longitude, 0.0, FRAME)
    assert np.abs(local[:, :2]).max() < 52e3


def test_a_small_place_in_range_is_seen_but_in_turns() -> None:
    """Legs of 60 km at 130 km: always in range and in view; the turns take 2 x 147 s of 840 s, and are blind."""
    value = value_orbit(
        replace(LIKE, north=-130e3, heading=np.pi / 2), roads_at(np.zeros(10), np.zeros(10)), Radar(), MOUNT, 400
    )
    assert value.seen_km == value.total_km == pytest.approx(5.0)
    legs = 120e3 / 220.0
    assert value.mean_km / value.total_km == pytest.approx(legs / LIKE.course().period, abs=0.02)


def test_farther_orbits_see_more_of_a_wide_area(roads: Roads) -> None:
    """From 70 km the near edge of the swath, 50 km, and the field of view leave out what from 130 km is in both."""
    best = plan_orbit(roads, Radar(), SEARCH)
    assert len(best) == 16
    stand_off = [round(np.hypot(value.orbit.east, value.orbit.north), -3) for value in best]
    assert stand_off == [130e3] * 8 + [70e3] * 8
    assert [value.mean_km for value in best] == sorted((value.mean_km for value in best), reverse=True)
    assert best[0].total_km == pytest.approx(2_000.0)


def test_it_flies_where_nothing_hides_the_roads(roads: Roads) -> None:
    """A wall that only a sensor in the north sees over."""

    def from_the_north(latitude: Floats, longitude: Floats, sensor: Place) -> Flags:
        assert longitude.shape == latitude.shape
        return np.full(len(latitude), bool(sensor[0] > 0.66))

    best = plan_orbit(roads, Radar(), SEARCH, from_the_north)
    assert best[0].orbit.north > 60e3
    assert best[0].mean_km > 0.5 * best[0].total_km
    # The orbits in the south are on the list with what they see: nothing.
    assert best[-1].mean_km == best[-1].seen_km == 0.0


def test_it_stays_out_of_what_it_is_to_stay_out_of(roads: Roads) -> None:
    area = rectangle(Area(frame=FRAME, west=-300e3, south=-300e3, east=300e3, north=40e3))
    kept = replace(SEARCH, keep_out=area)
    left = list(candidates(gather(roads, 2_000.0), kept))
    assert 0 < len(left) < 16
    for orbit in left:
        flown = fly(orbit, np.arange(0, 900_000_000_000, 10_000_000_000))
        assert geodetic_to_enu(flown.latitude, flown.longitude, 0.0, FRAME)[:, 1].min() > 40e3 - 500.0
    everywhere = rectangle(Area(frame=FRAME, west=-300e3, south=-300e3, east=300e3, north=300e3))
    with pytest.raises(UsageError, match="crosses"):
        plan_orbit(roads, Radar(), replace(SEARCH, keep_out=everywhere))


def test_a_radar_with_one_eye_sees_half_the_time() -> None:
    town = roads_at(np.zeros(10), np.zeros(10))
    orbit = replace(LIKE, north=-130e3, heading=np.pi / 2)
    both, one = (value_orbit(orbit, town, Radar(antenna=Antenna(right=r)), MOUNT, 200) for r in (True, False))
    assert one.mean_km == pytest.approx(0.5 * both.mean_km, rel=0.05)


def test_no_roads_and_roads_out_of_reach(roads: Roads) -> None:
    none = Roads(latitude=np.zeros(0), longitude=np.zeros(0), length=np.zeros(0))
    with pytest.raises(UsageError, match="there are none"):
        plan_orbit(none, Radar(), SEARCH)
    far = plan_orbit(roads, Radar(), replace(SEARCH, stand_offs=(900e3,)))
    assert far[0].mean_km == far[0].seen_km == 0.0
