"""Target classification codes, D32.10, and the classes of the model."""

import numpy as np

from sidelook.model.columns import Flags, Octets
from sidelook.model.plots import TargetClass

_SIMULATED = 128
# Edition A lists simulated targets of classes 14 to 18 at 144 to 148, because 142 is a tagging device and 143 is
# reserved (edition 3: 143 is the tagging device). Neither of the two claims to be simulated.
_LATE_CLASSES = range(14, 19)
_LATE_SIMULATED = 130
_TAGGING_DEVICES = (142, 143)
# What edition 3 can say of the classes it does not know.
_IN_EDITION_3 = {
    TargetClass.CLUTTER: TargetClass.UNKNOWN,
    TargetClass.PHANTOM: TargetClass.UNKNOWN,
    TargetClass.GROUND_ROTATOR: TargetClass.STATIONARY_ROTATOR,
    TargetClass.SMALL_VEHICLE: TargetClass.VEHICLE,
    TargetClass.LOW_SLOW_FLYER: TargetClass.FIXED_WING,
}


def _class_table() -> Octets:
    """(256,) class of each code; reserved codes are ``UNKNOWN``."""
    table = np.full(256, TargetClass.UNKNOWN, np.uint8)
    for item in TargetClass:
        table[item] = item
        table[item + (_LATE_SIMULATED if item in _LATE_CLASSES else _SIMULATED)] = item
    table[list(_TAGGING_DEVICES)] = TargetClass.BEACON
    return table


def _simulated_table() -> Flags:
    """(256,) True where a code says, or may say, that the target is simulated."""
    table = np.arange(256) >= _SIMULATED
    table[list(_TAGGING_DEVICES)] = False
    return table


CLASS_OF_CODE = _class_table()
SIMULATED_CODE = _simulated_table()


def class_codes(target_class: Octets, simulated: Flags, *, edition_a: bool) -> Octets:
    """Write classes as codes.

    Parameters
    ----------
    target_class : (N,) ``TargetClass``
    simulated : (N,)
    edition_a : True for versions 40 and above, which know classes 14 to 18; before them the nearest known one

    Returns
    -------
    (N,) D32.10
    """
    known = np.arange(256, dtype=np.uint8)
    late = np.zeros(256, np.uint8)
    if edition_a:
        late[list(_LATE_CLASSES)] = _LATE_SIMULATED - _SIMULATED
    else:
        known[list(_IN_EDITION_3)] = list(_IN_EDITION_3.values())
    codes = known[target_class]
    return np.where(simulated, codes + _SIMULATED + late[codes], codes).astype(np.uint8)
