import json
from xml.etree import ElementTree as ET

import numpy as np
import pytest
import shapely

from sidelook.formats.export.sectors import Sectors, cut_ring, sectors_of
from sidelook.model.plots import Dwells, Plots
from sidelook.sensing.coverage import covers


def dwell_at(longitude_deg: float, **given: float) -> Dwells:
    """Look 120 km north, 10 km deep and 12 degrees wide."""
    values = {"sensor_latitude": 0.2, "area_latitude": 0.2 + 120e3 / 6371e3, "sensor_height": 12e3} | given
    longitude = np.radians(longitude_deg)
    values |= {"sensor_longitude": longitude, "area_longitude": longitude}
    values |= {"range_half_extent": 5e3, "angle_half_extent": np.radians(6.0)}
    columns = {name: np.array([value]) for name, value in values.items()}
    return Dwells.empty(1, plots=Plots.empty(), origins=(), **columns)


def test_the_polygon_is_what_coverage_tests() -> None:
    """Its corners lie on the edge: drawn in by 0.1 % towards the centre they are covered, drawn out they are not."""
    dwells = dwell_at(10.0)
    ring = np.radians(sectors_of(dwells).ring[0])
    centre = np.array([dwells.area_longitude[0], dwells.area_latitude[0]])
    for stretch, covered in ((0.999, True), (1.001, False)):
        corners = centre + stretch * (ring - centre)
        seen = covers(dwells, corners[:, 1], corners[:, 0])
        assert (seen == covered).all() if not covered else seen[0, [0, 8, 9, 17]].all()


def test_the_polygon_is_valid_and_counterclockwise() -> None:
    polygon = shapely.from_wkb(sectors_of(dwell_at(10.0)).wkb().to_pylist()[0])
    assert polygon.is_valid
    assert polygon.exterior.is_ccw


def test_its_area_is_that_of_the_sector() -> None:
    sectors = sectors_of(dwell_at(10.0))
    polygon = shapely.Polygon(sectors.ring[0])
    degree = np.radians(1.0) * 6371e3
    area = polygon.area * degree**2 * np.cos(np.radians(polygon.centroid.y))
    assert area == pytest.approx(np.radians(12.0) * 120e3 * 10e3, rel=0.01)


@pytest.mark.parametrize("longitude", [180.0, -180.0, 179.95, -179.95])
def test_across_the_antimeridian_it_is_two_polygons(longitude: float) -> None:
    sectors = sectors_of(dwell_at(longitude))
    uncut = shapely.Polygon(sectors.ring[0]).area
    pieces = shapely.from_wkb(sectors.wkb().to_pylist()[0])
    assert pieces.geom_type == "MultiPolygon"
    assert pieces.is_valid
    assert pieces.area == pytest.approx(uncut, rel=1e-9)
    assert np.abs(shapely.get_coordinates(pieces)[:, 0]).max() == 180.0
    assert sectors.kinds == {"MultiPolygon"}
    geometry = json.loads(sectors.geojson().to_pylist()[0])
    assert shapely.geometry.shape(geometry).area == pytest.approx(uncut, rel=1e-4)
    assert ET.fromstring(sectors.kml().to_pylist()[0]).tag == "MultiGeometry"  # noqa: S314 - our own


def test_crossing_and_plain_rows_mix_in_one_block() -> None:
    rings = [sectors_of(dwell_at(place)).ring[0] for place in (10.0, 180.0)]
    sectors = Sectors(ring=np.stack([*rings, np.full_like(rings[0], np.nan)]))
    shapes = shapely.from_wkb(sectors.wkb().to_pylist())
    assert [shape and shape.geom_type for shape in shapes] == ["Polygon", "MultiPolygon", None]
    assert sectors.geojson().to_pylist()[2] is None
    assert sectors.kinds == {"Polygon", "MultiPolygon"}
    assert np.abs(sectors.longitudes()).max() <= 180.0


def test_a_ring_within_one_turn_is_not_cut() -> None:
    ring = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 0.0]])
    (same,) = cut_ring(ring)
    np.testing.assert_array_equal(same, ring)


def test_a_dwell_without_extent_has_no_shape() -> None:
    dwells = dwell_at(10.0, area_latitude=np.nan)
    assert sectors_of(dwells).wkb().to_pylist() == [None]
