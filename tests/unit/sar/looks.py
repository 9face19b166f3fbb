"""Antennas that fly past a scene, and ground of a known shape about it, for tests of what images show of terrain."""

from collections.abc import Callable

import numpy as np

from sidelook.geometry.frames import LocalFrame, geodetic_to_enu
from sidelook.geometry.terrain import HeightGrid
from sidelook.model.columns import Floats
from sidelook.model.image import Aperture, SarImage, centred_grid
from sidelook.model.origin import Origin
from sidelook.simulation.phase_history import Flight

FRAME = LocalFrame(latitude=0.7, longitude=0.2, height=300.0)
SPEED = 100.0


def path(
    stand_off: float,
    grazing: float,
    *,
    heading: float = 0.0,
    side: int = 1,
    squint: float = 0.0,
    climb: float = 0.0,
    angle: float = 0.03,
    pulses: int = 50,
) -> tuple[Floats, Floats]:
    """Fly past the scene reference; angles in degrees but for ``angle``, rad, of the aperture.

    Gives times, s, and places, m. The scene lies to the right for side 1; with squint it lies ahead of abeam.
    """
    h, c, q = np.radians([heading, climb, squint])
    ahead = np.array([np.sin(h) * np.cos(c), np.cos(h) * np.cos(c), np.sin(c)])
    right = np.array([np.cos(h), -np.sin(h), 0.0])
    level = stand_off * np.cos(np.radians(grazing))
    flat = np.array([np.sin(h), np.cos(h), 0.0])
    middle = -level * (np.cos(q) * side * right + np.sin(q) * flat)
    middle[2] = stand_off * np.sin(np.radians(grazing))
    length = angle * stand_off
    time = np.linspace(0.0, length / SPEED, pulses)
    return time, middle + np.multiply.outer(SPEED * time - 0.5 * length, ahead)


def flight(stand_off: float, grazing: float, **how: float) -> Flight:
    time, places = path(stand_off, grazing, **how)  # type: ignore[arg-type]
    return Flight(time=time, navigated=places, error=np.zeros_like(places))


def image_from(
    stand_off: float, grazing: float, *, pixels: int = 300, spacing: float = 1.0, up: float = 0.0, **how: float
) -> SarImage:
    """Give an even image of a square about the scene reference."""
    time, places = path(stand_off, grazing, **how)  # type: ignore[arg-type]
    return SarImage(
        pixels=np.ones((pixels, pixels), np.float32),
        grid=centred_grid((pixels, pixels), spacing, centre=(0.0, 0.0, up)),
        frame=FRAME,
        begin=0,
        end=10**9,
        centre_frequency=9.6e9,
        processing=("even",),
        origin=Origin(source="test", simulated=True),
        aperture=Aperture(time=time, places=places, band=(9.3e9, 9.9e9)),
    )


def ground(shape: Callable[[Floats, Floats], Floats], *, side: float = 600.0, step: float = 1.0) -> HeightGrid:
    """Sample heights above the ellipsoid, given by east and north of the reference, m."""
    count = int(side / step) + 1
    rows = step / 6_363_000.0
    columns = rows / np.cos(FRAME.latitude)
    south, west = FRAME.latitude - 0.5 * side / step * rows, FRAME.longitude - 0.5 * side / step * columns
    latitude, longitude = south + rows * np.arange(count), west + columns * np.arange(count)
    places = geodetic_to_enu(latitude[:, None], longitude[None, :], 300.0, FRAME)
    heights = np.asarray(shape(places[..., 0], places[..., 1]), np.float32)
    return HeightGrid(south=south, west=west, latitude_step=rows, longitude_step=columns, heights=heights)
