"""What a month at one site costs: 28 missions of eight hours, hourly counts, three images each, asked for at every end.

``python benchmarks/monitoring/month.py [--vehicles 100]``; README.md beside this file has the figures.
"""

import argparse
import resource
import time

import numpy as np

from sidelook.model.origin import Origin
from sidelook.model.stock import FlowObservation, ImageCount
from sidelook.monitoring.change import Question, trend
from sidelook.monitoring.settings import StockSettings
from sidelook.monitoring.stock import as_table, follow_site

HOUR = 3_600_000_000_000
MISSIONS, SPANS = 28, 8
ORIGIN = Origin(source="month", simulated=True)


def observe(vehicles: int, rng: np.random.Generator) -> tuple[FlowObservation, ImageCount]:
    """Make up counts of a site where as many come as leave."""
    missions = 24 * HOUR * np.arange(MISSIONS)
    start = (missions[:, None] + HOUR * np.arange(SPANS)).ravel()
    taken = (missions[:, None] + HOUR * np.array([1, 4, 7])).ravel()
    crossings = rng.poisson(0.03 * vehicles, (2, len(start))).astype(np.int32)
    flow = FlowObservation.empty(
        len(start),
        site=np.zeros(len(start), np.int32),
        start=start,
        end=start + HOUR,
        seen_in=crossings[0],
        seen_out=crossings[1],
        exposure_in=np.full(len(start), 0.7),
        exposure_out=np.full(len(start), 0.7),
        origins=(ORIGIN,),
    )
    images = ImageCount.empty(
        len(taken),
        site=np.zeros(len(taken), np.int32),
        time=taken,
        counted=rng.binomial(vehicles, 0.9, len(taken)).astype(np.int32),
        detection_probability=np.full(len(taken), 0.9),
        detection_error=np.full(len(taken), 0.04),
        false_alarms=np.full(len(taken), 1.0),
        share=np.ones(len(taken)),
        origins=(ORIGIN,),
    )
    return flow, images


def main() -> None:
    """Print the CPU time of the stock and of the trend, and the memory."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--vehicles", type=int, default=100)
    vehicles = parser.parse_args().vehicles
    flow, images = observe(vehicles, np.random.default_rng(1))
    times = 24 * HOUR * np.arange(MISSIONS) + SPANS * HOUR
    best = [np.inf, np.inf]
    for _ in range(3):
        began = time.process_time()
        stock = follow_site(0, flow, images, times, StockSettings(largest=5000))
        as_table(stock, 0.9)
        followed = time.process_time()
        trend(stock, Question(least=0.1 * vehicles), np.random.default_rng(1))
        best = [min(best[0], followed - began), min(best[1], time.process_time() - followed)]
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{vehicles} vehicles: stock {best[0]:.2f} s of CPU, trend {best[1]:.2f} s more; {memory:.0f} MiB at most")


if __name__ == "__main__":
    main()
