"""Make the recording and the map that are shipped by playing ``wide_area``: ``python scripts/make_island.py [FOLDER]``.

The same seed gives the same bytes with the same locked packages. Nothing in it is taken from real data.
"""

import argparse
import shutil
import tempfile
from pathlib import Path

from sidelook.mission.simulate import SimulateOptions, simulate

DATA = Path(__file__).resolve().parents[1] / "src" / "sidelook" / "data"


def main() -> None:
    """Write ``island.4607`` and ``island.geojson``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=DATA)
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        simulate("wide_area", Path(scratch) / "wide_area", SimulateOptions())
        for made, kept in (("recording.4607", "island.4607"), ("island.geojson", "island.geojson")):
            shutil.copyfile(Path(scratch) / "wide_area" / made, folder / kept)


if __name__ == "__main__":
    main()
