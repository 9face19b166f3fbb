"""Physical law: points that move, imaged by their echoes alone, are where and as long as is foretold."""

from dataclasses import replace

import numpy as np
import pytest

from sidelook.geometry.frames import LocalFrame
from sidelook.geometry.ground import Plane
from sidelook.mission.image_reading import aperture_of
from sidelook.model.columns import Floats
from sidelook.model.image import SarImage, centred_grid
from sidelook.model.movers import ShownMovers
from sidelook.sar.backprojection import backproject
from sidelook.sar.movers import Moving, Scene, show_movers
from sidelook.simulation.phase_history import Flight, Scatterers, Waveform, simulate_phase_history

FRAME = LocalFrame(latitude=0.7, longitude=0.2)
PLACE = np.array([6.0, -9.0])
SPEED, SPACING = 100.0, 0.4
POINTS = (  # stand-off, grazing, aperture, rad; heading and squint, degrees; side; velocity east and north, m/s
    (10e3, 30.0, 0.03, 0.0, 0.0, 1, (0.0, 8.0)),
    (10e3, 30.0, 0.03, 0.0, 20.0, -1, (5.0, -6.0)),
    (10e3, 45.0, 0.05, 60.0, 0.0, 1, (8.0, 5.0)),
    (20e3, 20.0, 0.02, 200.0, -15.0, 1, (-9.0, 12.0)),
    (150e3, 5.0, 0.015, 0.0, 0.0, 1, (0.0, 2.0)),
)


def fly(stand_off: float, grazing: float, angle: float, heading: float, squint: float, side: int) -> Flight:
    turn, aside, up = np.radians([heading, squint, grazing])
    ahead, right = np.array([np.sin(turn), np.cos(turn), 0.0]), np.array([np.cos(turn), -np.sin(turn), 0.0])
    middle = -stand_off * np.cos(up) * (np.cos(aside) * side * right + np.sin(aside) * ahead)
    middle[2] = stand_off * np.sin(up)
    length = angle * stand_off
    time = np.linspace(0.0, length / SPEED, 1200)
    path = middle + np.multiply.outer(SPEED * time - 0.5 * length, ahead)
    return Flight(time=time, navigated=path, error=np.zeros_like(path))


def imaged(flight: Flight, velocity: tuple[float, float]) -> tuple[ShownMovers, SarImage]:
    """Foretell where a point is shown, and image there."""
    speed = np.array([[*velocity, 0.0]])
    start = np.array([[*PLACE, 0.0]]) - 0.5 * flight.time[-1] * speed
    points = Scatterers(places=start, amplitudes=np.ones(1, np.complex128), velocities=speed)
    waveform = Waveform(bandwidth=150e6, frequencies=256)
    history = simulate_phase_history(flight, waveform, points, np.random.default_rng(1), frame=FRAME, begin=0)
    moving = Moving(
        track=np.array([1]), state=np.array([[*PLACE, *velocity]]), covariance=np.eye(4)[None] * [4.0, 4.0, 0.01, 0.01]
    )
    shown = show_movers(moving, Scene(grid=centred_grid((8000, 8000), 1.0), aperture=aperture_of(history)))
    middle = (float(shown.east[0]), float(shown.north[0]), 0.0)
    return shown, backproject(history, centred_grid((500, 500), SPACING, centre=middle))


def measured(image: SarImage, along: Floats) -> tuple[Floats, float]:
    """Give the middle of the energy, (2,) m, and the length between half the plateau along a direction, m."""
    power = np.abs(image.pixels).astype(float) ** 2
    places = image.grid.positions(*np.indices(power.shape))[..., :2]
    middle = (power[..., None] * places).sum(axis=(0, 1)) / power.sum()
    away = places - middle
    near = np.abs(away @ (-along[1], along[0])) < 6.0
    profile = np.bincount(np.rint((away @ along)[near] / SPACING).astype(int) + 400, power[near])
    smooth = np.convolve(profile, np.ones(9) / 9.0, "same")
    over = np.flatnonzero(smooth > 0.5 * np.median(smooth[smooth > 0.5 * smooth.max()]))
    return middle, (over[-1] - over[0] + 1) * SPACING


