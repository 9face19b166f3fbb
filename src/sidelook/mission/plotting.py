"""Pictures of a simulation for people: what a revisit covered, and plots beside the truth.

Axes are kilometres east and north in the country's frame. Only here matplotlib is imported; the same world gives the
same bytes.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

import matplotlib as mpl
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from sidelook.geography.roads import RoadClass, in_frame
from sidelook.geometry.frames import LocalFrame, geodetic_to_enu
from sidelook.mission.painting import (
    HATCH,
    LOWLAND,
    MASKED,
    MASKED_SHARE,
    VISIBLE,
    VISIBLE_SHARE,
    Sheet,
    paint_ground,
    sheet_over,
    state_at,
    tint,
)
from sidelook.mission.simulated import Covered, Ledger
from sidelook.model.columns import Floats
from sidelook.sensing.location import bearing_and_distance, locate_ground
from sidelook.simulation.orbit import PlatformStates, fly
from sidelook.simulation.scenario.country import Box, Country
from sidelook.simulation.scenario.playing import Stretch
from sidelook.simulation.scenario.world import World
from sidelook.timescale import format_utc

Colour: TypeAlias = tuple[float, float, float]
Entry: TypeAlias = tuple[Artist, str]
"""What a legend shows, and its words."""

RINGS_KM = (50, 100, 150, 200, 250)
DPI = 120
_LEFT, _BOTTOM, _TOP, _PANEL = 78, 66, 86, 330  # pixels round the map
INK, QUIET, ROAD = "#222222", "#666666", "#8a8378"
_PURPLE, BLUE = "#cc79a7", "#0072b2"  # Okabe and Ito
_HALO = [withStroke(linewidth=2.2, foreground="white", alpha=0.85)]
ROAD_WIDTH = {RoadClass.MOTORWAY: 1.2, RoadClass.PRIMARY: 0.8, RoadClass.SECONDARY: 0.45, RoadClass.LOCAL: 0.25}
_MOST_TOWNS, _TOWNS_APART = 16, 95.0  # pixels
_PATH_STEP, _PATH_POINTS = 5_000_000_000, 4_000
_NANOS = 1e-9
_LINE_ENDS = 2.0  # standard deviations either side that a plot's error is drawn
_LONGEST_GAP = 15_000_000_000  # ns, between moments of the truth that one line joins


def plot_coverage(world: World, ledger: Ledger, path: Path) -> None:
    """Draw the revisit that scanned most: seen, masked and not looked at are three colours.

    Parameters
    ----------
    world : of the mission
    ledger : its revisits; without a whole one the picture says so
    path : PNG to write
    """
    with plain_style():
        write_png(coverage_figure(world, ledger), path)


def plot_picture(world: World, stretches: Sequence[Stretch], path: Path, box: Box | None = None) -> None:
    """Draw plots beside the truth: truth as thin lines, plots as dots, their error across the line of sight as bars.

    Parameters
    ----------
    world : of the mission
    stretches : what was played of it
    path : PNG to write
    box : of the country's frame to show, m; the country's where not given
    """
    with plain_style():
        write_png(picture_figure(world, stretches, box), path)


def coverage_figure(world: World, ledger: Ledger) -> Figure:
    """Lay out the picture of ``plot_coverage``."""
    shown = max(ledger.covered, key=lambda one: one.coverage.scanned_km2, default=None)
    country = world.country
    path = _path_km(world)
    sheet = sheet_over(_bounds(country, path, shown))
    places = sheet.places(country.frame)
    image = paint_ground(country, sheet, places)
    if shown is not None:
        image = tint(image, state_at(shown.coverage, places))
    figure, axes = _page(sheet, image)
    _draw_country(axes, country, sheet)
    axes.plot(*path.T, color=QUIET, linewidth=0.9)
    name = world.timeline.origin.source
    if shown is None:
        _title(figure, f"{name}: no revisit was completed", _span(world.start, world.end))
        words = "nothing to map: is the mission longer than a revisit,\nand does the aircraft ever see the area?"
        axes.text(0.5, 0.5, words, transform=axes.transAxes, ha="center", va="center", path_effects=_HALO, zorder=9)
    else:
        _draw_view(axes, world, shown)
        job = f"job {shown.job}, revisit {shown.revisit}"
        _title(figure, f"{name}: coverage of one revisit", f"{_span(shown.begin, shown.end)}  |  {job}")
    _legend(axes, _coverage_entries(shown))
    return figure


def picture_figure(world: World, stretches: Sequence[Stretch], box: Box | None = None) -> Figure:
    """Lay out the picture of ``plot_picture``."""
    country = world.country
    sheet = sheet_over(country.box if box is None else box)
    figure, axes = _page(sheet, paint_ground(country, sheet, sheet.places(country.frame)))
    _draw_country(axes, country, sheet)
    lines = [line for stretch in stretches for line in _truth_lines(stretch, country.frame)]
    axes.add_collection(LineCollection(lines, colors=INK, linewidths=0.7, zorder=4), autolim=False)
    counts = [_draw_plots(axes, stretch, country.frame) for stretch in stretches]
    true, false = (sum(count) for count in zip((0, 0), *counts, strict=True))
    begin, end = (stretches[0].begin, stretches[-1].end) if stretches else (world.start, world.start)
    _title(figure, f"{world.timeline.origin.source}: plots and truth", _span(begin, end))
    entries: list[Entry] = [
        (Line2D([], [], color=INK, linewidth=0.7), "truth, seen or not"),
        (_dot(BLUE), f"plots of something true: {true:,}"),
        (_dot(_PURPLE), f"false plots: {false:,}"),
        (Line2D([], [], color=BLUE, linewidth=0.8), "error across the line of sight,\n2 sigma either way"),
    ]
    _legend(axes, entries)
    return figure


@contextmanager
def plain_style() -> Iterator[None]:
    """Draw as the library does by itself, whatever its user prefers elsewhere."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update({"font.size": 9.0, "axes.edgecolor": QUIET, "path.simplify": True})
        yield


