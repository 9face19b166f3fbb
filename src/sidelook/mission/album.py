"""The pictures of a simulation, drawn while it is played: each mission's, and at the end that of all days."""

from pathlib import Path

from sidelook.mission.day_by_day import Day, DayBook, plot_days
from sidelook.mission.plotting import plot_coverage, plot_picture
from sidelook.mission.simulated import Ledger
from sidelook.simulation.scenario.country import Country
from sidelook.simulation.scenario.playing import Stretch
from sidelook.simulation.scenario.world import World

SHOWN = 5
"""Of the minutes of a mission, in the picture of truth and plots."""


class Album:
    """Takes what was played, and draws.

    Parameters
    ----------
    folder : to draw into
    country : where the scenario plays
    """

    def __init__(self, folder: Path, country: Country) -> None:
        self._folder, self._country = folder, country
        self._days: list[Day] = []
        self._begin()

    def _begin(self) -> None:
        self._shown: list[Stretch] = []
        self._book = DayBook(len(self._days) + 1, self._country)

    def note(self, stretch: Stretch) -> None:
        """Take a stretch of the mission at hand."""
        self._book.note(stretch)
        if len(self._shown) < SHOWN:
            self._shown.append(stretch)

    def finish_mission(self, world: World, ledger: Ledger, stem: str) -> None:
        """Draw what the mission covered, and its plots beside the truth."""
        plot_coverage(world, ledger, self._folder / f"{stem}coverage.png")
        plot_picture(world, self._shown, self._folder / f"{stem}picture.png")
        self._days.append(self._book.day())
        self._begin()

    def finish(self) -> None:
        """Draw the days beside one another, where there are several."""
        if len(self._days) > 1:
            plot_days(self._days, self._country, self._folder / "days.png")
