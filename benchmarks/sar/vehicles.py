"""Parked vehicles of an image: how many are found, how many false ones come along, and whether the count holds.

``python benchmarks/sar/vehicles.py [--seeds 8]``; README.md beside this file has the method and figures.
"""

import argparse
import time
from dataclasses import dataclass, field

import numpy as np

from sidelook.model.columns import Floats
from sidelook.model.image import centred_grid
from sidelook.sar.cfar import CellAveraging
from sidelook.sar.multilook import independent_share
from sidelook.sar.vehicles import VehicleSize, count_interval, find_vehicles
from sidelook.simulation.ground_image import Imager, park_vehicles, simulate_image

PIXELS = 1000
SIZE = (5.0, 2.0)  # m
GROUND = 10.0**-1.5  # -15 dB
APART = 25.0  # m
PITCH, ROW = 2.8, 5  # m from one vehicle of a row to the next; vehicles
NEAR = 3.0  # m, from a vehicle's middle: the vehicle's; one and a half times the resolution where that is more
ASKED = (1.0, 100.0)
CASES = ((0.3, 0.0), (0.5, 0.0), (0.5, 10.0), (1.0, 0.0), (1.0, 10.0), (3.0, 10.0))  # resolution, m; dBsm


CARS_ONLY = "rows, cars only"
CARS = VehicleSize(shortest=1.0, longest=7.5, widest=4.0)


@dataclass
class Tally:
    """What was found over the seeds."""

    parked: int = 0
    found: int = 0
    split: int = 0
    false: int = 0
    area: float = 0.0
    seconds: float = 0.0
    misses: list[Floats] = field(default_factory=list)
    counts: list[tuple[int, int, float]] = field(default_factory=list)  # parked, reported, area km2

    @property
    def probability(self) -> float:
        """Of detection, never quite one where all of a few were found: Jeffreys' estimate."""
        return (self.found + 0.5) / (self.parked + 1.0)

    @property
    def extra(self) -> float:
        """Reports that are no vehicle's first, per km2."""
        return (self.false + self.split) / self.area


def texture(rng: np.random.Generator, order: float) -> Floats:
    """Give ground in patches of 32 pixels whose mean is gamma distributed: K clutter of that order; even for zero."""
    if not order:
        return np.full((PIXELS, PIXELS), GROUND)
    side = -(-PIXELS // 32)
    patches = GROUND * rng.gamma(order, 1.0 / order, (side, side))
    return np.asarray(np.kron(patches, np.ones((32, 32)))[:PIXELS, :PIXELS])


def play(tally: Tally, case: tuple[float, float], asked: tuple[float, float], seed: int, ground: str) -> None:
    """Park vehicles, find them and count."""
    resolution, rcs_dbsm = case
    rng = np.random.default_rng(seed)
    spacing = 0.7 * resolution
    imager = Imager(grid=centred_grid((PIXELS, PIXELS), spacing), resolution=resolution)
    side = int(PIXELS * spacing / APART) - 1
    lattice = APART * (np.stack(np.divmod(np.arange(side**2), side), axis=1) - 0.5 * (side - 1))
    stands = lattice[rng.random(side**2) < 0.5]  # noqa: PLR2004 - every other place, at random
    stands = stands + rng.uniform(-4.0, 4.0, stands.shape)
    headings = rng.uniform(0.0, np.pi, len(stands))
    if ground.startswith("rows"):
        right = np.stack([np.cos(headings), -np.sin(headings)], axis=1)
        beside = PITCH * (np.arange(ROW) - 0.5 * (ROW - 1))
        stands = (stands[:, None] + beside[:, None] * right[:, None]).reshape(-1, 2)
        headings = np.repeat(headings, ROW)
    count = len(stands)
    places = np.column_stack([stands, np.zeros(count)])
    parked = park_vehicles(places, headings, SIZE, 10.0 ** (rcs_dbsm / 10.0), rng)
    image = simulate_image(imager, texture(rng, 4.0 if ground == "K, order 4" else 0.0), parked, rng)
    settings = CellAveraging(independent_share=independent_share(image), false_alarms_per_km2=asked[0])
    begin = time.process_time()
    vehicles, _ = find_vehicles(image, settings, CARS if ground == CARS_ONLY else VehicleSize(shortest=asked[1]))
    tally.seconds += time.process_time() - begin
    away = np.hypot(vehicles.east[:, None] - places[:, 0], vehicles.north[:, None] - places[:, 1])
    nearest = away.argmin(axis=1) if len(vehicles) else np.zeros(0, int)
    hit = away.min(axis=1, initial=np.inf) < max(NEAR, 1.5 * resolution)
    tally.parked += count
    tally.found += len(np.unique(nearest[hit]))
    tally.split += hit.sum() - len(np.unique(nearest[hit]))
    tally.false += (~hit).sum()
    tally.area += vehicles.area / 1e6
    tally.counts.append((count, len(vehicles), vehicles.area / 1e6))
    tally.misses.append(((vehicles.east - places[nearest, 0]) / vehicles.east_error)[hit])


def held(learnt: Tally, played: Tally) -> float:
    """Share of images whose true number lies in the interval, by the rates measured on other seeds."""
    intervals = [
        count_interval(n, detection_probability=learnt.probability, false_alarms=learnt.extra * km2)
        for _, n, km2 in played.counts
    ]
    return float(np.mean([c.low <= t[0] <= c.high for c, t in zip(intervals, played.counts, strict=True)]))


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=8, help="images a row; as many again for the count")
    given = parser.parse_args()
    print(
        "| ground | resolution, m | vehicle, dBsm | asked, false / km2 | shortest, m | parked | P_d | false / km2 |"
        " reported again | east error over told | count held | CPU s / image |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|---|---|")
    rows = [("even", case, (rate, 0.0)) for case in CASES for rate in ASKED]
    rows += [(ground, case, (10.0, 1.0)) for ground in ("even", "K, order 4", "rows", CARS_ONLY) for case in CASES[:-1]]
    for ground, case, asked in rows:
        learnt, played = Tally(), Tally()
        for seed in range(given.seeds):
            play(learnt, case, asked, seed, ground)
            play(played, case, asked, 1000 + seed, ground)
        miss = np.sqrt((np.concatenate(learnt.misses) ** 2).mean())
        print(
            f"| {ground} | {case[0]} | {case[1]:g} | {asked[0]:g} | {asked[1]:g} |"
            f" {learnt.parked} | {learnt.found / learnt.parked:.3f} | {learnt.false / learnt.area:.1f} |"
            f" {learnt.split / learnt.parked:.3f} | {miss:.2f} | {held(learnt, played):.2f} |"
            f" {learnt.seconds / given.seeds:.2f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
