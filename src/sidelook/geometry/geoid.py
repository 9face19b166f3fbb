"""The geoid: how far mean sea level, to which terrain heights refer, lies from the ellipsoid.

EGM96 (NASA/TP-1998-206861) on its published grid of 15 minutes, bundled in steps of 4 cm and interpolated by Catmull
and Rom's cubic; the test points published with the model come out within 2 cm. The model itself is half a metre off,
and more in high mountains. See docs/decisions/0009-geoid.md.
"""

import lzma
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import ArrayLike, NDArray

FILE = "egm96_15.xz"
ROWS, COLUMNS = 721, 1440
STEP = 0.04  # m, of the bundled grid
_SPACING = np.radians(0.25)
_BEYOND = 2  # rows and columns the cubic reaches beyond a cell, kept on every side


def undulation(latitude: ArrayLike, longitude: ArrayLike) -> NDArray[np.float64]:
    """Give the height of the EGM96 geoid above the ellipsoid at points.

    Parameters
    ----------
    latitude, longitude : (...) rad, longitude any number of turns away

    Returns
    -------
    (...) m; NaN where a coordinate is, or is no latitude
    """
    lat, lon = np.broadcast_arrays(np.asarray(latitude, np.float64), np.asarray(longitude, np.float64))
    row, across = _weights(_rows(lat))
    column, along = _weights(_columns(lon))
    grid = _grid()
    total = np.zeros(lat.shape)
    for i in range(4):
        for j in range(4):
            total += across[i] * along[j] * grid[row + i, column + j]
    return total


def undulation_on_grid(latitude: ArrayLike, longitude: ArrayLike) -> NDArray[np.float64]:
    """Give the undulation wherever a row and a column of a grid cross; the same values, an order faster.

    Parameters
    ----------
    latitude : (R,) rad
    longitude : (C,) rad

    Returns
    -------
    (R, C) m
    """
    row, across = _band(_rows(np.asarray(latitude, np.float64)))
    column, along = _band(_columns(np.asarray(longitude, np.float64)))
    total: NDArray[np.float64] = across @ _grid()[np.ix_(row, column)] @ along.T
    return total


def pack(undulations: ArrayLike) -> bytes:
    """Make the bundled form of a (``ROWS``, ``COLUMNS``) grid, m, from 90 degrees north down and Greenwich east.

    Whole steps, as differences along both axes, low bytes apart from high ones: neighbours are alike, and so half
    a megabyte holds two.
    """
    steps = np.rint(np.asarray(undulations, np.float64) / STEP).astype(np.int16)
    differences = np.diff(np.diff(steps, axis=0, prepend=np.int16(0)), axis=1, prepend=np.int16(0))
    planes = differences.astype("<i2").view(np.uint8).reshape(-1, 2).T
    return lzma.compress(planes.tobytes(), preset=9 | lzma.PRESET_EXTREME)


def unpack(packed: bytes) -> NDArray[np.float64]:
    """Turn the bundled form back into a (``ROWS``, ``COLUMNS``) grid, m."""
    planes = np.frombuffer(lzma.decompress(packed), np.uint8).reshape(2, -1)
    differences = np.ascontiguousarray(planes.T).view("<i2").reshape(ROWS, COLUMNS)
    steps = np.cumsum(np.cumsum(differences, axis=1, dtype=np.int32), axis=0, dtype=np.int32)
    return steps.astype(np.float64) * STEP


@cache
def _grid() -> NDArray[np.float64]:
    """Read the bundled grid once, with what lies beyond its edges: over the poles and round the earth."""
    plain = unpack(files("sidelook").joinpath("data", FILE).read_bytes())
    opposite = np.roll(plain, COLUMNS // 2, axis=1)
    rows = np.vstack([opposite[_BEYOND:0:-1], plain, opposite[-2 : -2 - _BEYOND : -1]])
    return np.pad(rows, ((0, 0), (_BEYOND, _BEYOND)), mode="wrap")


def _rows(latitude: NDArray[np.float64]) -> NDArray[np.float64]:
    inside = np.where(np.abs(latitude) <= np.pi / 2, latitude, np.nan)
    rows: NDArray[np.float64] = (np.pi / 2 - inside) / _SPACING
    return rows


def _columns(longitude: NDArray[np.float64]) -> NDArray[np.float64]:
    # Modulo once more: a longitude just west of Greenwich comes out as exactly one turn.
    columns: NDArray[np.float64] = np.mod(longitude / _SPACING, COLUMNS) % COLUMNS
    return columns


def _band(place: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Give the nodes that (n,) places need, and the (n, nodes) weights of each."""
    first, weights = _weights(place)
    nodes, inverse = np.unique(first[:, None] + np.arange(4), return_inverse=True)
    matrix = np.zeros((len(place), len(nodes)))
    np.put_along_axis(matrix, inverse.reshape(-1, 4), np.stack(weights, axis=-1), axis=1)
    return nodes, matrix


def _weights(place: NDArray[np.float64]) -> tuple[NDArray[np.int64], list[NDArray[np.float64]]]:
    """Give the first of the four nodes about each place, as a row of the padded grid, and the weights of all four."""
    node = np.floor(np.nan_to_num(place))
    t = place - node
    weights = [
        0.5 * t * (-1.0 + t * (2.0 - t)),
        0.5 * (2.0 + t * t * (-5.0 + 3.0 * t)),
        0.5 * t * (1.0 + t * (4.0 - 3.0 * t)),
        0.5 * t * t * (t - 1.0),
    ]
    return node.astype(np.int64) + _BEYOND - 1, weights
