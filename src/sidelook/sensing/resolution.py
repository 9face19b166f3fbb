"""What a radar can tell apart: range, azimuth and Doppler cells, and which targets share one."""

from dataclasses import dataclass
from math import cos

import numpy as np
from numpy.typing import NDArray

from sidelook.model.radar import Antenna, Radar
from sidelook.sensing.clutter import range_cell

BEAM_FACTOR = 0.886
"""One-way 3 dB width of a uniform aperture, in wavelengths over length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """How large a resolution cell is.

    Attributes
    ----------
    slant_range : m
    azimuth : rad
    radial_speed : m/s
    """

    slant_range: float
    azimuth: float
    radial_speed: float


def beam_width(antenna: Antenna, wavelength: float, scan: float = 0.0) -> float:
    """Give the one-way 3 dB width of the beam, rad, steered away from broadside by a scan angle, rad."""
    return BEAM_FACTOR * wavelength / (antenna.length * cos(scan))


def resolution_cell(radar: Radar, coherent_time: float) -> Cell:
    """Give the cell of a radar at broadside that integrates over a time, s."""
    waveform = radar.waveform
    return Cell(
        slant_range=range_cell(waveform.bandwidth),
        azimuth=beam_width(radar.antenna, waveform.wavelength),
        radial_speed=waveform.wavelength / (2.0 * coherent_time),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Echoes:
    """What comes back of targets in the looks of some dwells, one row each.

    Attributes
    ----------
    dwell : (K,) row of the dwell
    slant_range, azimuth, radial_speed : (K,) m, rad, m/s
    power : (K,) any unit
    """

    dwell: NDArray[np.integer]
    slant_range: NDArray[np.float64]
    azimuth: NDArray[np.float64]
    radial_speed: NDArray[np.float64]
    power: NDArray[np.float64]


def unresolved(echoes: Echoes, cell: Cell) -> NDArray[np.intp]:
    """Find which echoes a radar takes for one: those of one dwell that are no more than a cell apart in everything.

    First what falls in one cell of a grid is one; then a cell's sum goes to the strongest that lies within a cell's
    size of it. The second step works on the sums, of which a neighbourhood holds only so many, so no crowd of targets
    makes it quadratic.

    Parameters
    ----------
    echoes : K of them
    cell : its sizes

    Returns
    -------
    (K,) row of the strongest echo of the group that each belongs to; its own where it stands alone
    """
    count = len(echoes.dwell)
    if not count:
        return np.zeros(0, np.intp)
    group, leader = _gridded(echoes, cell)
    number = len(leader)
    power = np.asarray(np.bincount(group, weights=echoes.power, minlength=number), np.float64)
    where = [
        np.asarray(np.bincount(group, weights=echoes.power * value, minlength=number) / power, np.float64)
        for value in (echoes.slant_range, echoes.azimuth, echoes.radial_speed)
    ]
    parent = _strongest_beside(echoes.dwell[leader], where, power, cell)
    joined = parent[group]
    return _leaders(joined, echoes.power, number)[joined]


def _gridded(echoes: Echoes, cell: Cell) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Give the number of the grid cell that each echo is in, (K,), and one echo of each cell, (G,)."""
    steps = [
        np.floor(echoes.slant_range / cell.slant_range).astype(np.int64),
        np.floor(echoes.azimuth / cell.azimuth).astype(np.int64),
        np.floor(echoes.radial_speed / cell.radial_speed).astype(np.int64),
    ]
    order = np.lexsort((*steps, echoes.dwell))
    new = np.zeros(len(order), bool)
    new[0] = True
    for column in (*steps, echoes.dwell):
        new[1:] |= np.diff(column[order]) != 0
    group = np.empty(len(order), np.intp)
    group[order] = np.cumsum(new) - 1
    return group, order[new]


def _strongest_beside(
    dwell: NDArray[np.integer], where: list[NDArray[np.float64]], power: NDArray[np.float64], cell: Cell
) -> NDArray[np.intp]:
    """Point each sum to the strongest within a cell's size of it, and from there on to one that has no stronger."""
    order = np.lexsort((where[0], dwell))
    dwell, power = dwell[order], power[order]
    slant, azimuth, speed = (value[order] for value in where)
    best = np.arange(len(order))
    first, step = np.arange(len(order) - 1), 1
    while len(first):
        second = first + step
        near = (dwell[first] == dwell[second]) & (slant[second] - slant[first] < cell.slant_range)
        first, second = first[near], second[near]
        beside = (np.abs(azimuth[first] - azimuth[second]) < cell.azimuth) & (
            np.abs(speed[first] - speed[second]) < cell.radial_speed
        )
        for weak, strong in ((first[beside], second[beside]), (second[beside], first[beside])):
            better = power[strong] > power[best[weak]]
            best[weak[better]] = strong[better]
        step += 1
        first = first[first + step < len(order)]
    while np.any(best[best] != best):
        best = best[best]
    parent = np.empty(len(order), np.intp)
    parent[order] = order[best]
    return parent


def _leaders(group: NDArray[np.intp], power: NDArray[np.float64], number: int) -> NDArray[np.intp]:
    """Find the strongest row of each group; the first of equals."""
    order = np.lexsort((-np.arange(len(group)), power))
    leader = np.zeros(number, np.intp)
    leader[group[order]] = order
    return leader
