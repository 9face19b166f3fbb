"""A campaign in one picture: the place that changed most, a panel a day, and how many stood there.

The place is found in the truth, not named: of all cells of the country, the one in which the number of what stands
differs most between two days. Truth is black; what the radar reported of what moves is blue. What stands is in the
notch, so that plots alone do not show it: that is what images are for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from sidelook.geography.roads import RoadClass, in_frame
from sidelook.mission.plotting import BLUE, DPI, INK, QUIET, ROAD, ROAD_WIDTH, places_km, plain_style, write_png
from sidelook.model.columns import Floats
from sidelook.simulation.scenario.country import Country
from sidelook.simulation.scenario.playing import Stretch

STANDS = 0.5
"""m/s, slower than which an entity stands."""

_CELL_KM = 0.5
_REACH_KM = 2.5  # of a panel, from its middle to its edge
_COLUMNS = 5
_PANEL = 2.3  # inches


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What one mission leaves for the picture.

    Attributes
    ----------
    number : of the day, from 1
    standing : (K, 2) where entities stood at the last moment of the truth, km in the country's frame
    plots : (N, 2) what the radar reported, km
    """

    number: int
    standing: Floats
    plots: Floats


class DayBook:
    """Gathers, stretch by stretch, what a day leaves.

    Parameters
    ----------
    number : of the day, from 1
    country : in whose frame places are told
    """

    def __init__(self, number: int, country: Country) -> None:
        self._number, self._country = number, country
        self._plots: list[Floats] = []
        self._standing: Floats = np.zeros((0, 2))

    def note(self, stretch: Stretch) -> None:
        """Take a stretch; its last moment replaces that of the one before."""
        frame, truth, plots = self._country.frame, stretch.truth, stretch.dwells.plots
        self._plots.append(places_km(plots.latitude, plots.longitude, frame).astype(np.float32))
        moments = truth.time[truth.dwell < 0]
        if len(moments):
            rows = (truth.dwell < 0) & (truth.time == moments.max()) & (truth.speed < STANDS)
            self._standing = places_km(truth.latitude[rows], truth.longitude[rows], frame)

    def day(self) -> Day:
        """Close the day."""
        plots = np.concatenate(self._plots) if self._plots else np.zeros((0, 2))
        return Day(number=self._number, standing=self._standing, plots=plots)


def plot_days(days: Sequence[Day], country: Country, path: Path) -> None:
    """Draw the days of a campaign, at least one, into a PNG."""
    with plain_style():
        write_png(days_figure(days, country), path)


def place_of_change(days: Sequence[Day]) -> Floats:
    """Find the place where the number of what stands differs most between two days.

    Returns
    -------
    (2,) km; the middle of what stood in that cell. The country's middle where nothing ever stands
    """
    cells = [np.floor(day.standing / _CELL_KM).astype(np.int64) for day in days]
    every = np.concatenate(cells) if cells else np.zeros((0, 2), np.int64)
    if not len(every):
        return np.zeros(2)
    unique, which = np.unique(every, axis=0, return_inverse=True)
    owner = np.repeat(np.arange(len(days)), [len(part) for part in cells])
    counts = np.zeros((len(days), len(unique)), np.int64)
    np.add.at(counts, (owner, which.ravel()), 1)
    chosen = int(np.argmax(np.ptp(counts, axis=0)))
    middle: Floats = np.concatenate([day.standing for day in days])[which.ravel() == chosen].mean(axis=0)
    return middle


def standing_near(day: Day, middle: Floats) -> int:
    """Count what stands inside the panel about a place, km."""
    return int((np.abs(day.standing - middle).max(axis=1) < _REACH_KM).sum()) if len(day.standing) else 0


def days_figure(days: Sequence[Day], country: Country) -> Figure:
    """Lay out the picture of ``plot_days``."""
    middle = place_of_change(days)
    counts = [standing_near(day, middle) for day in days]
    rows = ceil((len(days) + 1) / _COLUMNS)
    figure = Figure(figsize=(_PANEL * _COLUMNS + 0.4, _PANEL * rows + 1.0), dpi=DPI, facecolor="white")
    panels = figure.subplots(rows, _COLUMNS, squeeze=False).ravel()
    figure.subplots_adjust(left=0.03, right=0.98, bottom=0.07, top=0.88 - 0.02 / rows, wspace=0.12, hspace=0.28)
    local = in_frame(country.roads, country.frame)
    lines = np.split(local.points[:, :2] * 1e-3, country.roads.offset[1:-1])
    widths = [1.6 * ROAD_WIDTH[RoadClass(rank)] for rank in country.roads.edge_class.tolist()]
    for day, count, axes in zip(days, counts, panels, strict=False):
        axes.add_collection(LineCollection(lines, colors=ROAD, linewidths=widths, zorder=1), autolim=False)
        _draw_day(axes, day, middle)
        axes.set_title(f"day {day.number}: {count} stand", fontsize=9, color=INK, loc="left")
    _draw_bars(panels[len(days)], days, counts)
    for axes in panels[len(days) + 1 :]:
        axes.set_axis_off()
    figure.text(0.03, 0.955, "Day by day, where most changed", fontsize=14, fontweight="bold", color=INK)
    words = f"{2 * _REACH_KM:g} km square; black: what truly stands at the end of the mission; blue: all plots of it"
    figure.text(0.03, 0.925, words, fontsize=9.5, color=QUIET)
    figure.text(0.98, 0.955, "SIMULATED", fontsize=11, fontweight="bold", color=INK, ha="right")
    return figure


def _draw_day(axes: Axes, day: Day, middle: Floats) -> None:
    axes.scatter(day.plots[:, 0], day.plots[:, 1], s=2.5, color=BLUE, alpha=0.5, linewidths=0, zorder=2)
    axes.scatter(day.standing[:, 0], day.standing[:, 1], s=2.0, marker="s", color=INK, linewidths=0, zorder=3)
    for limits, value in ((axes.set_xlim, middle[0]), (axes.set_ylim, middle[1])):
        limits(value - _REACH_KM, value + _REACH_KM)
    axes.set_aspect("equal")
    axes.set_xticks([])
    axes.set_yticks([])


def _draw_bars(axes: Axes, days: Sequence[Day], counts: Sequence[int]) -> None:
    axes.bar([day.number for day in days], counts, color=INK, width=0.7)
    axes.set_title("standing there, by day", fontsize=9, color=INK, loc="left")
    axes.tick_params(colors=QUIET, labelsize=7)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
