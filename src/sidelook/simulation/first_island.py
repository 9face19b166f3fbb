"""A fictional island in mid-ocean: relief, towns, roads and rivers, all from one seed."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from sidelook.geography.roads import RoadNetwork
from sidelook.geometry.frames import LocalFrame
from sidelook.simulation.relief import Relief, ReliefSettings, make_relief, rivers
from sidelook.simulation.road_layout import add_streets, build_network, plan_roads
from sidelook.simulation.towns import Towns, TownSettings, settle

# Open Atlantic between the Azores and Bermuda, 1,300 km from the nearest land.
MID_OCEAN = LocalFrame(latitude=float(np.radians(38.0)), longitude=float(np.radians(-43.0)))


@dataclass(frozen=True, slots=True, kw_only=True)
class IslandSettings:
    """What island to make.

    Attributes
    ----------
    seed : of chance; the same seed gives the same island
    name : invented
    frame : where it lies; its origin is the middle of the island's grid
    relief : its size
    towns : how it is peopled
    rivers : how many rise on it
    """

    seed: int = 3
    name: str = "Halmarrow"
    frame: LocalFrame = MID_OCEAN
    relief: ReliefSettings = field(default_factory=ReliefSettings)
    towns: TownSettings = field(default_factory=TownSettings)
    rivers: int = 22


@dataclass(frozen=True, slots=True, kw_only=True)
class Island:
    """An island; its relief shapes shore and roads, while everything that moves is at sea level for now.

    Attributes
    ----------
    name : invented
    frame : its local frame
    relief : heights
    towns : settlements
    town_nodes : (T,) node of the road network at each town
    rivers : of (K, 2) east and north, m, from source to mouth
    roads : network
    """

    name: str
    frame: LocalFrame
    relief: Relief
    towns: Towns
    town_nodes: NDArray[np.int64]
    rivers: tuple[NDArray[np.float64], ...]
    roads: RoadNetwork


def make_island(settings: IslandSettings) -> Island:
    """Make an island.

    Parameters
    ----------
    settings : what island
    """
    rng = np.random.default_rng(settings.seed)
    relief = make_relief(rng, settings.relief)
    towns = settle(rng, relief, settings.towns)
    layout = add_streets(rng, plan_roads(rng, relief, towns), relief, towns)
    roads, cells = build_network(layout, settings.frame)
    return Island(
        name=settings.name,
        frame=settings.frame,
        relief=relief,
        towns=towns,
        town_nodes=np.searchsorted(cells, layout.towns),
        rivers=_courses(rng, relief, settings.rivers),
        roads=roads,
    )


def _courses(rng: np.random.Generator, relief: Relief, count: int) -> tuple[NDArray[np.float64], ...]:
    """Let rivers rise at summits, the highest first, and wind a little on their way."""
    peaks = ndimage.gaussian_filter(relief.height, 3.0) + rng.normal(0.0, 60.0, relief.height.shape)
    springs = np.flatnonzero((peaks == ndimage.maximum_filter(peaks, 21)) & relief.dry)
    highest = springs[np.argsort(relief.height.ravel()[springs])[::-1][:count]]
    rows, columns = np.indices(relief.height.shape) + rng.uniform(-0.4, 0.4, (2, *relief.height.shape))
    places = relief.place(rows, columns).reshape(-1, 2)
    return tuple(places[course] for course in rivers(rng, relief, highest))
