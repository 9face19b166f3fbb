import gzip
import io
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from numpy.testing import assert_allclose

from sidelook.formats.truth.errors import TooMuchTruthError, TruthColumnsError, TruthError, TruthValueError
from sidelook.formats.truth.gathering import ImportSettings
from sidelook.formats.truth.table import read_csv, read_parquet
from sidelook.model.plots import TargetClass

START = 1_767_225_600_000_000_000  # 2026-01-01T00:00:00Z


def packed(columns: dict[str, object]) -> bytes:
    stream = io.BytesIO()
    pq.write_table(pa.table(columns), stream)
    return stream.getvalue()


def compact(**changed: object) -> bytes:
    """Two vehicles, told by time and not by vehicle."""
    columns = {
        "time_s": pa.array([10, 10, 11, 11], pa.int32()),
        "id": pa.array(["b", "a", "b", "a"]).dictionary_encode(),
        "lon_e7": pa.array([100_000_000, 110_000_000, 100_000_010, 110_000_010], pa.int32()),
        "lat_e7": pa.array([500_000_000] * 4, pa.int32()),
        "z_dm": pa.array([1_005, 2_005, 1_006, None], pa.int16()),
        "type": pa.array(["truck", "bulldozer", "truck", "bulldozer"]),
    }
    return packed(columns | changed)


def test_whole_numbers_become_samples_by_vehicle_and_time() -> None:
    made = read_parquet(compact(), ImportSettings(start=START))
    assert made.entities.names == ("b", "a")
    assert made.entities.entity.tolist() == [1, 2]
    assert made.entities.target_class.tolist() == [TargetClass.WHEELED, TargetClass.TRACKED]
    assert made.row.tolist() == [0, 0, 1, 1]
    assert ((made.time - START) / 1e9).tolist() == [10.0, 11.0, 10.0, 11.0]
    assert_allclose(np.degrees(made.longitude), [10.0, 10.000001, 11.0, 11.000001], rtol=1e-14)
    assert_allclose(made.height, [100.5, 100.6, 200.5, np.nan])


def test_heights_above_the_geoid_are_put_on_the_ellipsoid_by_who_knows_the_geoid() -> None:
    made = read_parquet(compact(), ImportSettings(undulation=lambda latitude, _: np.degrees(latitude)))
    assert_allclose(made.height, [150.5, 150.6, 250.5, np.nan])


def test_our_own_columns_in_csv_and_parquet_say_the_same() -> None:
    text = (
        b"time,id,latitude_deg,longitude_deg,height_m,class,formation\n"
        b"2026-01-01T00:00:00Z,a,1.5,-2.5,7.25,tracked,red\n"
        b"2026-01-01T01:00:01.123456789+01:00,a,1.6,-2.5,,tracked,red\n"
        b"2026-01-01T00:00:05Z,b,-1.0,3.0,8,Rotary_Wing,\n"
    )
    from_text = read_csv(text)
    when = pa.array([START, START + 1_123_456_789, START + 5_000_000_000], pa.timestamp("ns"))
    columns = {"id": ["a", "a", "b"], "latitude_deg": [1.5, 1.6, -1.0], "longitude_deg": [-2.5, -2.5, 3.0]}
    words = {"class": ["tracked", "tracked", "Rotary_Wing"], "formation": ["red", "red", None]}
    from_parquet = read_parquet(packed({"time": when, **columns, "height_m": [7.25, None, 8.0], **words}))
    for made in (from_text, from_parquet):
        assert (made.time - START).tolist() == [0, 1_123_456_789, 5_000_000_000]
        assert_allclose(np.degrees(made.latitude), [1.5, 1.6, -1.0])
        assert_allclose(np.degrees(made.longitude), [-2.5, -2.5, 3.0])
        assert_allclose(made.height, [7.25, np.nan, 8.0])
        assert made.entities.target_class.tolist() == [TargetClass.TRACKED, TargetClass.ROTARY_WING]
        assert made.entities.formation.tolist() == [0, -1]
        assert made.entities.formation_names == ("red",)


@pytest.mark.parametrize(
    ("name", "cell", "seconds"),
    [("time_s", b"1.25", 1.25 + START * 1e-9), ("time_ns", b"%d" % (START + 5), START * 1e-9 + 5e-9)],
)
def test_times_come_in_seconds_and_nanoseconds_too(name: str, cell: bytes, seconds: float) -> None:
    text = name.encode() + b";id;latitude_deg;longitude_deg\n" + cell + b";a;1;2\n"
    for data in (text, gzip.compress(text), b"\xef\xbb\xbf" + text):
        made = read_csv(data, ImportSettings(start=START))
        assert made.time[0] == pytest.approx(seconds * 1e9, abs=1.0)
        assert np.isnan(made.height[0])
        assert made.entities.target_class[0] == TargetClass.UNKNOWN


