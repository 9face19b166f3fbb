"""The Doppler notch: slow radial motion drowns in the clutter of the ground.

The form is Koch and Klemm's (IEE Proc. Radar, Sonar Navig. 148(3), 2001; Koch, Tracking and Sensor Data Fusion,
2014, section 7.1), scaled so that half the peak is left at the minimum detectable speed.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def detection_probability(
    radial_speed: ArrayLike, minimum_detectable_speed: ArrayLike, peak: ArrayLike
) -> NDArray[np.float64]:
    """Give the probability of detection, ``peak (1 - exp(-ln 2 (v / v_min)^2))``.

    Parameters
    ----------
    radial_speed : (...) m/s, the target's own, platform motion removed
    minimum_detectable_speed : (...) m/s, above zero
    peak : (...) probability far from the notch, 0..1

    Returns
    -------
    (...) 0 at rest, half the peak at the minimum detectable speed
    """
    ratio = np.asarray(radial_speed, np.float64) / np.asarray(minimum_detectable_speed, np.float64)
    probability: NDArray[np.float64] = -np.asarray(peak, np.float64) * np.expm1(-np.log(2.0) * ratio**2)
    return probability
