"""Where the antenna of a SICD was (NGA.STND.0024-1 and -3)."""

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from sidelook.geometry.frames import LocalFrame, ecef_to_enu
from sidelook.model.image import Aperture

Load: TypeAlias = Callable[[str], Any]
"""Gives what a SICD says at a path of elements, or raises."""

MOMENTS = 65  # of the path that are worked out
STRAIGHT = 1e-3  # rad, that a path may turn between the middles of its pixels' apertures to be one for all
EDGES = 5  # places to a side of the image at which that is looked at


def coa_span(load: Load, shape: tuple[int, int]) -> tuple[float, float]:
    """Give the earliest and latest middle of aperture of an image's (rows, columns) pixels, s after the begin."""
    steps = np.array([load("Grid/Row/SS"), load("Grid/Col/SS")])
    first = np.array([load("ImageData/FirstRow"), load("ImageData/FirstCol")])
    corner = (first - load("ImageData/SCPPixel")) * steps
    rows, columns = (
        np.linspace(begin, begin + (count - 1) * step, EDGES)
        for begin, count, step in zip(corner, shape, steps, strict=True)
    )
    times = np.polynomial.polynomial.polygrid2d(rows, columns, np.atleast_2d(load("Grid/TimeCOAPoly")))
    return float(times.min()), float(times.max())


def aperture_in(load: Load, frame: LocalFrame, middles: tuple[float, float]) -> Aperture | None:
    """Give the antenna's path about the middle of the aperture, as long as what was processed.

    Parameters
    ----------
    frame : that places are given in
    middles : of ``coa_span``

    Returns
    -------
    None where transmitter and receiver are apart, and where pixels of a strip map see the antenna go other ways: then
    there is no one aperture
    """
    if load("CollectionInfo/CollectType") != "MONOSTATIC":
        return None
    path = np.asarray(load("Position/ARPPoly"), np.float64)
    ways = np.polynomial.polynomial.polyval(np.array(middles), np.polynomial.polynomial.polyder(path)).T
    if float(np.linalg.norm(np.cross(*(way / np.linalg.norm(way) for way in ways)))) > STRAIGHT:
        return None
    length = float(load("ImageFormation/TEndProc")) - float(load("ImageFormation/TStartProc"))
    time = 0.5 * sum(middles) + length * np.linspace(-0.5, 0.5, MOMENTS)
    low, high = (float(load(f"ImageFormation/TxFrequencyProc/{name}Proc")) for name in ("Min", "Max"))
    places = ecef_to_enu(np.polynomial.polynomial.polyval(time, path).T, frame)
    return Aperture(time=time, places=places, band=(low, high))
