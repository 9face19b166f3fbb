import io
import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from sidelook.formats.truth.errors import TooMuchTruthError, TruthColumnsError, TruthError
from sidelook.formats.truth.gathering import ImportSettings
from sidelook.formats.truth.parquet import ROW_GROUP, TruthParquetWriter, read_looks, read_truth
from sidelook.model.plots import TargetClass
from sidelook.model.truth import TruthLooks


def looks(count: int, time: int = 0, dwell: int = -1) -> TruthLooks:
    rng = np.random.default_rng(count)
    flags = {name: rng.random(count) < 0.5 for name in ("visible", "masked", "in_notch", "in_view", "detected")}
    return TruthLooks(
        time=np.full(count, time),
        dwell=np.full(count, dwell, np.int32),
        entity=1 + np.arange(count, dtype=np.int64)[::-1],
        latitude=rng.uniform(-1.5, 1.5, count),
        longitude=rng.uniform(-3.0, 3.0, count),
        height=rng.uniform(0.0, 9_000.0, count),
        speed=rng.uniform(0.0, 30.0, count).astype(np.float32),
        heading=np.where(flags["masked"], np.nan, 1.0).astype(np.float32),
        radial_speed=rng.normal(size=count).astype(np.float32),
        **flags,
        formation=rng.integers(-1, 3, count).astype(np.int32),
        target_class=rng.choice([TargetClass.TRACKED, TargetClass.UNKNOWN, 99], count).astype(np.uint8),
    )


def written(*blocks: TruthLooks) -> bytes:
    stream = io.BytesIO()
    writer = TruthParquetWriter(stream)
    for block in blocks:
        writer.write(block)
    writer.close()
    assert not stream.closed
    return stream.getvalue()


def test_looks_come_back() -> None:
    given = looks(1_000, time=1_767_225_600_123_456_789, dwell=17)
    (made,) = read_looks(written(given))
    for name in TruthLooks.DTYPES:
        assert_allclose(getattr(made, name), getattr(given, name), rtol=1e-6 if name == "heading" else 1e-15)


def test_units_stand_in_the_names_and_gaps_are_null() -> None:
    table = pq.read_table(io.BytesIO(written(looks(50))))
    given = looks(50)
    assert_allclose(table["latitude_deg"].to_numpy(), np.degrees(given.latitude), rtol=1e-15)
    assert table["heading_deg"].null_count == int(np.isnan(given.heading).sum())
    assert table["formation"].null_count == int((given.formation == -1).sum())
    assert table["dwell"].null_count == 50
    assert set(table["target_class"].to_pylist()) == {"tracked", "unknown", "reserved_99"}


def test_everything_is_marked_as_simulated() -> None:
    data = written(looks(3))
    table = pq.read_table(io.BytesIO(data))
    assert table["simulated"].to_pylist() == [True] * 3
    assert json.loads(table.schema.metadata[b"sidelook"])["simulated"] is True
    unmarked = table.set_column(table.column_names.index("simulated"), "simulated", pa.array([True, False, True]))
    stream = io.BytesIO()
    pq.write_table(unmarked, stream)
    with pytest.raises(TruthError, match="not marked as simulated"):
        read_truth(stream.getvalue())


def test_row_groups_are_written_as_they_fill() -> None:
    blocks = [looks(30_000, time=i) for i in range(20)]
    file = pq.ParquetFile(io.BytesIO(written(*blocks)))
    assert file.metadata.num_rows == 600_000
    assert 2 <= file.metadata.num_row_groups <= 3
    assert file.metadata.row_group(0).num_rows >= ROW_GROUP


def test_looks_and_regular_moments_are_samples() -> None:
    data = written(looks(4, time=20), looks(4, time=10, dwell=3), looks(2, time=10))
    made = read_truth(data)
    assert made.entities.entity.tolist() == [1, 2, 3, 4]
    assert_array_equal(made.row, np.repeat(np.arange(4), 2))
    assert_array_equal(made.time, [10, 20] * 4)
    assert_allclose(made.latitude[1::2], looks(4).latitude[::-1], rtol=1e-15)
    assert_allclose(made.latitude[:4:2], looks(2).latitude[::-1], rtol=1e-15)  # the last of two at one time
    with pytest.raises(TooMuchTruthError):
        read_truth(data, ImportSettings(most_samples=9))


def test_a_file_without_rows_is_whole_and_empty() -> None:
    assert len(read_truth(written())) == 0


def test_what_is_no_truth_is_refused() -> None:
    whole = written(looks(100))
    for data in (b"", whole[:100], whole[:-1], b"PAR1" * 50):
        with pytest.raises(TruthError, match="no sound truth"):
            read_truth(data)
    stream = io.BytesIO()
    pq.write_table(pa.table({"time": [1]}), stream)
    with pytest.raises(TruthColumnsError):
        read_truth(stream.getvalue())
    table = pq.read_table(io.BytesIO(whole))
    for name, column in (
        ("target_class", pa.array(["spaceship"] * 100)),
        ("entity", pa.array([None] * 100, pa.int64())),
        ("visible", pa.array([None] * 100, pa.bool_())),
        ("latitude_deg", pa.array(["x"] * 100)),
    ):
        stream = io.BytesIO()
        pq.write_table(table.set_column(table.column_names.index(name), name, column), stream)
        with pytest.raises(TruthError):
            read_truth(stream.getvalue())
