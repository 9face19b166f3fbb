import struct

import numpy as np
import pyarrow as pa
import pytest
import shapely

from sidelook.formats.export.shapes import Points, points_of

LONGITUDES = np.array([-179.5, 12.345678912, np.nan])
LATITUDES = np.array([-89.0, 45.0, 1.0])


@pytest.fixture
def points() -> Points:
    return Points(longitude_deg=LONGITUDES, latitude_deg=LATITUDES)


def test_wkb_is_byte_order_kind_and_two_doubles(points: Points) -> None:
    wkb = points.wkb().to_pylist()
    assert wkb[0] == struct.pack("<BIdd", 1, 1, -179.5, -89.0)
    assert wkb[2] is None


def test_shapely_reads_the_wkb_to_the_last_bit(points: Points) -> None:
    read = shapely.from_wkb(points.wkb().to_pylist())
    np.testing.assert_array_equal(shapely.get_coordinates(read), np.stack([LONGITUDES, LATITUDES], axis=1)[:2])
    assert shapely.get_type_id(read).tolist() == [0, 0, -1]


def test_text_has_seven_decimals_and_no_position_is_null(points: Points) -> None:
    assert points.geojson().to_pylist() == [
        '{"type":"Point","coordinates":[-179.5,-89]}',
        '{"type":"Point","coordinates":[12.3456789,45]}',
        None,
    ]
    assert points.kml().to_pylist()[0] == "<Point><coordinates>-179.5,-89</coordinates></Point>"


def test_extent_is_of_placed_rows_only(points: Points) -> None:
    assert points.latitudes().tolist() == [-89.0, 45.0]
    assert points.longitudes().tolist() == [-179.5, 12.345678912]


def test_points_of_takes_null_as_no_position() -> None:
    table = pa.table({"longitude_deg": [1.0, None], "latitude_deg": [2.0, 3.0]})
    assert points_of(table).wkb().to_pylist()[1] is None
