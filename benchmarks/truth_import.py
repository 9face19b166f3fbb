"""Measure how fast truth is read.

``python benchmarks/truth_import.py [DATA_FOLDER]`` writes one synthetic recording of traffic in each form, reads each
in this process and prints rows a second of CPU, best of three; with the folder of shared data it also reads the
traffic, aircraft and roads in there. All of it is held in memory beforehand, so no disk is measured.
"""

import argparse
import gzip
import io
import struct
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pcsv
import pyarrow.parquet as pq

from sidelook.formats.truth.adsb import read_adsb_parquet
from sidelook.formats.truth.dis import read_dis
from sidelook.formats.truth.fcd import read_fcd_parquet, read_fcd_xml
from sidelook.formats.truth.parquet import TruthParquetWriter, read_truth
from sidelook.formats.truth.table import read_csv, read_parquet
from sidelook.geography.osm import read_roads
from sidelook.geometry.frames import LocalFrame
from sidelook.geometry.ground import Ellipsoid
from sidelook.geometry.wgs84 import geodetic_to_ecef
from sidelook.model.truth import TruthLooks
from sidelook.simulation.truth import trajectories_from_samples

VEHICLES, STEPS = 5_000, 100


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", nargs="?", type=Path, help="folder of shared data")
    folder = parser.parse_args().data
    print(f"{'form':44} {'rows':>10} {'MB':>7} {'CPU s':>7} {'rows/s':>12}")
    longitude, latitude, second, vehicle = traffic()
    measure("Parquet, whole numbers", read_parquet, compact(longitude, latitude, second, vehicle))
    own = own_table(longitude, latitude, second, vehicle)
    measure("Parquet, our columns", read_parquet, packed(own))
    measure("CSV, our columns", read_csv, delimited(own))
    measure("SUMO Parquet", read_fcd_parquet, sumo_table(longitude, latitude, second, vehicle))
    text = sumo_text(longitude, latitude, second, vehicle)
    measure("SUMO XML", read_fcd_xml, text)
    measure("SUMO XML, gzip", read_fcd_xml, gzip.compress(text, 1))
    measure("DIS entity states", read_dis, entity_states(longitude, latitude, second, vehicle))
    looks = truth_looks(longitude, latitude, second, vehicle)
    began = time.process_time()
    data = written(looks)
    report("our truth, writing", len(looks), len(data), time.process_time() - began)
    measure("our truth, reading", read_truth, data)
    if folder is not None:
        measure_shared(folder)


def measure_shared(folder: Path) -> None:
    """Measure on real data."""
    for path in sorted((folder / "traffic").glob("*fcd*.parquet")):
        samples = measure(path.name, read_parquet, path.read_bytes())
        frame = LocalFrame(latitude=float(samples.latitude.mean()), longitude=float(samples.longitude.mean()))
        began = time.process_time()
        trajectories_from_samples(samples, frame, ground=Ellipsoid(frame=frame))
        report("  as trajectories", len(samples), 0, time.process_time() - began)
    for path in sorted((folder / "aircraft").glob("*.parquet")):
        measure(path.name, read_adsb_parquet, path.read_bytes())
    for path in sorted((folder / "roads").glob("*.osm.*")):
        measure(f"{path.name} (edges)", read_roads, path.read_bytes())


def measure(form: str, read: Callable[[bytes], object], data: bytes) -> object:
    """Read three times and report the best."""
    best, made = np.inf, None
    for _ in range(3):
        began = time.process_time()
        made = read(data)
        best = min(best, time.process_time() - began)
    made = getattr(made, "samples", made)
    report(form, len(made), len(data), best)
    return made


def report(form: str, rows: int, size: int, seconds: float) -> None:
    """Print one line."""
    print(f"{form:44} {rows:>10,} {size / 1e6:>7.1f} {seconds:>7.2f} {rows / seconds:>12,.0f}")


def traffic() -> tuple[np.ndarray, ...]:
    """Drive vehicles eastwards, one row a vehicle and second: degrees, degrees, s, number."""
    second, vehicle = np.divmod(np.arange(VEHICLES * STEPS), VEHICLES)
    return 9.0 + vehicle * 2e-4 + second * 3e-4, 52.0 + vehicle * 1e-4, second, vehicle


def compact(longitude: np.ndarray, latitude: np.ndarray, second: np.ndarray, vehicle: np.ndarray) -> bytes:
    """Write whole numbers, sorted by vehicle as recordings are kept."""
    order = np.lexsort((second, vehicle))
    columns = {
        "time_s": second[order].astype(np.int32),
        "id": words(vehicle[order]),
        "lon_e7": np.rint(longitude[order] * 1e7).astype(np.int32),
        "lat_e7": np.rint(latitude[order] * 1e7).astype(np.int32),
        "type": pa.array(["truck"] * len(order)).dictionary_encode(),
    }
    return packed(columns)


