"""Physical law: points at known heights, imaged on a plane by their echoes alone, come back to where they stand."""

from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from sidelook.formats.sicd import write_sicd
from sidelook.formats.sicd_reading import read_sicd
from sidelook.geometry.frames import LocalFrame, enu_to_geodetic, geodetic_to_enu
from sidelook.geometry.terrain import HeightGrid
from sidelook.mission.image_reading import aperture_of
from sidelook.model.columns import Floats
from sidelook.model.geocoded import GeocodedImage, GroundFlag
from sidelook.model.image import SarImage, Wanted, centred_grid
from sidelook.model.origin import Classification
from sidelook.sar.backprojection import backproject
from sidelook.sar.geocoding import geocode
from sidelook.simulation.phase_history import Flight, Scatterers, Waveform, simulate_phase_history

FRAME = LocalFrame(latitude=0.7, longitude=0.2, height=300.0)
PLACES = np.array([[0.0, 0.0], [20.0, -30.0], [-25.0, 15.0], [5.0, -10.0]])  # east, north of the reference, m
SPACING = 0.15
SPEED = 100.0
STEP = 2.0 / 6_371_000.0  # rad, of the terrain


def hill() -> HeightGrid:
    """Raise a hill of 20 m, 60 m wide, on ground 4 m under the plane."""
    across = STEP / np.cos(FRAME.latitude)
    south, west = FRAME.latitude - 100 * STEP, FRAME.longitude - 100 * across
    latitude, longitude = south + STEP * np.arange(201), west + across * np.arange(201)
    places = geodetic_to_enu(latitude[:, None], longitude, FRAME.height, FRAME)
    heights = 296.0 + 20.0 * np.exp(-0.5 * ((places[..., 0] - 5.0) ** 2 + (places[..., 1] + 10.0) ** 2) / 30.0**2)
    return HeightGrid(
        south=south, west=west, latitude_step=STEP, longitude_step=across, heights=heights.astype(np.float32)
    )


def fly(stand_off: float, *, side: float, squint: float, climb: float) -> Flight:
    """Fly north past the scene on its ``side`` (1: it lies to the right), looking ahead by ``squint``, rad."""
    grazing = np.radians(30.0)
    level = stand_off * np.cos(grazing)
    middle = np.array([-side * level * np.cos(squint), -level * np.sin(squint), stand_off * np.sin(grazing)])
    ahead = np.array([0.0, np.cos(climb), np.sin(climb)])
    length = 0.05 * stand_off
    time = np.linspace(0.0, length / SPEED, 140)
    path = middle + np.multiply.outer(SPEED * time - 0.5 * length, ahead)
    return Flight(time=time, navigated=path, error=np.zeros_like(path))


def formed(flight: Flight, terrain: HeightGrid) -> tuple[SarImage, Floats, Floats]:
    """Image points on the terrain; give their latitudes and longitudes as well."""
    latitude, longitude, _ = enu_to_geodetic(np.column_stack([PLACES, np.zeros(len(PLACES))]), FRAME)
    places = geodetic_to_enu(latitude, longitude, terrain.height_at(latitude, longitude), FRAME)
    points = Scatterers(places=places, amplitudes=np.ones(len(places), np.complex128))
    history = simulate_phase_history(flight, Waveform(), points, np.random.default_rng(1), frame=FRAME, begin=10**18)
    image = replace(backproject(history, centred_grid((600, 600), SPACING)), aperture=aperture_of(history))
    return image, latitude, longitude


def misses(made: GeocodedImage, latitude: Floats, longitude: Floats) -> Floats:
    """Give how far, in pixels, the middles of the brightest spots are from where they should be, (N, 2)."""
    grid, off = made.grid, []
    for north, east in zip(latitude, longitude, strict=True):
        place = np.array([(north - grid.south) / grid.latitude_step, (east - grid.west) / grid.longitude_step])
        row, column = np.rint(place).astype(int)
        near = made.amplitude[row - 10 : row + 11, column - 10 : column + 11].astype(float) ** 2
        near[near < 0.25 * near.max()] = 0.0
        middle = np.array([(near * part).sum() / near.sum() for part in np.indices(near.shape)])
        off.append(middle + np.array([row - 10, column - 10]) - place)
    return np.array(off)


@pytest.mark.parametrize("stand_off", [10e3, 150e3])
@pytest.mark.parametrize(
    ("side", "squint", "climb"), [(1.0, 0.0, 0.0), (-1.0, 0.0, 0.0), (1.0, 0.5, 0.0), (-1.0, -0.4, 0.1)]
)
def test_points_come_back_to_where_they_stand(stand_off: float, side: float, squint: float, climb: float) -> None:
    terrain = hill()
    image, latitude, longitude = formed(fly(stand_off, side=side, squint=squint, climb=climb), terrain)
    made = geocode(image, terrain)
    assert np.abs(misses(made, latitude, longitude)).max() < 0.2
    flat = geocode(image, replace(terrain, heights=np.full_like(terrain.heights, 300.0)))
    assert np.abs(misses(flat, latitude, longitude)).max() > 3.0, "without the heights they do not"
    assert (made.flags[made.flags != GroundFlag.OUTSIDE] == GroundFlag.SEEN).all()


def test_so_they_do_by_way_of_a_sicd(tmp_path: Path) -> None:
    terrain = hill()
    image, latitude, longitude = formed(fly(10e3, side=-1.0, squint=0.2, climb=0.0), terrain)
    image = replace(image, origin=replace(image.origin, classification=Classification.UNCLASSIFIED))
    with (tmp_path / "a.nitf").open("wb") as file:
        write_sicd(image, file)
    again = read_sicd(BytesIO((tmp_path / "a.nitf").read_bytes()), source="a", wanted=Wanted(most_pixels=10**7))
    made = geocode(again, terrain)
    assert np.abs(misses(made, latitude, longitude)).max() < 0.7
    assert made.origin.simulated