def write_png(figure: Figure, path: Path) -> None:
    """Write a figure; the same figure gives the same bytes."""
    FigureCanvasAgg(figure)
    figure.savefig(path, format="png", dpi=DPI, metadata={"Software": None})


def _page(sheet: Sheet, image: NDArray[np.float64]) -> tuple[Figure, Axes]:
    """Lay the map on a page, one pixel of the sheet to one of the picture."""
    wide, high = _LEFT + sheet.columns + _PANEL, _BOTTOM + sheet.rows + _TOP
    figure = Figure(figsize=(wide / DPI, high / DPI), dpi=DPI, facecolor="white")
    axes = figure.add_axes((_LEFT / wide, _BOTTOM / high, sheet.columns / wide, sheet.rows / high))
    west, east, south, north = sheet.extent_km
    axes.imshow(image, extent=(west, east, south, north), origin="lower", interpolation="nearest", zorder=0)
    axes.set_xlim(west, east)
    axes.set_ylim(south, north)
    axes.set_autoscale_on(False)
    axes.set_xlabel("km east", color=QUIET)
    axes.set_ylabel("km north", color=QUIET)
    axes.tick_params(colors=QUIET, labelsize=8)
    return figure, axes


def _title(figure: Figure, title: str, below: str) -> None:
    wide, high = figure.get_size_inches() * DPI
    left, right = _LEFT / wide, 1.0 - 22 / wide
    figure.text(left, 1.0 - 40 / high, title, fontsize=14, fontweight="bold", color=INK)
    figure.text(left, 1.0 - 68 / high, below, fontsize=9.5, color=QUIET)
    badge = {"boxstyle": "square,pad=0.5", "facecolor": "white", "edgecolor": tuple(HATCH), "linewidth": 1.4}
    figure.text(
        right, 1.0 - 44 / high, "SIMULATED", ha="right", fontsize=11, fontweight="bold", color=tuple(HATCH), bbox=badge
    )


