"""Blocks are read back here by their description in the protocol alone, not by the code that wrote them."""

import struct

import numpy as np
import pytest
from pyproj import Geod

from sidelook.console.blocks import (
    COLUMNS,
    UNKNOWN_E7,
    Kind,
    degrees_e7,
    encode_formations,
    encode_looks,
    encode_tracks,
)
from sidelook.model.tracks import TrackTable

from .conftest import BEGIN, make_formations, make_looks, make_tracks

TYPES = {"f64": "<f8", "f32": "<f4", "i32": "<i4", "u32": "<u4"}


def read_blocks(data: bytes) -> list[tuple[dict[str, float], dict[str, np.ndarray]]]:
    """Read blocks that lie back to back: (header, columns) each."""
    blocks = []
    while data:
        magic, kind, flags, count, length, base, sequence = struct.unpack_from("<4sHHIIdd", data)
        assert magic == b"SLK1"
        assert length % 8 == 0
        header = {"kind": kind, "flags": flags, "count": count, "base": base, "sequence": sequence}
        columns, at = {}, 32
        for name, dtype in COLUMNS[Kind(kind)]:
            columns[name] = np.frombuffer(data, TYPES[dtype], count, at)
            assert at % columns[name].itemsize == 0
            at += columns[name].nbytes
        blocks.append((header, columns))
        data = data[length:]
    return blocks


def test_dwells_and_plots_come_back() -> None:
    (header, dwells), (plot_header, plots) = read_blocks(encode_looks(make_looks([0, 1.5], [1, 2]), 42.0))
    assert header == {"kind": 1, "flags": 1, "count": 2, "base": BEGIN / 1e6, "sequence": 42.0}
    assert dwells["time_ms"].tolist() == [BEGIN / 1e6, BEGIN / 1e6 + 1500]
    assert dwells["sensor_lat_e7"].tolist() == [491_000_000] * 2
    assert dwells["area_lon_e7"].tolist() == [UNKNOWN_E7] * 2
    assert dwells["plot_count"].tolist() == [1, 2]
    assert plot_header["kind"] == 2
    assert plots["lon_e7"].tolist() == [100_000_000, 100_100_000, 100_200_000]
    assert plots["time_ms"].tolist() == [BEGIN / 1e6, BEGIN / 1e6 + 1500, BEGIN / 1e6 + 1500]
    assert plots["track"].tolist() == [1, 1, 0]
    assert plots["flags"].tolist() == [256] * 3  # class 0, simulated by its origin


def test_tracks_come_back() -> None:
    ((header, tracks),) = read_blocks(encode_tracks(make_tracks([(3, 9, 1), (4, 10, 4)])))
    assert (header["kind"], header["count"]) == (3, 2)
    assert tracks["track"].tolist() == [9, 10]
    assert tracks["flags"].tolist() == [1, 4]
    assert tracks["cov_ee_m2"].tolist() == [4.0, 4.0]
    assert tracks["cov_en_m2"].tolist() == [1.0, 1.0]
    assert tracks["cov_nn_m2"].tolist() == [9.0, 9.0]
    assert np.isnan(tracks["velocity_east_mps"]).all()


def test_formations_bear_count_state_kind_class_and_event() -> None:
    [(header, columns)] = read_blocks(encode_formations(make_formations([(1.0, 3, 1)])))
    assert header["flags"] == 0
    assert columns["flags"].tolist() == [1 + (1 << 4) + (18 << 8) + (2 << 20)]
    named = ("formation", "other", "count", "count_low", "count_high", "lat_e7", "lon_e7")
    assert [columns[name][0] for name in named] == [3, 5, 7, 0, 9, 500_000_000, 100_000_000]


def test_class_and_simulated_flags_of_tracks() -> None:
    table = TrackTable.empty(
        1, target_class=np.array([18], np.uint8), state=np.array([3], np.uint8), simulated=np.array([True]), origins=()
    )
    ((header, tracks),) = read_blocks(encode_tracks(table))
    assert tracks["flags"].tolist() == [3 + (18 << 8) + (1 << 16)]
    assert header["flags"] == 1
    assert tracks["lon_e7"].tolist() == [UNKNOWN_E7]


def test_no_rows_no_block() -> None:
    assert encode_tracks(make_tracks([])) == b""


def test_bearing_is_that_of_the_line_of_sight_at_the_plot() -> None:
    """Against pyproj: the back azimuth of the geodesic from sensor to plot, turned round."""
    looks = make_looks([0], [40])
    _, (_, plots) = read_blocks(encode_looks(looks))
    latitude, longitude = np.degrees(looks.dwells.plots.latitude), np.degrees(looks.dwells.plots.longitude)
    _, back, _ = Geod(ellps="WGS84").inv(np.full(40, 10.0), np.full(40, 49.1), longitude, latitude)
    difference = (plots["bearing_deg"] - (np.array(back) + 180.0) + 180.0) % 360.0 - 180.0
    # A geodesic and a normal section from 10 km up differ by less than this.
    assert np.abs(difference).max() < 0.001


@pytest.mark.parametrize(("degrees", "expected"), [(180.0, 1_800_000_000), (-180.0, -1_800_000_000), (1e-7, 1)])
def test_positions_reach_the_antimeridian(degrees: float, expected: int) -> None:
    assert degrees_e7(np.radians([degrees])).tolist() == [expected]
