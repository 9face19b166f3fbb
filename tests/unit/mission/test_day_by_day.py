"""Days beside one another: the place is the one that changed, and counts are of what stands there."""

from pathlib import Path

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from sidelook.geography.roads import RoadNetwork
from sidelook.geometry.frames import enu_to_geodetic
from sidelook.mission.day_by_day import Day, DayBook, days_figure, place_of_change, plot_days, standing_near
from sidelook.model.collection import Collections
from sidelook.model.plots import Dwells, Plots
from sidelook.model.truth import TruthLooks
from sidelook.simulation.scenario.country import Country, real_country
from sidelook.simulation.scenario.playing import Stretch

SECOND = 1_000_000_000


@pytest.fixture(scope="module")
def country() -> Country:
    latitude, longitude = np.radians([38.0, 38.3]), np.radians([-43.0, -42.6])
    roads = RoadNetwork(
        node_latitude=latitude,
        node_longitude=longitude,
        edge_start=np.array([0], np.int32),
        edge_end=np.array([1], np.int32),
        edge_class=np.array([1], np.uint8),
        speed_limit=np.array([20.0]),
        offset=np.array([0, 2]),
        latitude=latitude,
        longitude=longitude,
    )
    return real_country(np.random.default_rng(1), roads, None, float("-inf"))


def day(number: int, *groups: tuple[float, float, int]) -> Day:
    """Let groups stand: (east km, north km, how many) each."""
    rng = np.random.default_rng(number)
    parts = [np.array([east, north]) + rng.uniform(-0.05, 0.05, (count, 2)) for east, north, count in groups]
    return Day(number=number, standing=np.concatenate(parts), plots=rng.uniform(-9, 9, (20, 2)))


def test_the_place_is_where_the_number_changes_most_not_where_most_stand() -> None:
    days = [day(1, (5.2, 5.2, 40), (-8.2, 3.3, 1)), day(2, (5.2, 5.2, 41), (-8.2, 3.3, 12))]
    middle = place_of_change(days)
    np.testing.assert_allclose(middle, [-8.2, 3.3], atol=0.06)
    assert [standing_near(one, middle) for one in days] == [1, 12]


def test_where_nothing_stands_the_picture_is_of_the_middle(country: Country) -> None:
    nothing = [Day(number=n, standing=np.zeros((0, 2)), plots=np.zeros((0, 2))) for n in (1, 2)]
    assert place_of_change(nothing).tolist() == [0.0, 0.0]
    figure = days_figure(nothing, country)
    FigureCanvasAgg(figure).draw()
    assert [axes.get_title(loc="left") for axes in figure.axes[:2]] == ["day 1: 0 stand", "day 2: 0 stand"]


def test_a_day_keeps_who_stands_at_its_last_moment(country: Country) -> None:
    place = np.array([[1_000.0, 2_000.0, 0.0], [3_000.0, 0.0, 0.0]])
    latitude, longitude, _ = enu_to_geodetic(place, country.frame)

    def stretch(minute: int, speeds: list[float]) -> Stretch:
        truth = TruthLooks.empty(
            3,
            time=np.array([0, 50, 50], np.int64) * SECOND + minute * 60 * SECOND,
            dwell=np.array([4, -1, -1], np.int32),
            entity=np.array([1, 1, 2]),
            latitude=latitude[[0, 0, 1]],
            longitude=longitude[[0, 0, 1]],
            speed=np.array([0.0, *speeds], np.float32),
        )
        return Stretch(
            begin=minute * 60 * SECOND,
            end=(minute + 1) * 60 * SECOND,
            dwells=Dwells.empty(plots=Plots.empty(), origins=()),
            collections=Collections.empty(),
            truth=truth,
        )

    book = DayBook(3, country)
    book.note(stretch(0, [0.0, 0.0]))
    book.note(stretch(1, [0.1, 9.0]))
    closed = book.day()
    assert (closed.number, len(closed.plots)) == (3, 0)
    np.testing.assert_allclose(closed.standing, [[1.0, 2.0]], atol=1e-3)


def test_the_same_days_give_the_same_bytes(country: Country, tmp_path: Path) -> None:
    days = [day(number, (1.0, 1.0, 3 * number)) for number in range(1, 8)]
    for name in ("one.png", "other.png"):
        plot_days(days, country, tmp_path / name)
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "other.png").read_bytes()
    figure = days_figure(days, country)
    drawn = [axes for axes in figure.axes if axes.axison]
    assert len(drawn) == len(days) + 1
    assert [bar.get_height() for bar in drawn[-1].patches] == [3 * number for number in range(1, 8)]
