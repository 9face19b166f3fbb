"""What part of a scene echoes can show: beyond c / 2 step of path, ground is taken for other ground."""

import numpy as np

from sidelook.errors import UsageError
from sidelook.model.columns import Floats
from sidelook.model.echoes import PhaseHistory
from sidelook.model.image import PlaneGrid
from sidelook.sar.reference import LIGHT

PLACES = 65  # to a side of the image that are looked at
PULSES = 5


class OutsideSwathError(UsageError):
    """No place of the image is in the swath of the echoes.

    Attributes
    ----------
    swath : its width in path length, m
    nearest : how far beyond the swath's middle the nearest place of the image is, m
    """

    def __init__(self, *, swath: float, nearest: float) -> None:
        super().__init__(
            f"the image lies outside the swath of the echoes: its nearest place is {nearest:,.0f} m in range from the "
            f"middle of a swath {swath:,.0f} m wide; give a --center nearer to their scene, or none"
        )
        self.swath = swath
        self.nearest = nearest


def swath_width(history: PhaseHistory) -> float:
    """Give the width of the swath in path length, m: what the step of the frequencies tells apart."""
    return LIGHT / (2.0 * history.frequency_step)


def share_in_swath(history: PhaseHistory, grid: PlaneGrid) -> float:
    """Give the share of an image that is in the swath of every pulse, 0 to 1; looked at on a lattice, at a few pulses.

    Raises
    ------
    OutsideSwathError
        where no place of it is in the swath of any
    """
    rows, columns = (np.linspace(0.0, count - 1.0, min(count, PLACES)) for count in grid.shape)
    places = grid.positions(*np.meshgrid(rows, columns, indexing="ij"))
    pulses = np.unique(np.linspace(0, len(history) - 1, PULSES).round().astype(int))
    middle = history.reference_range + history.range_correction
    off = np.array([np.abs(_way(places, history, pulse) - middle[pulse]) for pulse in pulses])
    swath = swath_width(history)
    inside = off <= 0.5 * swath
    if not inside.any():
        raise OutsideSwathError(swath=swath, nearest=float(off.min()))
    return float(inside.all(axis=0).mean())


def _way(places: Floats, history: PhaseHistory, pulse: int) -> Floats:
    ends = history.transmit[pulse], history.receive[pulse]
    return np.asarray(0.5 * sum(np.linalg.norm(places - end, axis=-1) for end in ends))
