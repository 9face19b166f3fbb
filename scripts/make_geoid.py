"""Make the geoid grid that is shipped, from the one in Debian's ``proj-data``: ``python scripts/make_geoid.py GTX``.

``apt-get download proj-data`` and ``dpkg-deb -x proj-data_*.deb FOLDER`` give ``FOLDER/usr/share/proj/egm96_15.gtx``.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

from sidelook.geometry.geoid import COLUMNS, FILE, ROWS, pack, unpack

DATA = Path(__file__).resolve().parents[1] / "src" / "sidelook" / "data"
HEADER = 40  # GTX: south, west, two steps as float64, rows and columns as int32, all big-endian


def read_gtx(data: bytes) -> np.ndarray:
    """Give the undulations of ``egm96_15.gtx`` from 90 degrees north down and from Greenwich east, m."""
    place = np.frombuffer(data[:32], ">f8")
    size = np.frombuffer(data[32:HEADER], ">i4")
    if place.tolist() != [-90.0, -180.0, 0.25, 0.25] or size.tolist() != [ROWS, COLUMNS]:
        sys.exit("this is not the 15 minute grid of EGM96")
    rows = np.frombuffer(data[HEADER:], ">f4").reshape(ROWS, COLUMNS)[::-1]
    return np.roll(rows, COLUMNS // 2, axis=1).astype(np.float64)


def main() -> None:
    """Write the packed grid and say what packing cost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("gtx", type=Path)
    parser.add_argument("folder", nargs="?", type=Path, default=DATA)
    chosen = parser.parse_args()
    full = read_gtx(chosen.gtx.read_bytes())
    packed = pack(full)
    (chosen.folder / FILE).write_bytes(packed)
    loss = np.abs(unpack(packed) - full).max()
    sys.stdout.write(f"{FILE}: {len(packed):,} bytes, within {loss * 100:.2f} cm of the full grid\n")


if __name__ == "__main__":
    main()
