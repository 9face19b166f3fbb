"""Make the recording and the map that are shipped: ``python scripts/make_island.py [FOLDER]``.

The same seeds give the same bytes with the same version of NumPy. Nothing in it is taken from real data.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np

from sidelook.formats.stanag4607 import (
    JobNotes,
    MissionNotes,
    MotionErrors,
    Preset,
    SensorErrors,
    WriterSettings,
    encode_dwells,
)
from sidelook.sensing.performance import at_snr
from sidelook.simulation.demonstration import DemonstrationSettings, demonstrate
from sidelook.simulation.detection.revisits import World, simulate_all
from sidelook.simulation.island_map import island_map

DATA = Path(__file__).resolve().parents[1] / "src" / "sidelook" / "data"
REVISITS = 110
USUAL_SNR_DB = 20.0


def writer_settings(world: World) -> WriterSettings:
    """Say in the mission and job segments what the world is."""
    tables, schedule = world.scene.performance, world.schedule
    slant, azimuth, doppler = (
        float(at_snr(tables, table, USUAL_SNR_DB))
        for table in (tables.sigma_slant_range, tables.sigma_azimuth, tables.sigma_doppler)
    )
    errors = SensorErrors(
        sigma_slant_range=slant,
        sigma_cross_range_angle=azimuth,
        sigma_radial_speed=float(np.hypot(doppler, azimuth * world.orbit.speed)),
        minimum_detectable_speed=schedule.minimum_detectable_speed,
    )
    return WriterSettings(
        preset=Preset.COMPLETE_WITH_TRUTH,
        mission=MissionNotes(plan="FICTION", flight_plan="RACETRACK"),
        job=JobNotes(
            sensor_model="SIM",
            revisit_interval=schedule.period,
            errors=errors,
            detection_probability=0.95,
        ),
        motion_errors=MotionErrors(track=1e-3, speed=0.1, climb=0.1),
    )


def main() -> None:
    """Write ``island.4607`` and ``island.geojson``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=DATA)
    parser.add_argument("--revisits", type=int, default=REVISITS)
    chosen = parser.parse_args()
    island, world = demonstrate(DemonstrationSettings())
    dwells = simulate_all(world, chosen.revisits)
    chosen.folder.mkdir(parents=True, exist_ok=True)
    recording = b"".join(encode_dwells(dwells, writer_settings(world)))
    (chosen.folder / "island.4607").write_bytes(recording)
    drawn = json.dumps(island_map(island), separators=(",", ":"), ensure_ascii=False)
    (chosen.folder / "island.geojson").write_text(drawn + "\n", encoding="utf-8")
    sizes = f"{len(dwells)} dwells, {len(dwells.plots)} plots, {len(recording)} bytes; map of {len(drawn)} bytes"
    sys.stdout.write(f"{chosen.folder}: {sizes}\n")


if __name__ == "__main__":
    main()
