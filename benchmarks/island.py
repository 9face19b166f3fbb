"""What does a fictional island cost to make, and how large is it? ``python benchmarks/island.py``.

CPU seconds of one process, kernels compiled; each part is run once, in the order in which it is made.
"""

import json
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from sidelook.formats.map_tiles import MapSettings, encode_map
from sidelook.simulation.island.drawing import island_map
from sidelook.simulation.island.grids import land_classes, terrain_of
from sidelook.simulation.island.making import FULL, SMALL, make_island
from sidelook.simulation.island.relief import ReliefSettings
from sidelook.simulation.island.towns import TownSettings

Result = TypeVar("Result")
KIB = 1024


def timed(what: str, work: Callable[[], Result]) -> Result:
    """Do something and print a row with its CPU seconds and the peak of memory so far."""
    begun = time.process_time()
    result = work()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KIB
    print(f"| {what} | {time.process_time() - begun:.2f} | {peak:.0f} |")
    return result


def main() -> None:
    """Print one row for each part."""
    tiny = ReliefSettings(half_width=12_000.0, half_depth=10_000.0)
    make_island(replace(SMALL, relief=tiny, towns=TownSettings(named=4, hamlets=4)))  # compiles
    print("| part | CPU s | peak MiB |")
    print("|---|--:|--:|")
    timed("small island, 132 x 100 km", lambda: make_island(SMALL))
    island = timed("full island, 300 x 250 km", lambda: make_island(FULL))
    terrain = timed("terrain on latitude and longitude", lambda: terrain_of(island))
    timed("land classes on the same grid", lambda: land_classes(island))
    drawn = timed("GeoJSON features", lambda: island_map(island))
    lines = island_map(island, river_lines=True)
    tiles = timed("PMTiles", lambda: encode_map(lines, MapSettings(name=island.name)))
    text = json.dumps(drawn, separators=(",", ":"), ensure_ascii=False)
    rows, columns = island.relief.height.shape
    print(
        f"\ngrid {rows} x {columns}, terrain {terrain.values.shape[0]} x {terrain.values.shape[1]}"
        f" ({terrain.values.nbytes / 1e6:.1f} MB); {len(island.roads)} edges, {len(island.towns)} towns,"
        f" {len(island.rivers)} rivers; GeoJSON {len(text.encode()) / 1e6:.2f} MB, PMTiles {len(tiles) / 1e6:.2f} MB"
    )
    sys.stdout.flush()


if __name__ == "__main__":
    main()
