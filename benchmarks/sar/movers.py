"""Movers in images: how far from where they are foretold echoes show them, and how long their smears are.

``python benchmarks/sar/movers.py``; README.md beside this file has the method and figures.
"""

import numpy as np

from sidelook.geometry.frames import LocalFrame
from sidelook.model.columns import Floats
from sidelook.model.image import Aperture, SarImage, centred_grid
from sidelook.sar.backprojection import backproject
from sidelook.sar.movers import Moving, Scene, show_movers
from sidelook.simulation.phase_history import Flight, Scatterers, Waveform, simulate_phase_history

FRAME = LocalFrame(latitude=0.7, longitude=0.2)
PLACE = np.array([6.0, -9.0])
SPEED, SPACING, PULSES = 100.0, 0.4, 1200
CASES = (  # stand-off, m; grazing, deg; aperture, rad; heading, squint, deg; side; velocity east and north, m/s
    (10e3, 30.0, 0.03, 0.0, 0.0, 1, (0.0, 8.0)),
    (10e3, 30.0, 0.03, 0.0, 20.0, -1, (5.0, -6.0)),
    (10e3, 45.0, 0.05, 60.0, 0.0, 1, (8.0, 5.0)),
    (20e3, 20.0, 0.02, 200.0, -15.0, 1, (-9.0, 12.0)),
    (150e3, 5.0, 0.015, 0.0, 0.0, 1, (0.0, 2.0)),
    (150e3, 5.0, 0.015, 0.0, 0.0, 1, (1.0, 2.0)),
)


def fly(case: tuple[float, ...]) -> Flight:
    """Fly past the scene reference."""
    stand_off, grazing, angle, heading, squint, side = case
    turn, aside, up = np.radians([heading, squint, grazing])
    ahead, right = np.array([np.sin(turn), np.cos(turn), 0.0]), np.array([np.cos(turn), -np.sin(turn), 0.0])
    middle = -stand_off * np.cos(up) * (np.cos(aside) * side * right + np.sin(aside) * ahead)
    middle[2] = stand_off * np.sin(up)
    time = np.linspace(0.0, angle * stand_off / SPEED, PULSES)
    path = middle + np.multiply.outer(SPEED * (time - 0.5 * time[-1]), ahead)
    return Flight(time=time, navigated=path, error=np.zeros_like(path))


def measure(image: SarImage, along: Floats) -> tuple[Floats, float]:
    """Give the middle of the energy, (2,) m, and the length between half the plateau along a direction, m."""
    power = np.abs(image.pixels).astype(float) ** 2
    places = image.grid.positions(*np.indices(power.shape))[..., :2]
    middle = (power[..., None] * places).sum(axis=(0, 1)) / power.sum()
    away = places - middle
    near = np.abs(away @ np.array([-along[1], along[0]])) < 6.0  # noqa: PLR2004 - m, to either side
    profile = np.bincount(np.rint((away @ along)[near] / SPACING).astype(int) + 600, power[near])
    smooth = np.convolve(profile, np.ones(9) / 9.0, "same")
    over = np.flatnonzero(smooth > 0.5 * np.median(smooth[smooth > 0.5 * smooth.max()]))
    return middle, float((over[-1] - over[0] + 1) * SPACING)


def main() -> None:
    """Print a table."""
    print("| stand-off, km | heading, squint, deg | velocity, m/s | aperture, s | shift, m | shown off, m |"
          " smear foretold, m | measured, m |")  # fmt: skip
    print("|---|---|---|---|---|---|---|---|")
    for *case, velocity in CASES:
        flight = fly(tuple(case))
        span = float(flight.time[-1])
        speed = np.array([[*velocity, 0.0]])
        points = Scatterers(
            places=np.array([[*PLACE, 0.0]]) - 0.5 * span * speed,
            amplitudes=np.ones(1, np.complex128),
            velocities=speed,
        )
        waveform = Waveform(bandwidth=150e6, frequencies=256)
        history = simulate_phase_history(flight, waveform, points, np.random.default_rng(1), frame=FRAME, begin=0)
        moving = Moving(track=np.array([1]), state=np.array([[*PLACE, *velocity]]), covariance=np.zeros((1, 4, 4)))
        aperture = Aperture(time=flight.time, places=flight.navigated, band=(9.525e9, 9.675e9))
        shown = show_movers(moving, Scene(grid=centred_grid((10, 10), 1.0), aperture=aperture))
        where = np.array([shown.east[0], shown.north[0]])
        image = backproject(history, centred_grid((500, 500), SPACING, centre=(float(where[0]), float(where[1]), 0.0)))
        ends = np.array([shown.trail_east[0, [0, -1]], shown.trail_north[0, [0, -1]]])
        middle, length = measure(image, (ends[:, 1] - ends[:, 0]) / shown.smear[0])
        print(
            f"| {case[0] / 1e3:g} | {case[3]:g}, {case[4]:g} | {velocity[0]:g}, {velocity[1]:g} | {span:g} |"
            f" {shown.shift[0]:.0f} | {np.hypot(*(middle - where)):.2f} | {shown.smear[0]:.1f} | {length:.1f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