def _legend(axes: Axes, entries: Sequence[Entry]) -> None:
    handles, labels = zip(*entries, strict=True)
    axes.legend(
        handles, labels, loc="upper left", bbox_to_anchor=(1.005, 1.0), frameon=False, labelspacing=1.3,
        handlelength=2.4, handleheight=1.5, fontsize=9,
    )  # fmt: skip


def _coverage_entries(shown: Covered | None) -> list[Entry]:
    """Name what is drawn, with the areas of the ledger."""
    scanned, visible = (shown.coverage.scanned_km2, shown.coverage.visible_km2) if shown else (0.0, 0.0)
    share = 100.0 / max(scanned, 1.0)
    hidden = scanned - visible
    masked = Patch(facecolor=_on_land(MASKED, MASKED_SHARE), hatch="/////", edgecolor=tuple(HATCH), linewidth=0)
    return [
        (Line2D([], [], linestyle="none"), f"scanned {scanned:,.0f} km²"),
        (_swatch(_on_land(VISIBLE, VISIBLE_SHARE)), f"visible {visible:,.0f} km² ({visible * share:.0f} %)"),
        (masked, f"masked by terrain\n{hidden:,.0f} km² ({hidden * share:.0f} %)\nnot seen is not empty"),
        (_swatch(_on_land(LOWLAND, 0.0)), "not looked at"),
        (Line2D([], [], color=ROAD, linewidth=1.2), "roads"),
        (Line2D([], [], color=QUIET, linewidth=0.9), "path of the mission"),
        (Line2D([], [], color=INK, linewidth=2.6, marker=(3, 0, -90), markersize=9), "aircraft during the revisit"),
        (Line2D([], [], color=INK, linewidth=1.0), "field of view, halfway through it"),
        (Line2D([], [], color=QUIET, linewidth=0.8, linestyle=":"), "distance from the aircraft"),
    ]


def _bounds(country: Country, path: Floats, shown: Covered | None) -> Box:
    """Give a box round all that is to be seen, m."""
    west, south, east, north = country.box
    parts = [path * 1e3, np.array([[west, south], [east, north]])]
    if shown is not None:
        cells = np.flatnonzero(shown.coverage.looks)
        parts.append(places_km(*shown.coverage.grid.places(cells), country.frame) * 1e3)
    places = np.concatenate(parts)
    low, high = places.min(axis=0), places.max(axis=0)
    margin = 0.03 * float((high - low).max())
    return float(low[0]) - margin, float(low[1]) - margin, float(high[0]) + margin, float(high[1]) + margin


def places_km(latitude: Floats, longitude: Floats, frame: LocalFrame) -> Floats:
    """Give (K, 2) km east and north of places, (K,) rad."""
    return geodetic_to_enu(latitude, longitude, 0.0, frame)[:, :2] * 1e-3


