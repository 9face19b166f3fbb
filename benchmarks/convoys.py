"""Do convoys keep together? ``python benchmarks/convoys.py [--seconds S] [--seeds N] [--extract FILE] [--shuttle]``.

Convoys in ordinary traffic on the small island, or on the roads of an OpenStreetMap extract, second by second: gaps
from a vehicle's front to the rear ahead along the way, the share of time in which a column is within so many times
its nominal length, and how often a column turns back. Nominal is the gap that followers keep at the column's
speed. They wander between places, or shuttle each between two places, which makes them turn.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sidelook.geography.osm import read_roads
from sidelook.simulation.scenario.country import Country, island_country, island_settings, real_country
from sidelook.simulation.traffic.model import RoadTraffic, make_traffic
from sidelook.simulation.traffic.settings import Convoy, Stop, TrafficSettings

SIZES = (8, 12, 6, 10)
LONG = (1.1, 1.2, 1.5)  # nominal lengths
BACK = -0.85  # cosine of a turn that goes back
PERCENT = (50, 95, 99, 100)


def make(country: Country, seed: int, *, shuttle: bool) -> RoadTraffic:
    """Make traffic with four convoys."""
    rng = np.random.default_rng(seed)
    stops = [tuple(Stop(place=int(place)) for place in pair) for pair in rng.permutation(24)[:8].reshape(4, 2)]
    convoys = tuple(Convoy(size=size, stops=pair if shuttle else ()) for size, pair in zip(SIZES, stops, strict=True))
    settings = TrafficSettings(start=0, convoys=convoys)
    return make_traffic(rng, country.roads, country.frame, country.ground, country.places, settings)


def measure(traffic: RoadTraffic, seconds: int) -> Iterator[tuple[list[NDArray[np.float64]], float, int]]:
    """Give for every second the gaps of each convoy, the leaders' mean speed and how many of them turned back."""
    state, formation = traffic.first, traffic.entities.formation
    heading = traffic.town.links["heading"]
    for _ in range(seconds):
        before = state.book.vehicles
        state, _ = traffic.step(state, 1, 0)
        cars = state.book.vehicles
        gaps = []
        for number in range(len(SIZES)):
            column = cars[formation == number]
            gaps.append(-np.diff(column["driven"]) - column["length"][:-1])
        leads = np.flatnonzero(cars["leads"] & (cars["hop"] != before["hop"]))
        turn = np.sum(heading[before["link"][leads], 2:] * heading[cars["link"][leads], :2], axis=-1)
        yield gaps, float(cars["speed"][cars["leads"]].mean()), int((turn < BACK).sum())


def main() -> None:
    """Print gaps, lengths and turns."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=3_600)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--extract", type=Path)
    parser.add_argument("--shuttle", action="store_true")
    chosen = parser.parse_args()
    if chosen.extract:
        roads = read_roads(chosen.extract.read_bytes())
        country = real_country(np.random.default_rng(1), roads, None, 0.0)
    else:
        country = island_country(island_settings(full=False, seed=1))
    convoy = Convoy(size=1)
    nominal = convoy.spacing + convoy.headway * convoy.speed
    gaps, within, speeds, turns = [], [], [], 0
    for seed in range(chosen.seeds):
        for found, speed, back in measure(make(country, seed, shuttle=chosen.shuttle), chosen.seconds):
            gaps += found
            within += [np.mean(gap) <= nominal * np.array(LONG) for gap in found]
            speeds.append(speed)
            turns += back
    text = ", ".join(
        f"{p}% {v:.0f} m" for p, v in zip(PERCENT, np.percentile(np.concatenate(gaps), PERCENT), strict=True)
    )
    print(f"gaps, nominal {nominal:.0f} m: {text}")
    for times, share in zip(LONG, np.mean(within, axis=0), strict=True):
        print(f"{share:.1%} of the time within {times} nominal lengths")
    print(f"leaders' mean speed {np.mean(speeds):.1f} m/s")
    hours = len(SIZES) * len(speeds) / 3_600
    print(f"{turns / hours:.1f} turns back an hour and convoy")


if __name__ == "__main__":
    main()
