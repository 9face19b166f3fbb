"""How large targets look to the radar, by kind and by the side they show."""

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from sidelook.model.plots import TargetClass


class Kind(IntEnum):
    """What behaves alike to the radar."""

    WHEELED = 0
    TRACKED = 1
    ROTARY_WING = 2
    FIXED_WING = 3
    LOW_SLOW_FLYER = 4
    MARITIME = 5
    ROTATOR = 6
    PERSON = 7
    CLUTTER = 8


_KINDS = {
    Kind.WHEELED: (TargetClass.WHEELED, TargetClass.VEHICLE, TargetClass.LARGE_LAND, TargetClass.SMALL_VEHICLE),
    Kind.TRACKED: (TargetClass.TRACKED, TargetClass.AMPHIBIOUS),
    Kind.ROTARY_WING: (TargetClass.ROTARY_WING,),
    Kind.FIXED_WING: (TargetClass.FIXED_WING,),
    Kind.LOW_SLOW_FLYER: (TargetClass.LOW_SLOW_FLYER,),
    Kind.MARITIME: (TargetClass.MARITIME, TargetClass.LARGE_MARITIME),
    Kind.ROTATOR: (TargetClass.STATIONARY_ROTATOR, TargetClass.GROUND_ROTATOR),
    Kind.PERSON: (TargetClass.PERSON, TargetClass.ANIMAL),
    Kind.CLUTTER: (TargetClass.CLUTTER, TargetClass.PHANTOM),
}
AIRBORNE = (Kind.ROTARY_WING, Kind.FIXED_WING, Kind.LOW_SLOW_FLYER)

# Head on, oblique, abeam, oblique, from behind, dB over one square metre at X band: orders of size of the open
# literature (Skolnik; Knott, Radar Cross Section), not of any one vehicle.
_ASPECT = np.radians([0.0, 45.0, 80.0, 90.0, 100.0, 135.0, 180.0])
_CROSS_SECTION_DBSM = np.array(
    [
        [9.0, 7.0, 11.0, 18.0, 11.0, 7.0, 10.0],
        [12.0, 11.0, 14.0, 20.0, 14.0, 11.0, 12.0],
        [8.0, 7.0, 11.0, 16.0, 11.0, 7.0, 7.0],
        [5.0, 3.0, 8.0, 15.0, 8.0, 3.0, 5.0],
        [2.0, 1.0, 5.0, 10.0, 5.0, 1.0, 2.0],
        [22.0, 22.0, 28.0, 34.0, 28.0, 22.0, 22.0],
        [10.0, 10.0, 10.0, 10.0, 10.0, 10.0, 10.0],
        [-3.0, -3.0, -3.0, -3.0, -3.0, -3.0, -3.0],
        [10.0, 10.0, 10.0, 10.0, 10.0, 10.0, 10.0],
    ]
)
_STANDARD_LENGTH = 7.0  # m, of what the figures are for on land
_LENGTH_EFFECT_DB = 6.0  # at most
_STILL = 0.05  # m/s; what is slower shows no side, for nothing says where it heads


def kinds(target_class: NDArray[np.uint8]) -> NDArray[np.intp]:
    """Give the ``Kind``, (K,), of target classes, (K,); what is none of the others is a wheeled vehicle."""
    table = np.full(256, int(Kind.WHEELED), np.intp)
    for kind, classes in _KINDS.items():
        table[list(classes)] = kind
    return table[target_class]


def aspects(radial_speed: NDArray[np.float64], speed: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the angle, (K,) rad, between nose and radar of what moves along its nose: 0 comes head on.

    Parameters
    ----------
    radial_speed : (K,) m/s, positive away
    speed : (K,) m/s
    """
    moving = speed > _STILL
    cosine = np.where(moving, -radial_speed / np.where(moving, speed, 1.0), 0.7)
    return np.asarray(np.arccos(np.clip(cosine, -1.0, 1.0)))


def cross_sections_dbsm(
    kind: NDArray[np.intp], aspect: NDArray[np.float64], length: NDArray[np.floating]
) -> NDArray[np.float64]:
    """Give mean radar cross sections.

    Parameters
    ----------
    kind : (K,) ``Kind``
    aspect : (K,) rad
    length : (K,) m, NaN unknown; a land vehicle's cross section goes with the square of it, within 6 dB

    Returns
    -------
    (K,) dB over one square metre
    """
    before = np.clip(np.searchsorted(_ASPECT, aspect, side="right") - 1, 0, len(_ASPECT) - 2)
    along = (aspect - _ASPECT[before]) / (_ASPECT[before + 1] - _ASPECT[before])
    mean = _CROSS_SECTION_DBSM[kind, before] * (1.0 - along) + _CROSS_SECTION_DBSM[kind, before + 1] * along
    known = np.isfinite(length) & (length > 0.0) & (kind <= Kind.TRACKED)
    longer = 20.0 * np.log10(np.where(known, length, _STANDARD_LENGTH) / _STANDARD_LENGTH)
    return np.asarray(mean + np.clip(longer, -_LENGTH_EFFECT_DB, _LENGTH_EFFECT_DB))