@pytest.mark.parametrize(("stand_off", "grazing", "angle", "heading", "squint", "side", "velocity"), POINTS)
def test_movers_are_shown_where_and_as_long_as_foretold(
    stand_off: float,
    grazing: float,
    angle: float,
    heading: float,
    squint: float,
    side: int,
    velocity: tuple[float, float],
) -> None:
    shown, image = imaged(fly(stand_off, grazing, angle, heading, squint, side), velocity)
    ends = np.array([shown.trail_east[0, [0, -1]], shown.trail_north[0, [0, -1]]])
    along = (ends[:, 1] - ends[:, 0]) / shown.smear[0]
    middle, length = measured(image, along)
    assert np.abs(middle - (shown.east[0], shown.north[0])).max() < SPACING
    assert shown.smear[0] > 35.0
    assert length == pytest.approx(shown.smear[0], rel=0.1)
    assert shown.inside[0]


def test_the_shift_is_range_over_speed_times_radial_speed() -> None:
    """Raney 1971; abeam, and going straight away over level ground: no smear but that of the turn."""
    flight = fly(10e3, 30.0, 0.03, 0.0, 0.0, 1)
    shown, image = imaged(flight, (3.0, 0.0))
    radial = 3.0 * np.cos(np.arctan2(5e3, 10e3 * np.cos(np.radians(30.0)) + PLACE[0]))
    slant = np.linalg.norm([10e3 * np.cos(np.radians(30.0)) + PLACE[0], PLACE[1], 5e3])
    assert shown.radial_speed[0] == pytest.approx(radial, rel=1e-3)
    assert shown.shift[0] == pytest.approx(-slant * radial / SPEED, rel=1e-3)
    peak = np.unravel_index(int(np.abs(image.pixels).argmax()), image.grid.shape)
    where = image.grid.positions(np.array(peak[0]), np.array(peak[1]))
    assert np.abs(where[:2] - (shown.east[0], shown.north[0])).max() < SPACING
    assert shown.smear[0] < 0.5


def test_errors_are_those_of_the_track_carried_over() -> None:
    """Against ten thousand tracks drawn from the covariance."""
    flight = fly(12e3, 25.0, 0.03, 40.0, 10.0, -1)
    rng, draws = np.random.default_rng(2), 10_000
    root = rng.normal(size=(4, 4)) * np.array([[20.0], [20.0], [0.5], [0.5]])
    covariance, state = root @ root.T, np.array([*PLACE, 6.0, -7.0])
    scene = Scene(
        grid=centred_grid((100, 100), 1.0),
        aperture=aperture_of(
            simulate_phase_history(
                flight,
                Waveform(frequencies=2),
                Scatterers(places=np.zeros((1, 3)), amplitudes=np.ones(1, np.complex128)),
                rng,
                frame=FRAME,
                begin=0,
            )
        ),
        ground=Plane(up=30.0),
        heights=(20.0, 40.0),
    )
    one = show_movers(Moving(track=np.array([1]), state=state[None], covariance=covariance[None]), scene)
    drawn = rng.multivariate_normal(state, covariance, draws)
    flat = replace(scene, ground=None, grid=centred_grid((100, 100), 1.0, centre=(0.0, 0.0, 30.0)))
    many = show_movers(Moving(track=np.arange(draws), state=drawn, covariance=np.tile(covariance, (draws, 1, 1))), flat)
    spread = np.cov(many.east, many.north)
    assert np.array([spread[0, 0], spread[0, 1], spread[1, 1]]) == pytest.approx(one.covariance[0], rel=0.1)
    assert many.smear.std() == pytest.approx(one.smear_error[0], rel=0.1)
    assert many.shift.std() == pytest.approx(one.shift_error[0], rel=0.1)
    assert one.up[0] == pytest.approx(30.0, abs=1e-6)
