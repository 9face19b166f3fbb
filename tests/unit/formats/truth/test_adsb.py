import io
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from numpy.testing import assert_allclose

from sidelook.formats.truth.adsb import AdsbRules, read_adsb_csv, read_adsb_parquet
from sidelook.formats.truth.errors import TruthColumnsError
from sidelook.formats.truth.gathering import ImportSettings
from sidelook.model.plots import TargetClass

DEGREE = 111_195.0  # of latitude, m


def flight(height: list[float | None], latitude: list[float] | None = None) -> bytes:
    """One aircraft at 200 m/s northwards, a position each 10 s."""
    count = len(height)
    north = np.arange(count) * 2_000.0 / DEGREE + 46.0 if latitude is None else latitude
    columns = {
        "time_utc": pa.array(np.arange(count) * 10_000, pa.timestamp("ms", tz="UTC")),
        "icao24": pa.array(["abc123"] * count).dictionary_encode(),
        "lon": np.full(count, 8.0),
        "lat": north,
        "alt_m": pa.array(height, pa.float32()),
        "category": ["A7"] * count,
    }
    stream = io.BytesIO()
    pq.write_table(pa.table(columns), stream)
    return stream.getvalue()


def test_a_flight_is_truth_with_barometric_heights() -> None:
    made = read_adsb_parquet(flight([1_000.0, 1_010.0, 1_020.0]))
    assert made.barometric
    assert (made.incomplete, made.outliers) == (0, 0)
    assert made.samples.time.tolist() == [0, 10_000_000_000, 20_000_000_000]
    assert_allclose(made.samples.height, [1_000.0, 1_010.0, 1_020.0])
    assert made.samples.entities.names == ("abc123",)
    assert made.samples.entities.target_class.tolist() == [TargetClass.ROTARY_WING]


def test_an_undulation_is_added() -> None:
    settings = ImportSettings(undulation=lambda latitude, _: np.full(len(latitude), 50.0))
    assert_allclose(read_adsb_parquet(flight([1_000.0] * 2), settings).samples.height, 1_050.0)


@pytest.mark.parametrize(
    ("height", "kept", "incomplete", "outliers"),
    [
        ([1_000.0, 32_000.0, 1_000.0], [0, 2], 0, 1),
        ([1_000.0, None, 1_000.0], [0, 2], 1, 0),
        ([1_000.0, 9_000.0, 1_000.0, 1_000.0], [0, 2, 3], 0, 1),
        ([1_000.0, 9_000.0, 4_000.0, 1_000.0, 1_000.0], [0, 3, 4], 0, 2),
        # A climb that goes on is no spike, however steep.
        ([1_000.0, 9_000.0, 9_000.0, 9_000.0], [0, 1, 2, 3], 0, 0),
    ],
)
def test_what_cannot_be_is_taken_out(
    height: list[float | None], kept: list[int], incomplete: int, outliers: int
) -> None:
    made = read_adsb_parquet(flight(height))
    assert (made.samples.time // 10_000_000_000).tolist() == kept
    assert (made.incomplete, made.outliers) == (incomplete, outliers)


def test_a_position_out_of_reach_is_taken_out_and_the_rule_can_be_changed() -> None:
    data = flight([1_000.0] * 4, [46.0, 46.5, 46.036, 46.054])
    assert len(read_adsb_parquet(data).samples) == 3
    assert len(read_adsb_parquet(data, rules=AdsbRules(fastest=6_000.0)).samples) == 4


def test_other_tables_and_units() -> None:
    opensky = b"time,icao24,lat,lon,baroaltitude,callsign\n1533100000,4b1801,46.5,8.5,3000,SWR1\n"
    made = read_adsb_csv(opensky).samples
    assert made.time.tolist() == [1_533_100_000_000_000_000]
    feet = b"timestamp,icao24,latitude,longitude,altitude\n2018-08-01T05:06:40Z,4b1801,46.5,8.5,10000\n"
    other = read_adsb_csv(feet).samples
    assert other.time.tolist() == made.time.tolist()
    assert_allclose(other.height, 3_048.0)
    with pytest.raises(TruthColumnsError):
        read_adsb_csv(b"time,icao24,lat,lon\n1,a,2,3\n")


def test_a_table_without_rows_is_an_empty_answer() -> None:
    made = read_adsb_csv(b"time,icao24,lat,lon,baroaltitude\n")
    assert (len(made.samples), made.incomplete, made.outliers) == (0, 0, 0)


def test_a_day_over_the_alps(shared_data: Path) -> None:
    with (shared_data / "aircraft" / "switzerland_adsb_2018-08-01.parquet").open("rb") as stream:
        made = read_adsb_parquet(stream)
    assert len(made.samples) == 139_098
    assert len(made.samples.entities) == 842
    assert (made.incomplete, made.outliers) == (0, 0)
    by_minute = np.unique([made.samples.time // 60_000_000_000, made.samples.row], axis=1)
    minute, present = np.unique(by_minute[0], return_counts=True)
    assert present.max() == 48
    assert np.datetime64(int(minute[present.argmax()]), "m") == np.datetime64("2018-08-01T11:41")
    assert 9_200.0 < made.samples.height.min() < made.samples.height.max() < 14_330.0
