"""The country a scenario plays in: ground, roads, places and what grows there, made here or read elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sidelook.errors import InputError
from sidelook.geography.roads import RoadNetwork
from sidelook.geometry.frames import LocalFrame, geodetic_to_enu
from sidelook.geometry.ground import Ellipsoid, Ground
from sidelook.geometry.terrain import HeightGrid, Terrain
from sidelook.simulation.detection.scene import Land, farmland
from sidelook.simulation.island.grids import clutter_at, terrain_of
from sidelook.simulation.island.making import FULL, SMALL, Island, IslandSettings, make_island
from sidelook.simulation.traffic.routing import Places

Box = tuple[float, float, float, float]
"""West, south, east, north in a local frame, m."""

_MOST_PLACES = 120
_MARGIN = 2_500.0
_TOWN_DRAW = 0.35  # the share of a town's size, as a power, that draws journeys


@dataclass(frozen=True, slots=True, kw_only=True)
class Country:
    """Where a scenario plays.

    Attributes
    ----------
    frame : local frame of all that moves
    ground : in that frame
    grid : heights, where there is terrain that can mask
    ceiling : above the ellipsoid, m, which ground that is not known is taken nowhere to exceed
    roads : to drive on
    places : where journeys lead; ``named`` : row of a place by its name
    land : what the ground is to a radar
    box : that holds the roads
    island : it is, if it is one
    """

    frame: LocalFrame
    ground: Ground
    grid: HeightGrid | None
    ceiling: float
    roads: RoadNetwork
    places: Places
    named: Mapping[str, int] = field(default_factory=dict)
    land: Land = farmland
    box: Box
    island: Island | None = None


def island_country(settings: IslandSettings) -> Country:
    """Make the fictional island."""
    island = make_island(settings)
    south, west, step, heights = terrain_of(island)
    grid = HeightGrid(south=south, west=west, latitude_step=step, longitude_step=step, heights=heights)
    weight = island.towns.population.astype(float) ** _TOWN_DRAW
    largest = np.argsort(-island.towns.population, kind="stable")[:_MOST_PLACES]
    names = {island.towns.names[town]: row for row, town in enumerate(largest.tolist()) if island.towns.names[town]}
    return Country(
        frame=island.frame,
        ground=Terrain(frame=island.frame, grid=grid),
        grid=grid,
        ceiling=0.0,  # beyond the grid is the open sea
        roads=island.roads,
        places=Places(nodes=island.town_nodes[largest], weight=weight[largest]),
        named=names,
        land=clutter_at(island),
        box=_box_of(island.roads, island.frame),
        island=island,
    )


def real_country(rng: np.random.Generator, roads: RoadNetwork, grid: HeightGrid | None, ceiling: float) -> Country:
    """Put roads that were read on terrain that was read, or on the ellipsoid; journeys lead to junctions by chance.

    Raises
    ------
    InputError : there are no roads, or none that lie on known ground
    """
    if grid is not None:
        roads = _on_known_ground(roads, grid)
    if not len(roads):
        message = "there are no roads on known ground: give an extract of the region that the tiles show"
        raise InputError(message)
    frame = LocalFrame(latitude=_middle(roads.latitude), longitude=_middle(roads.longitude))
    nodes = np.unique(np.concatenate([roads.edge_start, roads.edge_end])).astype(np.int64)
    chosen = np.sort(rng.choice(nodes, min(_MOST_PLACES, len(nodes)), replace=False))
    return Country(
        frame=frame,
        ground=Ellipsoid(frame=frame) if grid is None else Terrain(frame=frame, grid=grid),
        grid=grid,
        ceiling=ceiling,
        roads=roads,
        places=Places(nodes=chosen, weight=np.ones(len(chosen))),
        box=_box_of(roads, frame),
    )


def island_settings(*, full: bool, seed: int) -> IslandSettings:
    """Choose the full or the small island."""
    known = FULL if full else SMALL
    return IslandSettings(
        seed=seed, name=known.name, frame=known.frame, relief=known.relief, towns=known.towns, river=known.river
    )


def _on_known_ground(roads: RoadNetwork, grid: HeightGrid) -> RoadNetwork:
    """Drop edges that leave what is known of the ground."""
    known = grid.known(roads.latitude, roads.longitude)
    kept = np.logical_and.reduceat(known, roads.offset[:-1]) if len(roads) else np.zeros(0, bool)
    points = np.repeat(kept, np.diff(roads.offset))
    offset = np.concatenate([[0], np.cumsum(np.diff(roads.offset)[kept])])
    columns = {
        name: getattr(roads, name)[kept] for name in ("edge_start", "edge_end", "edge_class", "speed_limit", "one_way")
    }
    return RoadNetwork(
        node_latitude=roads.node_latitude,
        node_longitude=roads.node_longitude,
        **columns,
        offset=offset,
        latitude=roads.latitude[points],
        longitude=roads.longitude[points],
    )


def _middle(angles: NDArray[np.float64]) -> float:
    """Give the middle of angles' span, over the antimeridian too, rad."""
    around = np.angle(np.exp(1j * (angles - angles[0])))
    return float(np.angle(np.exp(1j * (angles[0] + 0.5 * (around.min() + around.max())))))


def _box_of(roads: RoadNetwork, frame: LocalFrame) -> Box:
    east, north, _ = geodetic_to_enu(roads.latitude, roads.longitude, 0.0, frame).T
    return (
        float(east.min()) - _MARGIN, float(north.min()) - _MARGIN,
        float(east.max()) + _MARGIN, float(north.max()) + _MARGIN,
    )  # fmt: skip
