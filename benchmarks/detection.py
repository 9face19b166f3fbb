"""Time the detection level: 10,000 vehicles in the field of view, one revisit of 60 s in 457 dwells, one core.

``python benchmarks/detection.py [--vehicles N] [--revisits N]`` prints CPU seconds a revisit (the first, with cold
caches, apart) and what came out. Traffic, tables and plans of the dwells are made beforehand and not counted.
"""

import argparse
import time

import numpy as np

from sidelook.geometry.frames import LocalFrame
from sidelook.geometry.ground import Ellipsoid
from sidelook.model.origin import Origin
from sidelook.model.plots import Dwells, TargetClass
from sidelook.model.radar import Radar
from sidelook.model.truth import Entities
from sidelook.simulation.detection.detecting import detect
from sidelook.simulation.detection.points import scatter_points
from sidelook.simulation.detection.scene import Imperfections, Scene, Surroundings, Weather, usual_performance
from sidelook.simulation.orbit import Racetrack
from sidelook.simulation.schedule import Area, Schedule, plan_revisit
from sidelook.simulation.trajectories import Timetable, Trajectories

FRAME = LocalFrame(latitude=0.66, longitude=-0.75)
START = 1_777_876_200_000_000_000
PERIOD = 60.0
DWELLS = 457
NORTH = -150e3  # of the racetrack, m


def make_timetable(vehicles: int, seconds: int) -> Timetable:
    """Spread vehicles, one in a hundred a helicopter, over 120 degrees from 60 to 240 km; a fix a second."""
    rng = np.random.default_rng(1)
    bearing = rng.uniform(-np.pi / 3, np.pi / 3, vehicles)
    distance = np.sqrt(rng.uniform(60e3**2, 240e3**2, vehicles))
    flies = np.arange(vehicles) % 100 == 0
    way, speed = rng.uniform(-np.pi, np.pi, vehicles), np.where(flies, 60.0, rng.uniform(0.0, 25.0, vehicles))
    second = np.arange(seconds)
    east = (distance * np.sin(bearing))[:, None] + (speed * np.sin(way))[:, None] * second
    north = (distance * np.cos(bearing) + NORTH)[:, None] + (speed * np.cos(way))[:, None] * second
    up = Ellipsoid(frame=FRAME).height(east, north) + np.where(flies, 800.0, 0.0)[:, None]
    kind = np.where(flies, TargetClass.ROTARY_WING, TargetClass.WHEELED).astype(np.uint8)
    return Timetable(
        Trajectories(
            row=np.repeat(np.arange(vehicles, dtype=np.int32), seconds),
            time=START + np.tile(second * 1_000_000_000, vehicles),
            east=east.ravel(),
            north=north.ravel(),
            up=up.ravel(),
            frame=FRAME,
            entities=Entities.empty(vehicles, entity=1 + np.arange(vehicles, dtype=np.int64), target_class=kind),
        )
    )


def make_scene(timetable: Timetable) -> Scene:
    """All that the detection level has: wind, false alarms, fixed points, navigation errors."""
    points = scatter_points(np.random.default_rng(2), (-200e3, -90e3, 200e3, 90e3), Ellipsoid(frame=FRAME), 200, 20)
    surroundings = Surroundings(points=points, weather=Weather(wind=5.0))
    radar = Radar()
    return Scene(
        timetable=timetable,
        radar=radar,
        performance=usual_performance(radar, surroundings.weather, 220.0),
        imperfections=Imperfections(),
        surroundings=surroundings,
    )


def plan(revisit: int) -> Dwells:
    """Plan a revisit of the whole sector; its first dwells, as many as are counted on."""
    area = Area(frame=FRAME, west=-200e3, south=-100e3, east=200e3, north=80e3)
    orbit = Racetrack(frame=FRAME, east=0.0, north=NORTH, heading=np.pi / 2, speed=220.0, start=START)
    schedule = Schedule(area=area, start=START, period=PERIOD, beams=600)
    return plan_revisit(schedule, orbit, revisit, Origin(source="benchmark", simulated=True)).take(slice(0, DWELLS))


def main() -> None:
    """Time it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vehicles", type=int, default=10_000)
    parser.add_argument("--revisits", type=int, default=5)
    chosen = parser.parse_args()
    scene = make_scene(make_timetable(chosen.vehicles, round(chosen.revisits * PERIOD) + 1))
    spent = []
    for revisit in range(chosen.revisits):
        dwells = plan(revisit)
        begun = time.process_time()
        result = detect(scene, dwells)
        spent.append(time.process_time() - begun)
        print(f"{len(dwells)} dwells, {len(result.looks)} looks, {len(result.dwells.plots)} plots: {spent[-1]:.3f} s")
    print(f"first {spent[0]:.3f} s of CPU, then {np.median(spent[1:] or spent):.3f} s a revisit (median)")


if __name__ == "__main__":
    main()
