"""Exact backprojection onto terrain: every pulse is laid over every pixel, each at its own height.

Ranges are float64 for every pixel and pulse, for there is no row along which they would be a cubic; profiles and their
tables are those of ``backprojection``. Layover and shadow remain: the radar sees what it sees, but what stands high is
focused and lies at its own place.
"""

from math import ceil

import numpy as np

from sidelook.model.columns import Floats
from sidelook.model.echoes import PhaseHistory
from sidelook.model.image import PlaneGrid, SarImage
from sidelook.sar.backprojection import (
    BLOCK_BYTES,
    Forming,
    Progress,
    check_finite,
    collection_end,
    disc_of,
    plan_profiles,
    profile_tables,
)
from sidelook.sar.kernels import PIECE
from sidelook.sar.terrain import kernels


def backproject_terrain(
    history: PhaseHistory,
    grid: PlaneGrid,
    heights: Floats,
    settings: Forming | None = None,
    *,
    progress: Progress | None = None,
) -> SarImage:
    """Form an image on terrain, with the phase of the carrier as received.

    Parameters
    ----------
    heights : (rows, columns) above the grid's plane, m, along ``column_axis x row_axis``, which is up where rows go
        north and columns east; where it is not known, NaN, the pixel is 0
    progress : told the share that is done, 0 to 1, after each block of pulses; it may raise to stop the work

    Raises
    ------
    NoEchoesError, NotFiniteEchoesError
        before the work starts
    ValueError
        where heights are not those of the grid
    """
    settings = settings or Forming()
    check_finite(history)
    if heights.shape != grid.shape:
        message = f"heights are {heights.shape}, the grid {grid.shape}"
        raise ValueError(message)
    known = np.isfinite(heights).ravel()
    places = _places(grid, np.where(np.isfinite(heights), heights, 0.0))
    middle, radius = disc_of(grid)
    radius = float(np.hypot(radius, np.abs(heights.ravel()[known]).max(initial=0.0)))
    plan = plan_profiles(history, (middle, radius), settings)
    sums = (
        np.zeros((places.shape[1] // PIECE, PIECE), np.float32),
        np.zeros((places.shape[1] // PIECE, PIECE), np.float32),
    )
    same = bool(np.array_equal(history.transmit, history.receive))
    block = max(1, BLOCK_BYTES // (4 * plan.kind * plan.reach))
    for start in range(0, len(history), block):
        chosen = slice(start, min(start + block, len(history)))
        begins, table = profile_tables(history, chosen, plan)
        tables = (table.view(np.complex128), plan.kind, plan.waves)
        antennas = (history.transmit[chosen], history.receive[chosen], same)
        kernels.sum_places(antennas, begins, tables, plan.cell, places, sums)
        if progress:
            progress(chosen.stop / len(history))
    pixels = (sums[0] + 1j * sums[1]).ravel()[: len(known)] * known
    return SarImage(
        pixels=np.asarray(pixels.reshape(grid.shape), np.complex64),
        grid=grid,
        frame=history.frame,
        begin=history.begin,
        end=collection_end(history),
        centre_frequency=history.centre_frequency,
        processing=(f"backprojection onto terrain, {settings.interpolation}",),
        origin=history.origin,
    )


def _places(grid: PlaneGrid, heights: Floats) -> Floats:
    """Give the (3, N) places of pixels, the last one repeated to whole pieces."""
    rows, columns = np.indices(grid.shape)
    up = np.cross(np.array(grid.column_axis), np.array(grid.row_axis))
    places = (grid.positions(rows, columns) + heights[..., None] * up).reshape(-1, 3)
    short = ceil(len(places) / PIECE) * PIECE - len(places)
    return np.ascontiguousarray(np.pad(places, ((0, short), (0, 0)), mode="edge").T)
