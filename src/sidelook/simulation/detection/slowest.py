"""The slowest target that a dwell can tell from clutter, as the radar says it of itself."""

import numpy as np
from numpy.typing import NDArray

from sidelook.geometry.frames import geodetic_to_enu
from sidelook.model.plots import Dwells
from sidelook.sensing.detection import swerling_1_needed
from sidelook.sensing.performance import detectable_speed
from sidelook.sensing.radar_equation import decibels
from sidelook.simulation.detection.scene import Scene
from sidelook.simulation.detection.sights import clutter_to_noise_db, sight, unit_snr_db
from sidelook.simulation.trajectories import States

_USUAL_TARGET_DBSM = 10.0
_LEAST_LOSS_DB = -3.0  # where targets are weak anyhow, the notch is what takes half of them


def slowest(scene: Scene, dwells: Dwells, interval: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the speed at which a usual target in the middle of a footprint is found half of the time.

    Parameters
    ----------
    scene : its tables, radar and ground
    dwells : M of them
    interval : (M,) length of a coherent interval, s

    Returns
    -------
    (M,) m/s
    """
    middle = geodetic_to_enu(dwells.area_latitude, dwells.area_longitude, 0.0, scene.frame)
    at_rest = States(present=np.ones(len(dwells), bool), position=middle, velocity=np.zeros_like(middle))
    sights = sight(scene, dwells, np.arange(len(dwells)), at_rest)
    detector = scene.radar.detector
    needed = swerling_1_needed(0.5, detector.false_alarm_probability, detector.reference_cells)
    spare_db = unit_snr_db(scene, dwells, sights, interval) + _USUAL_TARGET_DBSM - decibels(needed)
    clutter_db = clutter_to_noise_db(scene, sights, interval)
    return detectable_speed(scene.performance, clutter_db, np.minimum(-spare_db, _LEAST_LOSS_DB))