def test_of_samples_at_one_time_the_last_stays() -> None:
    made = read_csv(b"time_s,id,latitude_deg,longitude_deg\n2,a,1,1\n1,a,2,2\n1,a,3,3\n")
    assert_allclose(np.degrees(made.latitude), [3.0, 1.0])


def test_many_batches_are_one_table() -> None:
    count = 300_000
    second = np.arange(count)
    table = {
        "time_s": second // 3,
        "id": pa.array((second % 3).astype(str)).dictionary_encode(),
        "latitude_deg": second * 1e-4,
        "longitude_deg": np.zeros(count),
    }
    made = read_parquet(packed(table))
    assert made.entities.names == ("0", "1", "2")
    assert np.bincount(made.row).tolist() == [100_000] * 3
    assert_allclose(np.degrees(made.latitude), np.concatenate([second[i::3] for i in range(3)]) * 1e-4, rtol=1e-12)


def test_the_stream_is_left_open_to_its_owner() -> None:
    for stream, read in ((io.BytesIO(compact()), read_parquet), (io.BytesIO(b"time_s,id,lon_e7,lat_e7\n"), read_csv)):
        read(stream)
        assert not stream.closed


def test_a_table_without_rows_is_an_empty_answer() -> None:
    made = read_csv(b"time_s,id,latitude_deg,longitude_deg\n")
    assert len(made) == len(made.entities) == 0


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (b"", "columns none"),
        (b"a,b\n1,2\n", "columns a, b"),
        (b"time_s,id,latitude_deg,longitude_deg\n1,a,95,2\n", "latitude_deg holds 95.0 in row 0"),
        (b"time_s,id,latitude_deg,longitude_deg\n1,a,5,2\n1,a,5,nan\n", "longitude_deg holds nan in row 1"),
        (b"time_s,id,latitude_deg,longitude_deg\n1,,5,2\n", "column id"),
        (b"time_s,id,latitude_deg,longitude_deg\n1e30,a,5,2\n", "column time_s"),
        (b"time_s,id,latitude_deg,longitude_deg\nx,a,5,2\n", "no sound table"),
        (b"time_s,id,latitude_deg,longitude_deg\n1,a,5\n", "no sound table"),
        (b"time,id,latitude_deg,longitude_deg\n2026-01-01T00:00:00,a,1,2\n", "zone"),
        (b"time_s,id,latitude_deg,longitude_deg,height_m\n1,a,5,2,inf\n", "height_m"),
        (
            gzip.compress(b"time_s,id,latitude_deg,longitude_deg\n" + b"1,a,5,2\n" * 1000, mtime=0)[:-20],
            "no sound table",
        ),
        (b"\x00" * 10_000_000, "columns"),
    ],
)
def test_csv_that_is_no_truth_is_refused(text: bytes, complaint: str) -> None:
    with pytest.raises(TruthError, match=complaint):
        read_csv(text)


def test_parquet_that_is_no_truth_is_refused() -> None:
    whole = compact()
    for data in (b"", b"PAR1", whole[:200], whole[: len(whole) // 2], whole[:-1], b"PAR1" * 1000):
        with pytest.raises(TruthError, match="no sound Parquet"):
            read_parquet(data)
    with pytest.raises(TruthColumnsError):
        read_parquet(packed({"a": [1]}))
    with pytest.raises(TruthError, match="lon_e7"):
        read_parquet(compact(lon_e7=["here"] * 4))
    with pytest.raises(TruthError, match="id"):
        read_parquet(compact(id=[[1], [2], [3], [4]]))
    far = pa.array([datetime(9999, 1, 1, tzinfo=UTC)], pa.timestamp("s"))
    with pytest.raises(TruthError, match="time"):
        read_parquet(packed({"time": far, "id": ["a"], "latitude_deg": [1.0], "longitude_deg": [1.0]}))
    with pytest.raises(TruthValueError) as refused:
        read_parquet(compact(lat_e7=pa.array([0, 0, 2**31 - 1, 0], pa.int32())))
    assert (refused.value.column, refused.value.row) == ("lat_e7", 2)


def test_more_than_memory_should_hold_is_refused() -> None:
    with pytest.raises(TooMuchTruthError, match="more than 3 samples"):
        read_parquet(compact(), ImportSettings(most_samples=3))
    with pytest.raises(TooMuchTruthError, match="more than 1 samples"):
        read_csv(b"time_s,id,latitude_deg,longitude_deg\n1,a,5,2\n2,a,5,2\n", ImportSettings(most_samples=1))


def test_recorded_traffic(shared_data: Path) -> None:
    with (shared_data / "traffic" / "lower_saxony_fcd_20min_2s.parquet").open("rb") as stream:
        made = read_parquet(stream, ImportSettings(convoys=True))
    assert len(made) == 3_739_487
    assert len(made.entities) == 8_868
    assert made.entities.formation_names == ("A2_eastbound", "A2_westbound", "A7_southbound")
    assert np.bincount(made.entities.formation[made.entities.formation >= 0]).tolist() == [20, 12, 16]
    assert np.isnan(made.height).all()
