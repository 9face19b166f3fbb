"""A radar image made straight from what stands on the ground: speckle and points through one point response.

No echoes and no motion: what an imager without errors would give of a level scene. For products of images, of which
many are needed, at the cost of one Fourier transform each.
"""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from scipy.fft import fft2, fftfreq, ifft2

from sidelook.model.columns import Floats
from sidelook.model.image import PlaneGrid, SarImage
from sidelook.model.origin import Origin
from sidelook.simulation.phase_history import Scatterers

HAMMING = (0.54, 0.46)
WIDENS = 1.303  # half-power width of a Hamming-weighted band, over one by the band
EDGE = 0.05  # of a vehicle's length and width, by which its scatterers stand off its outline


@dataclass(frozen=True, slots=True, kw_only=True)
class Imager:
    """What an image is like.

    Attributes
    ----------
    grid : of pixels, spaced at most ``resolution / WIDENS``
    resolution : half-power width of a point, m, along rows and columns; side lobes are below -42 dB
    centre_frequency : Hz
    """

    grid: PlaneGrid
    resolution: float
    centre_frequency: float = 9.6e9

    @property
    def spectrum(self) -> Floats:
        """Weights of the (rows, columns) spatial frequencies, of mean one."""
        sides = []
        for count, spacing in zip(self.grid.shape, (self.grid.row_spacing, self.grid.column_spacing), strict=True):
            turn = 2.0 * np.pi * fftfreq(count, spacing) * self.resolution / WIDENS
            sides.append(np.where(np.abs(turn) <= np.pi, HAMMING[0] + HAMMING[1] * np.cos(turn), 0.0))
        weights = np.multiply.outer(*sides)
        return np.asarray(weights / weights.mean(), np.float64)

    @property
    def cell(self) -> float:
        """Area of ground that the mean clutter of a pixel comes from, m2."""
        return float(self.grid.row_spacing * self.grid.column_spacing * (self.spectrum**2).mean())


def simulate_image(imager: Imager, reflectivity: Floats, points: Scatterers, rng: Generator) -> SarImage:
    """Image ground and points.

    Parameters
    ----------
    reflectivity : (rows, columns) of the ground, radar cross section over area; its mean intensity in the image
    points : places in metres, of which those on the grid's plane are meant; amplitudes root of the cross section in m2
    """
    spectrum = imager.spectrum
    noise = rng.standard_normal((*reflectivity.shape, 2)) @ np.array([1.0, 1j])
    ground = fft2(np.sqrt(0.5 * reflectivity / (spectrum**2).mean()) * noise)
    pixels = ifft2(spectrum * (ground + _waves(imager.grid, points) / np.sqrt(imager.cell)))
    return SarImage(
        pixels=pixels.astype(np.complex64),
        grid=imager.grid,
        frame=None,
        begin=None,
        end=None,
        centre_frequency=imager.centre_frequency,
        processing=("simulated image",),
        origin=Origin(source="simulated image", simulated=True),
    )


def _waves(grid: PlaneGrid, points: Scatterers) -> np.ndarray[tuple[int, int], np.dtype[np.complex128]]:
    """Spectrum of points at places between pixels."""
    away = points.places - np.array(grid.first)
    sides = []
    for count, axis, spacing in zip(
        grid.shape, (grid.row_axis, grid.column_axis), (grid.row_spacing, grid.column_spacing), strict=True
    ):
        sides.append(np.exp(-2j * np.pi * np.multiply.outer(fftfreq(count), away @ np.array(axis) / spacing)))
    return np.asarray((sides[0] * points.amplitudes) @ sides[1].T, np.complex128)


def park_vehicles(
    places: Floats, headings: Floats, size: tuple[float, float], cross_section: float, rng: Generator, *, each: int = 12
) -> Scatterers:
    """Make scatterers of vehicles that stand: at random within each outline, of random strength and phase.

    Parameters
    ----------
    places : (N, 3) middles, m
    headings : (N,) clockwise from north, rad
    size : length, width, m
    cross_section : mean of a vehicle's, m2; exponential over each scatterer, so that vehicles differ
    each : scatterers of a vehicle
    """
    count = len(places)
    within = rng.uniform(EDGE - 0.5, 0.5 - EDGE, (count, each, 2)) * np.array(size)
    ahead = np.stack([np.sin(headings), np.cos(headings)], axis=1)[:, None, :]
    right = np.stack([np.cos(headings), -np.sin(headings)], axis=1)[:, None, :]
    stand = np.repeat(places[:, None, :], each, axis=1)
    stand[..., :2] += within[..., :1] * ahead + within[..., 1:] * right
    strength = np.sqrt(0.5 * cross_section / each) * (rng.standard_normal((count * each, 2)) @ np.array([1.0, 1j]))
    return Scatterers(places=stand.reshape(-1, 3), amplitudes=strength)
