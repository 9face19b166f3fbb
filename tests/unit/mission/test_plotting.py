"""What pictures say: their pixels and their words, and that they are the same each time."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from sidelook.geography.roads import RoadNetwork
from sidelook.geometry.frames import enu_to_geodetic, geodetic_to_enu
from sidelook.mission.painting import LOWLAND, CellState, tint
from sidelook.mission.plotting import _truth_lines, coverage_figure, picture_figure, plot_coverage, plot_picture
from sidelook.mission.simulated import Covered, Ledger
from sidelook.model.collection import Collections
from sidelook.model.origin import Origin
from sidelook.model.plots import Dwells, Plots
from sidelook.model.truth import TruthLooks
from sidelook.sensing.coverage_map import CoverageMap
from sidelook.sensing.equal_area import EqualAreaGrid
from sidelook.simulation.orbit import fly
from sidelook.simulation.scenario.country import real_country
from sidelook.simulation.scenario.playing import Stretch
from sidelook.simulation.scenario.settings import Scenario, TrafficSection
from sidelook.simulation.scenario.world import World, make_world

SECOND = 1_000_000_000


@pytest.fixture(scope="module")
def world() -> World:
    """Let an aircraft fly past a road on the smooth earth, on which nobody drives."""
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
    country = real_country(np.random.default_rng(1), roads, None, float("-inf"))
    return make_world(Scenario(name="smooth", traffic=TrafficSection(vehicles=0), duration_s=120.0), country)


@pytest.fixture(scope="module")
def ledger(world: World) -> Ledger:
    """Look north, 160 km away, at a rectangle of which the western half is masked; two columns are not looked at."""
    flown = fly(world.path, [world.start])
    middle = geodetic_to_enu(flown.latitude, flown.longitude, 0.0, world.country.frame)[0] + [0.0, 160e3, 0.0]
    latitude, longitude, _ = enu_to_geodetic(middle, world.country.frame)
    grid = EqualAreaGrid(latitude=float(latitude), longitude=float(longitude), cell=2_000.0, rows=12, columns=20)
    blank = CoverageMap.blank(grid)
    column = np.arange(len(blank.grid)) % blank.grid.columns
    looks = (column >= 2).astype(np.int32)
    last = world.start * looks.astype(np.int64)
    seen = np.where(column >= blank.grid.columns // 2, last, 0)
    made = Ledger(world)
    coverage = replace(blank, last=last, looks=looks, last_visible=seen)
    made.covered.append(Covered(job=1, revisit=0, begin=world.start, end=world.start + 30 * SECOND, coverage=coverage))
    return made


def words(figure: Figure) -> str:
    """Gather all that is written on a page."""
    legends = [text.get_text() for axes in figure.axes for text in axes.get_legend().get_texts()]
    return "\n".join(
        [text.get_text() for text in figure.texts] + legends + [t.get_text() for t in figure.axes[0].texts]
    )


def pixels_at(figure: Figure, places_km: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Draw a page and read the pixels at places, (K, 3) 0..255."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    image = np.asarray(canvas.buffer_rgba())[..., :3].astype(int)
    column, row = np.floor(figure.axes[0].transData.transform(places_km)).astype(int).T
    return image[len(image) - 1 - row, column]


def test_cells_seen_masked_and_never_looked_at_are_of_three_colours(world: World, ledger: Ledger) -> None:
    coverage = ledger.covered[0].coverage
    rows = np.arange(2, coverage.grid.rows - 2)
    columns = {
        CellState.NOT_LOOKED: 1,
        CellState.MASKED: coverage.grid.columns // 4,
        CellState.VISIBLE: coverage.grid.columns - 4,
    }
    found = {}
    for state, column in columns.items():
        places = coverage.grid.places(rows * coverage.grid.columns + column)
        east_north = geodetic_to_enu(*places, 0.0, world.country.frame)[:, :2] * 1e-3
        pixels = pixels_at(coverage_figure(world, ledger), east_north)
        paper = np.broadcast_to(LOWLAND, (9, 9, 3))
        allowed = np.unique(tint(paper, np.full((9, 9), state, np.uint8)).reshape(-1, 3) * 255, axis=0)
        # All but what a line of the field of view or a ring runs over.
        near = np.abs(pixels[:, None] - allowed).max(axis=-1).min(axis=1) <= 1.0
        assert near.mean() > 0.6, state
        found[state] = {tuple(pixel) for pixel in pixels[near]}
    assert found[CellState.MASKED].isdisjoint(found[CellState.VISIBLE] | found[CellState.NOT_LOOKED])
    assert found[CellState.VISIBLE].isdisjoint(found[CellState.NOT_LOOKED])


def test_the_legend_bears_the_areas_of_the_ledger(world: World, ledger: Ledger) -> None:
    scanned, visible = ledger.best_revisit()
    said = words(coverage_figure(world, ledger))
    assert 0.0 < visible < scanned
    for area in (scanned, visible, scanned - visible):
        assert f"{area:,.0f} km²" in said
    assert "SIMULATED" in said
    assert "smooth: coverage of one revisit" in said
    assert "2026-05-04 06:30:00 to 06:30:30 UTC" in said
    assert {"50 km", "100 km", "250 km"} <= set(said.split("\n"))


def test_of_several_jobs_the_one_that_scans_most_is_shown(world: World, ledger: Ledger) -> None:
    little = replace(ledger.covered[0], job=2, coverage=CoverageMap.blank(ledger.covered[0].coverage.grid))
    both = Ledger(world)
    both.covered += [little, *ledger.covered]
    assert "job 1, revisit 0" in words(coverage_figure(world, both))


def test_without_a_revisit_the_picture_says_so(world: World, tmp_path: Path) -> None:
    said = words(coverage_figure(world, Ledger(world)))
    assert "smooth: no revisit was completed" in said
    assert "is the mission longer than a revisit" in said
    assert "scanned 0 km²" in said
    plot_coverage(world, Ledger(world), tmp_path / "empty.png")
    assert (tmp_path / "empty.png").read_bytes().startswith(b"\x89PNG")


def test_the_same_world_gives_the_same_bytes(world: World, ledger: Ledger, tmp_path: Path) -> None:
    plot_coverage(world, ledger, tmp_path / "one.png")
    with mpl.rc_context({"font.size": 20.0, "axes.facecolor": "red"}):
        plot_coverage(world, ledger, tmp_path / "two.png")
        assert mpl.rcParams["font.size"] == 20.0
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()


def stretch(world: World) -> Stretch:
    """Let one vehicle drive east for a minute, and report it twice, and a third thing that is not there."""
    frame, moments = world.country.frame, world.start + 10 * SECOND * np.arange(6)
    flown = fly(world.path, [world.start])
    east = np.linspace(0.0, 900.0, 6)
    latitude, longitude, _ = enu_to_geodetic(np.stack([east, np.zeros(6), np.zeros(6)], axis=-1), frame)
    truth = TruthLooks.empty(
        6,
        time=moments,
        dwell=np.full(6, -1, np.int32),
        entity=np.ones(6, np.int64),
        latitude=latitude,
        longitude=longitude,
    )
    away = enu_to_geodetic(np.array([500.0, 4_000.0, 0.0]), frame)
    plots = Plots.empty(
        3,
        dwell=np.zeros(3, np.int32),
        latitude=np.array([*latitude[[1, 4]], float(away[0])]),
        longitude=np.array([*longitude[[1, 4]], float(away[1])]),
        sigma_cross_range=np.array([400.0, 400.0, np.nan], np.float32),
        truth_entity=np.array([1, 1, -1]),
    )
    dwells = Dwells.empty(
        1,
        time=moments[:1],
        sensor_latitude=flown.latitude,
        sensor_longitude=flown.longitude,
        plot_count=np.array([3], np.int32),
        plots=plots,
        origins=(Origin(source="test"),),
    )
    return Stretch(
        begin=world.start, end=world.start + 60 * SECOND, dwells=dwells, collections=Collections.empty(), truth=truth
    )


def test_plots_stand_beside_the_truth(world: World, tmp_path: Path) -> None:
    figure = picture_figure(world, [stretch(world)], (-3e3, -3e3, 5e3, 5e3))
    said = words(figure)
    assert "plots of something true: 2" in said
    assert "false plots: 1" in said
    blue, purple = np.array([0, 114, 178]), np.array([204, 121, 167])
    # The first plot, its error three hundred metres along the road, and the false one.
    found = pixels_at(figure, np.array([[0.18, 0.0], [0.5, 4.0]]))
    assert np.abs(found[0] - blue).max() <= 3
    assert np.abs(found[1] - purple).max() <= 3
    plot_picture(world, [stretch(world)], tmp_path / "picture.png")
    assert (tmp_path / "picture.png").stat().st_size > 10_000


def test_plots_beyond_the_page_are_not_counted(world: World) -> None:
    said = words(picture_figure(world, [stretch(world)], (-3e3, -3e3, 3e3, 3e3)))
    assert "plots of something true: 2" in said
    assert "false plots: 0" in said


def test_a_line_of_truth_breaks_where_it_was_away(world: World) -> None:
    whole = stretch(world)
    assert [len(line) for line in _truth_lines(whole, world.country.frame)] == [6]
    gone = replace(whole, truth=whole.truth.take(np.array([0, 1, 4, 5])))
    assert [len(line) for line in _truth_lines(gone, world.country.frame)] == [2, 2]


def test_nothing_played_is_an_empty_picture(world: World) -> None:
    assert "plots of something true: 0" in words(picture_figure(world, []))