def own_table(
    longitude: np.ndarray, latitude: np.ndarray, second: np.ndarray, vehicle: np.ndarray
) -> dict[str, object]:
    """Give our columns, sorted by time."""
    return {
        "time_s": second.astype(float),
        "id": words(vehicle),
        "latitude_deg": np.round(latitude, 7),
        "longitude_deg": np.round(longitude, 7),
        "height_m": np.full(len(second), 100.5),
        "class": pa.array(["truck"] * len(second)).dictionary_encode(),
    }


def sumo_table(longitude: np.ndarray, latitude: np.ndarray, second: np.ndarray, vehicle: np.ndarray) -> bytes:
    """Write Parquet as SUMO does, words without dictionaries."""
    columns = {
        "timestep_time": second.astype(float),
        "vehicle_id": words(vehicle).cast(pa.string()),
        "vehicle_x": longitude,
        "vehicle_y": latitude,
        "vehicle_angle": np.full(len(second), 90.0, np.float32),
        "vehicle_type": ["truck"] * len(second),
    }
    return packed(columns)


def sumo_text(longitude: np.ndarray, latitude: np.ndarray, second: np.ndarray, vehicle: np.ndarray) -> bytes:
    """Write XML as SUMO does."""
    lines = ["<fcd-export>"]
    for row, (x, y, number) in enumerate(zip(longitude.tolist(), latitude.tolist(), vehicle.tolist(), strict=True)):
        if number == 0:
            lines += ["</timestep>"] * (row > 0) + [f'<timestep time="{second[row]:.2f}">']
        lines.append(
            f'<vehicle id="v{number}" x="{x:.6f}" y="{y:.6f}" angle="90.00" type="truck" speed="20.00" pos="5.10" '
            'lane="edge_0" slope="0.00"/>'
        )
    return "\n".join([*lines, "</timestep>", "</fcd-export>"]).encode()


def entity_states(longitude: np.ndarray, latitude: np.ndarray, second: np.ndarray, vehicle: np.ndarray) -> bytes:
    """Pack PDUs of 144 bytes."""
    place = geodetic_to_ecef(np.radians(latitude), np.radians(longitude), 100.0).tolist()
    units = (np.rint(second * (2**31 - 1) / 3_600.0).astype(np.int64) << 1 | 1).tolist()
    form = struct.Struct(">BBBBIHBBHHHBBBBHBBBB8x12x3d12x4xB39x12x4x")
    return b"".join(
        form.pack(7, 1, 1, 1, unit, 144, 0, 0, 1, 1, number + 1, 0, 0, 1, 1, 0, 7, 0, 0, 0, *at, 2)
        for unit, number, at in zip(units, vehicle.tolist(), place, strict=True)
    )


def truth_looks(longitude: np.ndarray, latitude: np.ndarray, second: np.ndarray, vehicle: np.ndarray) -> TruthLooks:
    """Give the same as our own truth."""
    return TruthLooks.empty(
        len(second),
        time=second.astype(np.int64) * 1_000_000_000,
        entity=vehicle.astype(np.int64) + 1,
        latitude=np.radians(latitude),
        longitude=np.radians(longitude),
    )


def written(looks: TruthLooks) -> bytes:
    """Write our own truth."""
    stream = io.BytesIO()
    writer = TruthParquetWriter(stream)
    for begin in range(0, len(looks), VEHICLES):
        writer.write(looks.take(slice(begin, begin + VEHICLES)))
    writer.close()
    return stream.getvalue()


def words(vehicle: np.ndarray) -> pa.DictionaryArray:
    """Name vehicles."""
    return pa.DictionaryArray.from_arrays(vehicle.astype(np.int32), pa.array([f"v{i}" for i in range(VEHICLES)]))


def packed(columns: dict[str, object]) -> bytes:
    """Write Parquet."""
    stream = io.BytesIO()
    pq.write_table(pa.table(columns), stream)
    return stream.getvalue()


def delimited(columns: dict[str, object]) -> bytes:
    """Write CSV."""
    stream = io.BytesIO()
    table = pa.table(columns)
    names = [field.name for field in table.schema if pa.types.is_dictionary(field.type)]
    for name in names:
        place = table.column_names.index(name)
        table = table.set_column(place, name, table.column(place).cast(pa.string()))
    pcsv.write_csv(table, stream)
    return stream.getvalue()


if __name__ == "__main__":
    main()
