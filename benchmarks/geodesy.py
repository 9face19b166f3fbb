"""How fast is the geometry? A million points beside pymap3d and pyproj: ``python benchmarks/geodesy.py``.

CPU seconds of one process, the best of five runs each; see benchmarks/README.md for machine and date.
"""

import time
from collections.abc import Callable

import numpy as np
import pymap3d
import pyproj

from sidelook.geometry.frames import LocalFrame, enu_to_geodetic, geodetic_to_enu
from sidelook.geometry.wgs84 import ecef_to_geodetic, geodetic_to_ecef

POINTS = 1_000_000


def cpu_seconds(work: Callable[[], object], runs: int = 5) -> float:
    """Give the CPU time of the fastest of some runs."""
    best = np.inf
    for _ in range(runs):
        begun = time.process_time()
        work()
        best = min(best, time.process_time() - begun)
    return float(best)


def main() -> None:
    """Print one row for each operation."""
    rng = np.random.default_rng(1)
    latitude, longitude = rng.uniform(-1.5, 1.5, POINTS), rng.uniform(-3.0, 3.0, POINTS)
    height = rng.uniform(0.0, 20_000.0, POINTS)
    place = (0.66, -0.75, 100.0)
    frame = LocalFrame(latitude=place[0], longitude=place[1], height=place[2])
    ecef, enu = geodetic_to_ecef(latitude, longitude, height), geodetic_to_enu(latitude, longitude, height, frame)
    x, y, z = np.ascontiguousarray(ecef.T)
    east, north, up = np.ascontiguousarray(enu.T)
    peer = pyproj.Transformer.from_crs("EPSG:4979", "EPSG:4978", always_xy=True)
    rows: dict[str, dict[str, Callable[[], object]]] = {
        "geodetic to ECEF": {
            "sidelook": lambda: geodetic_to_ecef(latitude, longitude, height),
            "pymap3d": lambda: pymap3d.geodetic2ecef(latitude, longitude, height, deg=False),
            "pyproj": lambda: peer.transform(longitude, latitude, height, radians=True),
        },
        "ECEF to geodetic": {
            "sidelook": lambda: ecef_to_geodetic(ecef),
            "pymap3d": lambda: pymap3d.ecef2geodetic(x, y, z, deg=False),
            "pyproj": lambda: peer.transform(x, y, z, radians=True, direction="INVERSE"),
        },
        "geodetic to local": {
            "sidelook": lambda: geodetic_to_enu(latitude, longitude, height, frame),
            "pymap3d": lambda: pymap3d.geodetic2enu(latitude, longitude, height, *place, deg=False),
        },
        "local to geodetic": {
            "sidelook": lambda: enu_to_geodetic(enu, frame),
            "pymap3d": lambda: pymap3d.enu2geodetic(east, north, up, *place, deg=False),
        },
    }
    print("| CPU s a million points | sidelook | pymap3d | pyproj |")
    print("|---|---:|---:|---:|")
    for name, programs in rows.items():
        cells = [
            f"{cpu_seconds(programs[who]):.3f}" if who in programs else "" for who in ("sidelook", "pymap3d", "pyproj")
        ]
        print(f"| {name} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