def _path_km(world: World) -> Floats:
    """Give (K, 2) km along the path of the mission."""
    count = min(max((world.end - world.start) // _PATH_STEP, 1), _PATH_POINTS) + 1
    flown = fly(world.path, np.linspace(world.start, world.end, count).astype(np.int64))
    return places_km(flown.latitude, flown.longitude, world.country.frame)


def _draw_country(axes: Axes, country: Country, sheet: Sheet) -> None:
    roads, local = country.roads, in_frame(country.roads, country.frame)
    lines = np.split(local.points[:, :2] * 1e-3, roads.offset[1:-1])
    fine = sheet.step < 150.0  # noqa: PLR2004 - pixels of so many metres tell lanes from roads
    for rank in reversed(RoadClass if fine else list(RoadClass)[:-1]):
        mine = [lines[edge] for edge in np.flatnonzero(roads.edge_class == rank).tolist()]
        axes.add_collection(LineCollection(mine, colors=ROAD, linewidths=ROAD_WIDTH[rank], zorder=1), autolim=False)
    _draw_towns(axes, country, sheet)
    _draw_scale(axes, sheet)


def _draw_towns(axes: Axes, country: Country, sheet: Sheet) -> None:
    """Name towns, the largest first, where no other name is near."""
    nodes = country.places.nodes
    kept: list[Floats] = []
    for name, row in country.named.items():
        node = nodes[row]
        place = places_km(country.roads.node_latitude[[node]], country.roads.node_longitude[[node]], country.frame)[0]
        near = any(np.abs(place - other).max() * 1e3 < _TOWNS_APART * sheet.step for other in kept)
        west, east, south, north = sheet.extent_km
        if near or len(kept) >= _MOST_TOWNS or not (west < place[0] < east and south < place[1] < north):
            continue
        kept.append(place)
        axes.plot(*place, marker="o", markersize=2.8, color=INK, zorder=8)
        axes.annotate(
            name, place, (4, 3), textcoords="offset points", fontsize=7, color=INK, path_effects=_HALO, zorder=8,
            annotation_clip=True, clip_on=True,
        )  # fmt: skip


def _draw_scale(axes: Axes, sheet: Sheet) -> None:
    """Draw a scale bar in the lower left and the direction of north in the upper left corner."""
    west, _, south, north = sheet.extent_km
    pixel = sheet.step * 1e-3
    fifth = 0.2 * pixel * sheet.columns
    length = max(step for step in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200) if step <= fifth or step == 0.1)  # noqa: PLR2004
    x, y = west + 24 * pixel, south + 26 * pixel
    axes.plot([x, x, x + length, x + length], [y + 6 * pixel, y, y, y + 6 * pixel], color=INK, linewidth=1.2, zorder=7)
    axes.text(x + 0.5 * length, y + 9 * pixel, f"{length:g} km", ha="center", fontsize=8, path_effects=_HALO, zorder=7)
    x, y = west + 34 * pixel, north - 26 * pixel
    arrow = {"arrowstyle": "-|>", "color": INK, "linewidth": 1.2, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", (x, y), (x, y - 42 * pixel), arrowprops=arrow, zorder=7)
    axes.text(
        x, y - 48 * pixel, "N", ha="center", va="top", fontsize=9, fontweight="bold", path_effects=_HALO, zorder=7
    )


def _draw_view(axes: Axes, world: World, shown: Covered) -> None:
    """Draw where the aircraft was, the edges of its field of view, and rings of equal distance between them."""
    frame = world.country.frame
    flown = fly(world.path, np.linspace(shown.begin, shown.end, 33).astype(np.int64))
    axes.plot(*places_km(flown.latitude, flown.longitude, frame).T, color=INK, linewidth=2.6, zorder=6)
    middle = fly(world.path, [(shown.begin + shown.end) // 2])
    here = places_km(middle.latitude, middle.longitude, frame)[0]
    ahead = _ray(middle, float(middle.track[0]), np.array([1e3]), frame)[0] - here
    turned = float(np.degrees(np.arctan2(-ahead[0], ahead[1])))
    axes.plot(*here, marker=(3, 0, turned), markersize=11, color=INK, markeredgecolor="white", zorder=7)
    broadside = float(middle.track[0]) + _flank(middle, shown) * 0.5 * np.pi
    half = world.radar.antenna.field_of_view
    reach = np.linspace(world.radar.nearest, world.radar.farthest, 40)
    for side in (-half, half):
        axes.plot(*_ray(middle, broadside + side, reach, frame).T, color=INK, linewidth=1.0, zorder=6)
    sweep = broadside + np.linspace(-half, half, 121)
    for ring in RINGS_KM:
        if world.radar.nearest <= ring * 1e3 <= world.radar.farthest:
            arc = _ray(middle, sweep, np.full(len(sweep), ring * 1e3), frame)
            axes.plot(*arc.T, color=QUIET, linewidth=0.8, linestyle=":", zorder=6)
            axes.annotate(
                f"{ring} km", arc[-1], (3, 0), textcoords="offset points", fontsize=7.5, color=INK,
                path_effects=_HALO, zorder=7, annotation_clip=True, clip_on=True,
            )  # fmt: skip


def _flank(middle: PlatformStates, shown: Covered) -> float:
    """Tell the side that was looked at: 1 right, -1 left of the track."""
    latitude, longitude = shown.coverage.grid.places(np.flatnonzero(shown.coverage.looks))
    toward, _ = bearing_and_distance(middle.latitude[0], middle.longitude[0], latitude, longitude)
    return 1.0 if float(np.sin(toward - middle.track[0]).sum()) >= 0.0 else -1.0


def _ray(middle: PlatformStates, bearing: Floats | float, distance: Floats, frame: LocalFrame) -> Floats:
    """Give (K, 2) km of the places at bearings, rad, and ground distances, (K,) m, from the aircraft."""
    turned = np.broadcast_to(np.asarray(bearing, np.float64), distance.shape)
    return places_km(*locate_ground(middle.latitude[0], middle.longitude[0], turned, distance), frame)


def _truth_lines(stretch: Stretch, frame: LocalFrame) -> list[Floats]:
    """Join the moments of each entity, (K, 2) km each line, broken where it was away."""
    rows = np.flatnonzero(stretch.truth.dwell < 0)
    rows = rows[np.lexsort((stretch.truth.time[rows], stretch.truth.entity[rows]))]
    if not len(rows):
        return []
    places = places_km(stretch.truth.latitude[rows], stretch.truth.longitude[rows], frame)
    other = np.diff(stretch.truth.entity[rows]) != 0
    apart = other | (np.diff(stretch.truth.time[rows]) > _LONGEST_GAP)
    return np.split(places, np.flatnonzero(apart) + 1)


def _draw_plots(axes: Axes, stretch: Stretch, frame: LocalFrame) -> tuple[int, int]:
    """Draw the plots of a stretch; give how many on the page are of something true, and how many are not."""
    plots, dwells = stretch.dwells.plots, stretch.dwells
    if not len(plots):
        return 0, 0
    places = places_km(plots.latitude, plots.longitude, frame)
    sensor = dwells.sensor_latitude[plots.dwell], dwells.sensor_longitude[plots.dwell]
    bearing, _ = bearing_and_distance(*sensor, plots.latitude, plots.longitude)
    # Bearings are of the sensor's meridian, a degree or two from the frame's: bars of a few hundred metres hide that.
    aside = np.stack([np.cos(bearing), -np.sin(bearing)], axis=-1)
    aside *= _LINE_ENDS * 1e-3 * np.nan_to_num(plots.sigma_cross_range.astype(np.float64))[:, None]
    bars = np.stack([places - aside, places + aside], axis=1)
    true = plots.truth_entity > 0
    for mine, colour in ((true, BLUE), (~true, _PURPLE)):
        axes.add_collection(LineCollection(list(bars[mine]), colors=colour, linewidths=0.8, zorder=5), autolim=False)
        axes.plot(*places[mine].T, linestyle="none", marker="o", markersize=2.4, color=colour, zorder=6)
    (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
    shown = ((places > (west, south)) & (places < (east, north))).all(axis=1)
    return int((shown & true).sum()), int((shown & ~true).sum())


def _on_land(colour: Floats, share: float) -> Colour:
    """Mix a colour over that of the land."""
    red, green, blue = (LOWLAND + share * (colour - LOWLAND)).tolist()
    return red, green, blue


def _swatch(colour: Colour) -> Patch:
    return Patch(facecolor=colour, edgecolor=QUIET, linewidth=0.4)


def _dot(colour: str) -> Line2D:
    return Line2D([], [], linestyle="none", marker="o", markersize=4, color=colour)


def _span(begin: int, end: int) -> str:
    words = [format_utc(time, 0).replace("T", " ").rstrip("Z") for time in (begin, end)]
    return f"{words[0]} to {words[1][11:]} UTC"
