"""A fictional island in mid-ocean: relief, rivers, towns and roads, all from one seed."""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from sidelook.errors import UsageError
from sidelook.geography.roads import RoadNetwork
from sidelook.geometry.frames import LocalFrame
from sidelook.simulation.island.cover import cover_land
from sidelook.simulation.island.grading import grade
from sidelook.simulation.island.names import name_rivers
from sidelook.simulation.island.network import build_network
from sidelook.simulation.island.relief import Relief, ReliefSettings, make_relief
from sidelook.simulation.island.rivers import River, find_rivers
from sidelook.simulation.island.roads import plan_roads
from sidelook.simulation.island.streets import add_streets
from sidelook.simulation.island.towns import Towns, TownSettings, settle

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
    river : area that the smallest river drains at its spring, km2
    """

    seed: int = 3
    name: str = "Halmarrow"
    frame: LocalFrame = MID_OCEAN
    relief: ReliefSettings = field(default_factory=ReliefSettings)
    towns: TownSettings = field(default_factory=TownSettings)
    river: float = 45.0


FULL = IslandSettings()
"""300 by 250 km."""

SMALL = IslandSettings(
    relief=ReliefSettings(half_width=66_000.0, half_depth=50_000.0, summit=1_650.0, lakes=6),
    towns=TownSettings(named=56, hamlets=130, largest=240_000),
    river=25.0,
)
"""132 by 100 km: made in a second or two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Island:
    """An island.

    Attributes
    ----------
    name : invented
    frame : its local frame; a place of so much east and north lies there on the ellipsoid, and heights go up from it
    relief : heights
    towns : settlements
    town_nodes : (T,) node of the road network at each town
    rivers : the longest first
    roads : network
    cover : (R, C) ``LandCover`` of the relief's cells
    """

    name: str
    frame: LocalFrame
    relief: Relief
    towns: Towns
    town_nodes: NDArray[np.int64]
    rivers: tuple[River, ...]
    roads: RoadNetwork
    cover: NDArray[np.uint8]


def make_island(settings: IslandSettings) -> Island:
    """Make an island.

    Parameters
    ----------
    settings : what island

    Raises
    ------
    UsageError : no town finds a place on it
    """
    rng = np.random.default_rng(settings.seed)
    relief = make_relief(rng, settings.relief)
    towns = settle(rng, relief, settings.towns)
    if not len(towns):
        message = "no town finds a place: give the island more land or fewer mountains, or ask for towns"
        raise UsageError(message)
    layout = add_streets(rng, plan_roads(rng, relief, towns), relief, towns)
    relief = grade(relief, layout, settings.river)
    roads, town_nodes = build_network(layout, settings.frame)
    rivers = find_rivers(relief, settings.river)
    named = zip(rivers, name_rivers(len(rivers)), strict=True)
    cover = cover_land(rng, relief, towns)
    return Island(
        name=settings.name,
        frame=settings.frame,
        relief=relief,
        towns=towns,
        town_nodes=town_nodes,
        rivers=tuple(replace(river, name=name) for river, name in named),
        roads=roads,
        cover=cover,
    )
