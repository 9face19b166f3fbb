"""The world of the recording that is shipped: the island, its traffic, and a radar that flies south of it."""

from dataclasses import dataclass, field

import numpy as np
from numpy.random import Generator

from sidelook.model.origin import Classification, Origin
from sidelook.simulation.first_island import Island, IslandSettings, make_island
from sidelook.simulation.orbit import Racetrack
from sidelook.simulation.plots import Radar, World
from sidelook.simulation.routes import Places, RoutePlanner
from sidelook.simulation.schedule import Area, Schedule
from sidelook.simulation.towns import mainland
from sidelook.simulation.traffic import TrafficSettings, drive
from sidelook.simulation.trajectories import Timetable, Trajectories

# Monday 4 May 2026, 06:30 UTC: a morning rush hour.
START = 1_777_876_200_000_000_000
_MARGIN = 2_500.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DemonstrationSettings:
    """What to show.

    Attributes
    ----------
    seed : of traffic
    island : to drive on
    traffic : what drives; its start is that of the recording
    radar : how it measures
    stand_off : from the south shore to the middle of the racetrack, m
    """

    seed: int = 4607
    island: IslandSettings = field(default_factory=IslandSettings)
    traffic: TrafficSettings = field(default_factory=lambda: TrafficSettings(start=START))
    radar: Radar = field(default_factory=Radar)
    stand_off: float = 110_000.0


def demonstrate(settings: DemonstrationSettings) -> tuple[Island, World]:
    """Make an island and let traffic drive on it under a radar.

    Parameters
    ----------
    settings : what to show

    Returns
    -------
    island, world : ready for ``plots.simulate``
    """
    island = make_island(settings.island)
    rng = np.random.default_rng(settings.seed)
    area, start = _extent(island), settings.traffic.start
    world = World(
        timetable=Timetable(_traffic(rng, island, settings.traffic)),
        orbit=Racetrack(
            frame=island.frame,
            east=0.5 * (area.west + area.east),
            north=area.south - settings.stand_off,
            heading=np.pi / 2.0,
            start=start,
        ),
        schedule=Schedule(area=area, start=start),
        radar=settings.radar,
        origin=Origin(
            source="island",
            classification=Classification.UNCLASSIFIED,
            nationality="XN",
            platform="SIDELOOK",
            mission=1,
            job=1,
            version="30",
            simulated=True,
            exercise=True,
        ),
    )
    return island, world


def _traffic(rng: Generator, island: Island, settings: TrafficSettings) -> Trajectories:
    places = Places(nodes=island.town_nodes, weight=island.towns.population.astype(float) ** 0.2)
    return drive(rng, RoutePlanner(island.roads, island.frame, places), settings, island.frame)


def _extent(island: Island) -> Area:
    """Give the rectangle around the largest land, where all roads are."""
    row, column = np.nonzero(mainland(island.relief.dry))
    east, north = island.relief.place(row, column).T
    return Area(
        frame=island.frame,
        west=float(east.min()) - _MARGIN,
        south=float(north.min()) - _MARGIN,
        east=float(east.max()) + _MARGIN,
        north=float(north.max()) + _MARGIN,
    )
