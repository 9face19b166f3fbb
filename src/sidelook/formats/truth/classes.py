"""Which target class the words and codes of other programs stand for."""

import re
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from sidelook.model.columns import Octets
from sidelook.model.plots import TargetClass

#: Words of vehicle types, of SUMO's vehicle classes among them, and what a radar calls such a thing.
CLASS_OF_WORD: Mapping[str, TargetClass] = MappingProxyType(
    dict.fromkeys(
        [
            *("car", "passenger", "private", "taxi", "hov", "van", "delivery", "truck", "lorry", "trailer", "bus"),
            *("coach", "minibus", "motorcycle", "moped", "emergency", "ambulance", "wheeled", "jeep", "hgv", "suv"),
        ],
        TargetClass.WHEELED,
    )
    | dict.fromkeys(["tracked", "tank", "bulldozer", "excavator", "snowcat", "crawler"], TargetClass.TRACKED)
    | dict.fromkeys(["train", "rail", "tram", "subway"], TargetClass.LARGE_LAND)
    | dict.fromkeys(["bicycle", "scooter", "quad"], TargetClass.SMALL_VEHICLE)
    | dict.fromkeys(["pedestrian", "person"], TargetClass.PERSON)
    | dict.fromkeys(["ship", "boat", "ferry", "vessel"], TargetClass.MARITIME)
    | dict.fromkeys(["helicopter", "rotorcraft", "rotary"], TargetClass.ROTARY_WING)
    | dict.fromkeys(["aircraft", "airplane", "aeroplane", "plane", "airliner", "jet"], TargetClass.FIXED_WING)
    | dict.fromkeys(["glider", "ultralight", "drone", "uav", "balloon"], TargetClass.LOW_SLOW_FLYER)
    | {"vehicle": TargetClass.VEHICLE, "amphibious": TargetClass.AMPHIBIOUS}
)

#: Emitter categories of ADS-B (RTCA DO-260B, table 2-16 and following) that are no ordinary aeroplane.
CLASS_OF_EMITTER: Mapping[str, TargetClass] = MappingProxyType(
    {
        "A7": TargetClass.ROTARY_WING,
        "B1": TargetClass.LOW_SLOW_FLYER,
        "B2": TargetClass.LOW_SLOW_FLYER,
        "B3": TargetClass.LOW_SLOW_FLYER,
        "B4": TargetClass.LOW_SLOW_FLYER,
        "B6": TargetClass.LOW_SLOW_FLYER,
        "C1": TargetClass.VEHICLE,
        "C2": TargetClass.VEHICLE,
    }
)

_NAMES = {kind.name.lower(): kind for kind in TargetClass}
_LAND, _AIR, _SURFACE = 1, 2, 3  # platform domains, SISO-REF-010, UID 8

#: Categories of land platforms, SISO-REF-010, UID 9; those not named are ``VEHICLE``.
_LAND_CLASSES = (
    dict.fromkeys([1, 2, 3, 4, 8, 9], TargetClass.TRACKED)
    | dict.fromkeys([6, 7, 27, *range(80, 91), 93], TargetClass.WHEELED)
    | dict.fromkeys([24, 25, 26, 92], TargetClass.LARGE_LAND)
)

#: Categories of air platforms, SISO-REF-010, UID 10; those not named are ``FIXED_WING``.
_AIR_CLASSES = dict.fromkeys([*range(20, 27), 90, 91, 92], TargetClass.ROTARY_WING) | dict.fromkeys(
    [50, 80, 81, 82, 83, 84, *range(100, 105)], TargetClass.LOW_SLOW_FLYER
)


def class_of_type(word: str | None) -> TargetClass:
    """Tell the target class of a vehicle type by its name.

    Parameters
    ----------
    word : a name of ``TargetClass`` in any case, or a name made of words of which one is in ``CLASS_OF_WORD``,
        e.g. ``relief_truck``

    Returns
    -------
    of the last such word, as a ``truck_trailer`` is a trailer; ``UNKNOWN`` for no name, ``VEHICLE`` for one that
    says nothing
    """
    text = (word or "").strip().lower()
    if not text:
        return TargetClass.UNKNOWN
    if text in _NAMES:
        return _NAMES[text]
    known = [CLASS_OF_WORD[part] for part in re.split(r"[^a-z]+", text) if part in CLASS_OF_WORD]
    return known[-1] if known else TargetClass.VEHICLE


def class_of_emitter(category: str | None) -> TargetClass:
    """Tell the target class of an emitter category, e.g. "A7"; ``FIXED_WING`` where it says nothing else."""
    return CLASS_OF_EMITTER.get((category or "").strip().upper(), TargetClass.FIXED_WING)


def classes_of_platforms(domain: Octets, category: Octets) -> NDArray[np.uint8]:
    """Tell the target class of DIS platforms.

    Parameters
    ----------
    domain : (N,) 1 land, 2 air, 3 surface of water
    category : (N,) within the domain

    Returns
    -------
    (N,) ``TargetClass``; ``UNKNOWN`` in other domains
    """
    classes: NDArray[np.uint8] = _PLATFORMS[domain.astype(np.intp) * 256 + category]
    return classes


def _platform_table() -> NDArray[np.uint8]:
    table = np.full((256, 256), TargetClass.UNKNOWN, np.uint8)
    table[_LAND], table[_AIR], table[_SURFACE] = TargetClass.VEHICLE, TargetClass.FIXED_WING, TargetClass.MARITIME
    for domain, classes in ((_LAND, _LAND_CLASSES), (_AIR, _AIR_CLASSES)):
        for category, kind in classes.items():
            table[domain, category] = kind
    return table.ravel()


_PLATFORMS = _platform_table()
