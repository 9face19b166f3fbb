import numpy as np
import pytest
from numpy.testing import assert_allclose

from sidelook.geometry.ground import Ellipsoid
from sidelook.model.plots import Dwells
from sidelook.simulation.detection.scene import Surroundings, Weather
from sidelook.simulation.detection.sights import Sights, clutter_to_noise_db, scan_gain_db, sight, unit_snr_db
from sidelook.simulation.trajectories import States

from .conftest import FRAME, drive, make_scene, outward, stare

SCENE = make_scene(drive(*outward(1, 0.0)))
MILLISECONDS_64 = np.full(1, 64e-3)


def looking(bearing: float, distance: float, dwells: Dwells | None = None) -> Sights:
    east, north = np.array([distance * np.sin(bearing)]), np.array([distance * np.cos(bearing)])
    place = np.column_stack([east, north, Ellipsoid(frame=FRAME).height(east, north)])
    states = States(present=np.ones(1, bool), position=place, velocity=np.array([[10.0, 0.0, 0.0]]))
    return sight(SCENE, dwells or stare(), np.zeros(1, np.intp), states)


def test_link_budget_of_the_generic_design() -> None:
    """10 m2 and the clutter's cell in 64 ms, to 0.2 dB for the scene's slightly other geometry and range."""
    for distance, snr, clutter in ((100e3, 45.0, 45.5), (150e3, 37.9, 38.1), (200e3, 32.9, 32.5), (250e3, 29.0, 27.8)):
        sights = looking(0.0, distance)
        assert 10.0 + unit_snr_db(SCENE, stare(), sights, MILLISECONDS_64)[0] == pytest.approx(snr, abs=0.2)
        assert clutter_to_noise_db(SCENE, sights, MILLISECONDS_64)[0] == pytest.approx(clutter, abs=0.3)


def test_scanning_to_the_side_costs_gain() -> None:
    """Flying east and looking north, east of north is ahead."""
    ahead, straight = looking(np.pi / 3, 150e3), looking(0.0, 150e3)
    assert ahead.scan[0] == pytest.approx(np.pi / 3, abs=1e-2)
    assert straight.scan[0] == pytest.approx(0.0, abs=1e-6)
    assert looking(np.pi, 150e3).scan[0] == pytest.approx(0.0, abs=1e-6)
    assert_allclose(scan_gain_db(np.array([0.0, np.pi / 3])), [0.0, -6.02], atol=0.01)


def test_the_beam_falls_to_its_edge() -> None:
    narrow = stare(half_angle=2e-3)
    scene = make_scene(SCENE.timetable, radar=type(SCENE.radar)())
    middle, edge = (unit_snr_db(scene, narrow, looking(off, 150e3, narrow), MILLISECONDS_64)[0] for off in (0.0, 2e-3))
    assert middle - edge == pytest.approx(6.0, abs=0.05)


def test_rain_weakens_targets_and_clutter_alike() -> None:
    wet = make_scene(SCENE.timetable, surroundings=Surroundings(weather=Weather(rain_rate=10.0)))
    sights = looking(0.0, 150e3)
    losses = [
        strength(SCENE, *rest)[0] - strength(wet, *rest)[0]
        for strength, rest in (
            (unit_snr_db, (stare(), sights, MILLISECONDS_64)),
            (clutter_to_noise_db, (sights, MILLISECONDS_64)),
        )
    ]
    assert losses[0] == pytest.approx(losses[1])
    assert losses[0] > 5.0


def test_radial_speed_is_positive_away() -> None:
    assert looking(np.pi / 2, 150e3).radial_speed[0] == pytest.approx(10.0, abs=0.1)
    assert looking(-np.pi / 2, 150e3).radial_speed[0] == pytest.approx(-10.0, abs=0.1)
