import numpy as np

from sidelook.model.plots import Dwells, Plots
from sidelook.sensing.coverage import covers
from sidelook.sensing.location import locate_ground

LATITUDE, LONGITUDE = 0.65, 3.14  # beside the antimeridian


def dwell(bearing: float) -> Dwells:
    area = locate_ground(LATITUDE, LONGITUDE, np.array([bearing]), np.array([100e3]))
    return Dwells.empty(
        1,
        sensor_latitude=np.array([LATITUDE]),
        sensor_longitude=np.array([LONGITUDE]),
        area_latitude=area[0],
        area_longitude=area[1],
        range_half_extent=np.array([30e3]),
        angle_half_extent=np.array([0.05]),
        plots=Plots.empty(),
        origins=(),
    )


def test_a_footprint_ends_at_its_half_extents() -> None:
    for bearing in (0.0, np.pi / 2, np.pi, -3.1):
        offsets = np.array([0.0, 0.049, -0.049, 0.051, -0.051, 0.0, 0.0, 0.0, 0.0])
        distance = np.array([100e3, 100e3, 100e3, 100e3, 100e3, 70.1e3, 129.9e3, 69.9e3, 130.1e3])
        points = locate_ground(LATITUDE, LONGITUDE, bearing + offsets, distance)
        expected = [True, True, True, False, False, True, True, False, False]
        assert covers(dwell(bearing), *points).tolist() == [expected]
