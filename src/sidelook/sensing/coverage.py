"""What a dwell looked at: "not seen" means something only where the radar looked."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sidelook.geometry.wgs84 import wrap_longitude
from sidelook.model.plots import Dwells
from sidelook.sensing.location import bearing_and_distance


def covers(dwells: Dwells, latitude: ArrayLike, longitude: ArrayLike) -> NDArray[np.bool_]:
    """Tell which points lie in the footprints of dwells.

    A footprint is the sector of STANAG 4607 D24 to D27: half extents in ground range and in angle at the sensor
    around the centre of the area.

    Parameters
    ----------
    dwells : M of them
    latitude, longitude : (N,) rad

    Returns
    -------
    (M, N)
    """
    rows = (dwells.sensor_latitude[:, None], dwells.sensor_longitude[:, None])
    centre_bearing, centre_distance = bearing_and_distance(
        *rows, dwells.area_latitude[:, None], dwells.area_longitude[:, None]
    )
    bearing, distance = bearing_and_distance(*rows, latitude, longitude)
    in_angle = np.abs(wrap_longitude(bearing - centre_bearing)) <= dwells.angle_half_extent[:, None]
    in_range = np.abs(distance - centre_distance) <= dwells.range_half_extent[:, None]
    return in_angle & in_range
