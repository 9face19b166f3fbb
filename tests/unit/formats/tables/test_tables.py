"""Records to Arrow and back: nothing lost, units as the names promise, marking and flags on every row."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from sidelook.formats.tables import (
    TableError,
    dwells_from_tables,
    dwells_table,
    plots_table,
    tracks_from_table,
    tracks_table,
)
from sidelook.model.origin import Classification, Origin
from sidelook.model.plots import Dwells, Plots, concatenate_dwells
from sidelook.model.tracks import TrackTable

REAL = Origin(source="a", classification=Classification.TOP_SECRET, platform="=cmd|<&\"'", mission=7, version="30")
MADE = Origin(source="b", classification=Classification.UNCLASSIFIED, simulated=True, version="30")


def sample_dwells() -> Dwells:
    counts = np.array([2, 0, 1], np.int32)
    plots = Plots.empty(
        3,
        dwell=np.repeat(np.arange(3, dtype=np.int32), counts),
        index=np.array([5, -1, 7], np.int32),
        latitude=np.radians([10.0, -20.5, 89.9]),
        longitude=np.radians([179.9999999, -180.0, 0.0]),
        radial_speed=np.array([1.25, np.nan, -3.5], np.float32),
        target_class=np.array([2, 55, 127], np.uint8),
        simulated=np.array([False, True, False]),
        truth_application=np.array([3, -1, -1], np.int32),
        truth_entity=np.array([2**40, -1, 0]),
    )
    return Dwells.empty(
        3,
        time=np.array([0, 1_290_000_000_123_000_000, 5]),
        plot_count=counts,
        sensor_latitude=np.radians([1.0, 2.0, 3.0]),
        sensor_height=np.array([12_000.0, 1.0, 2.0]),
        heading=np.array([np.pi, np.nan, 0], np.float32),
        origin=np.array([1, 0, 0], np.int32),
        origins=(REAL, MADE),
        plots=plots,
    )


def sample_tracks() -> TrackTable:
    return TrackTable.empty(
        3,
        track=np.array([1, 1, 2]),
        time=np.array([10, 20, 30]),
        latitude=np.radians([1.0, 1.1, 1.2]),
        position_covariance=np.arange(9, dtype=np.float32).reshape(3, 3),
        state=np.array([0, 1, 4], np.uint8),
        simulated=np.array([False, True, False]),
        origin=np.array([0, 0, 1], np.int32),
        origins=(REAL, MADE),
    )


def assert_same(first: object, second: object, names: list[str]) -> None:
    for name in names:
        np.testing.assert_allclose(getattr(first, name), getattr(second, name), rtol=3e-7, atol=0, err_msg=name)


def test_dwells_come_back() -> None:
    dwells = sample_dwells()
    again = dwells_from_tables(dwells_table(dwells), plots_table(dwells))
    assert_same(again, dwells, [name for name in Dwells.DTYPES if name != "origin"])
    assert_same(again.plots, dwells.plots, [name for name in Plots.DTYPES if name != "simulated"])
    assert [again.origins[i] for i in again.origin] == [dwells.origins[i] for i in dwells.origin]


def test_positions_come_back_within_a_micrometre() -> None:
    dwells = sample_dwells()
    again = dwells_from_tables(dwells_table(dwells), plots_table(dwells))
    np.testing.assert_allclose(again.plots.latitude, dwells.plots.latitude, rtol=0, atol=1e-13)


def test_origins_come_back_in_order_of_first_appearance() -> None:
    """Four whose order by column is a cycle of their order of appearance, which no order of three is."""
    origins = (REAL, MADE, replace(REAL, source="c"), replace(REAL, source="d"))
    tracks = replace(sample_tracks().take(np.array([0, 1, 2, 0])), origins=origins, origin=np.arange(4, dtype=np.int32))
    again = tracks_from_table(tracks_table(replace(tracks, simulated=np.zeros(4, np.bool_))))
    assert [origin.source for origin in again.origins] == ["a", "b", "c", "d"]
    assert again.origin.tolist() == [0, 1, 2, 3]


def test_tracks_come_back() -> None:
    tracks = sample_tracks()
    again = tracks_from_table(tracks_table(tracks))
    assert_same(again, tracks, [name for name in TrackTable.DTYPES if name not in {"origin", "simulated"}])
    assert [again.origins[i].source for i in again.origin] == ["a", "a", "b"]


def test_plots_carry_their_look_and_units() -> None:
    table = plots_table(sample_dwells())
    assert table.column("latitude_deg").to_pylist() == pytest.approx([10.0, -20.5, 89.9])
    assert table.column("sensor_latitude_deg").to_pylist() == pytest.approx([1.0, 1.0, 3.0])
    assert table.column("time").to_pylist()[0].isoformat() == "1970-01-01T00:00:00+00:00"
    assert table.schema.field("time").type == pa.timestamp("ns", tz="UTC")


def test_what_was_not_reported_is_null() -> None:
    table = plots_table(sample_dwells())
    assert table.column("radial_speed_mps").to_pylist() == [1.25, None, -3.5]
    assert table.column("truth_entity").to_pylist() == [2**40, None, 0]
    assert table.column("height_m").null_count == 3


def test_classes_read_as_words_and_reserved_codes_keep_their_number() -> None:
    assert plots_table(sample_dwells()).column("target_class").to_pylist() == ["wheeled", "reserved_55", "unknown"]


def test_simulated_is_sticky_from_plot_or_origin() -> None:
    dwells = sample_dwells()
    assert plots_table(dwells).column("simulated").to_pylist() == [True, True, False]
    assert dwells_table(dwells).column("simulated").to_pylist() == [True, False, False]
    assert tracks_table(sample_tracks()).column("simulated").to_pylist() == [False, True, True]


def test_every_row_carries_marking_and_source() -> None:
    table = plots_table(sample_dwells())
    assert table.column("classification").to_pylist() == ["UNCLASSIFIED", "UNCLASSIFIED", "TOP SECRET"]
    assert table.column("source").to_pylist() == ["b", "b", "a"]


def test_empty_records_make_empty_tables_of_the_same_columns() -> None:
    none = concatenate_dwells([])
    assert plots_table(none).column_names == plots_table(sample_dwells()).column_names
    assert len(dwells_from_tables(dwells_table(none), plots_table(none))) == 0
    assert len(tracks_from_table(tracks_table(sample_tracks().take(slice(0, 0))))) == 0


def test_blocks_of_different_lineage_have_one_schema() -> None:
    dwells = sample_dwells()
    other = replace(dwells, origins=(replace(REAL, codes=3, platform=""), MADE))
    assert plots_table(dwells).schema == plots_table(other).schema
    assert plots_table(dwells).schema == plots_table(concatenate_dwells([])).schema


def test_joined_blocks_come_back() -> None:
    dwells = sample_dwells()
    tables = [pa.concat_tables([make(dwells), make(dwells)]) for make in (dwells_table, plots_table)]
    again = dwells_from_tables(*tables)
    assert len(again) == 6
    assert len(again.plots) == 6


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda dwells, plots: (dwells.drop_columns(["revisit"]), plots), "lacks revisit"),
        (lambda dwells, plots: (dwells, plots.slice(1)), "count 3 plots, the table of plots holds 2"),
        (lambda dwells, plots: (dwells, _with(plots, "target_class", "submarine")), "submarine"),
        (lambda dwells, plots: (_with(dwells, "classification", "COSY"), plots), "COSY"),
    ],
)
def test_tables_that_are_not_ours_are_refused(spoil: object, says: str) -> None:
    dwells = sample_dwells()
    with pytest.raises(TableError, match=says):
        dwells_from_tables(*spoil(dwells_table(dwells), plots_table(dwells)))  # type: ignore[operator]


def _with(table: pa.Table, name: str, word: str) -> pa.Table:
    return table.set_column(table.column_names.index(name), name, pa.array([word] * table.num_rows))
