"""Make recordings of others' traffic, to track and to measure with; nothing of them is shipped.

``python benchmarks/make_recordings.py TRAFFIC_FOLDER OUT_FOLDER`` reads the vehicle truth that lies beside the
checkout (SUMO on OpenStreetMap roads; road data: OpenStreetMap contributors, ODbL 1.0) and writes one truth-tagged
STANAG 4607 file for each region, as our radar would see it.
"""

import argparse
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sidelook.formats.stanag4607 import JobNotes, MotionErrors, Preset, WriterSettings, encode_dwells
from sidelook.geometry.frames import LocalFrame
from sidelook.geometry.ground import Ellipsoid
from sidelook.model.origin import Classification, Origin
from sidelook.model.plots import TargetClass
from sidelook.model.radar import Radar
from sidelook.model.truth import Entities, TruthSamples
from sidelook.simulation.detection.revisits import World, simulate_all
from sidelook.simulation.detection.scene import Scene, Surroundings, Weather, usual_performance
from sidelook.simulation.orbit import Racetrack
from sidelook.simulation.schedule import Area, Schedule
from sidelook.simulation.trajectories import Timetable, Trajectories
from sidelook.simulation.truth import trajectories_from_samples

START = 1_777_876_200_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """One table of truth and how to look at it.

    Attributes
    ----------
    file : name of the table
    step : between its samples, s
    beams : of a revisit
    geoid : height of the geoid above the ellipsoid there, m; the table's heights are above the geoid
    stand_off : from the south edge of the traffic to the middle of the racetrack, m
    revisits : as many as the truth lasts for
    """

    file: str
    step: float
    beams: int
    geoid: float
    stand_off: float
    revisits: int


REGIONS = {
    "lower_saxony": Region(
        file="lower_saxony_fcd_20min_2s.parquet", step=2.0, beams=80, geoid=43.0, stand_off=90e3, revisits=40
    ),
    "andorra": Region(
        file="andorra_fcd_30min_1hz.parquet", step=1.0, beams=40, geoid=54.0, stand_off=100e3, revisits=60
    ),
}


def read_truth(folder: Path, region: Region) -> Trajectories:
    """Read a table of truth; its heights are put on the ellipsoid."""
    table = pq.read_table(folder / region.file)
    identity = table["id"].combine_chunks()
    longitude, latitude = (np.radians(table[name].to_numpy() * 1e-7) for name in ("lon_e7", "lat_e7"))
    second = table["time_s"].to_numpy()
    above_geoid = table["z_dm"].to_numpy() * 0.1 if "z_dm" in table.column_names else np.zeros(len(table))
    samples = TruthSamples(
        row=identity.indices.to_numpy().astype(np.int32),
        time=START + (second - second.min()).astype(np.int64) * 1_000_000_000,
        latitude=latitude,
        longitude=longitude,
        height=above_geoid + region.geoid,
        entities=entities(identity),
    )
    frame = LocalFrame(latitude=float(np.median(latitude)), longitude=float(np.median(longitude)))
    return trajectories_from_samples(samples, frame, longest_gap=1.25 * region.step)


def entities(identity: pa.DictionaryArray) -> Entities:
    """Tell who the vehicles are; those called ``convoy_NAME_...`` are of the convoy of that name."""
    names = identity.dictionary.to_pylist()
    convoy = [name.split("_")[1].split(".")[0] if name.startswith("convoy_") else "" for name in names]
    number = {name: row for row, name in enumerate(sorted(set(convoy) - {""}))}
    return Entities.empty(
        len(names),
        entity=1 + np.arange(len(names), dtype=np.int64),
        target_class=np.full(len(names), TargetClass.WHEELED, np.uint8),
        formation=np.array([number.get(name, -1) for name in convoy], np.int32),
        names=tuple(names),
    )


def make_world(truth: Trajectories, region: Region) -> World:
    """Fly a radar south of the traffic."""
    west, east = np.percentile(truth.east, [0.01, 99.99])
    south, north = np.percentile(truth.north, [0.01, 99.99])
    area = Area(frame=truth.frame, west=float(west), south=float(south), east=float(east), north=float(north))
    middle = 0.5 * (area.west + area.east)
    orbit = Racetrack(
        frame=truth.frame, east=middle, north=area.south - region.stand_off, heading=np.pi / 2.0, start=START
    )
    radar, level = Radar(), float(np.median(truth.up))
    return World(
        scene=Scene(
            timetable=Timetable(truth),
            radar=radar,
            performance=usual_performance(radar, Weather(), orbit.speed),
            surroundings=Surroundings(ground=Ellipsoid(frame=truth.frame, above=level)),
            seed=1,
        ),
        orbit=orbit,
        schedule=Schedule(area=area, start=START, beams=region.beams),
        origin=Origin(
            source="simulation",
            classification=Classification.UNCLASSIFIED,
            nationality="XN",
            platform="SIDELOOK",
            mission=2,
            job=1,
            version="30",
            simulated=True,
            exercise=True,
        ),
    )


def main() -> None:
    """Write a recording of each region."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("traffic", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--region", choices=sorted(REGIONS), action="append")
    parser.add_argument("--revisits", type=int)
    chosen = parser.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    for name in chosen.region or sorted(REGIONS):
        region, begun = REGIONS[name], time.process_time()
        truth = read_truth(chosen.traffic, region)
        read = time.process_time()
        dwells = simulate_all(make_world(truth, region), chosen.revisits or region.revisits)
        simulated = time.process_time()
        settings = WriterSettings(
            preset=Preset.COMPLETE_WITH_TRUTH,
            job=JobNotes(revisit_interval=30.0),
            motion_errors=MotionErrors(track=1e-3, speed=0.1, climb=0.1),
        )
        recording = b"".join(encode_dwells(dwells, settings))
        (chosen.out / f"{name}.4607").write_bytes(recording)
        print(
            f"{name}: {len(truth.entities)} vehicles, {len(dwells)} dwells, {len(dwells.plots)} plots, "
            f"{len(recording) / 1e6:.1f} MB; CPU s: read {read - begun:.1f}, simulate {simulated - read:.1f}, "
            f"write {time.process_time() - simulated:.1f}"
        )


if __name__ == "__main__":
    main()
