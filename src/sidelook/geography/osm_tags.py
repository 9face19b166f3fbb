"""What the tags of OpenStreetMap say of a road: its class, its limit, its direction.

https://wiki.openstreetmap.org/wiki/Key:highway, Key:maxspeed, Key:oneway and Key:access.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

from sidelook.geography.roads import RoadClass

_KMH, _MPH = 1.0 / 3.6, 0.44704
_WALK = 7.0 * _KMH
_UNLIMITED = 36.0  # what is driven where nothing is forbidden, about 130 km/h

#: Highways that are driven: class, and the limit where none is tagged, m/s.
HIGHWAYS: Mapping[str, tuple[RoadClass, float]] = MappingProxyType(
    {
        "motorway": (RoadClass.MOTORWAY, 120 * _KMH),
        "motorway_link": (RoadClass.MOTORWAY, 80 * _KMH),
        "trunk": (RoadClass.MOTORWAY, 100 * _KMH),
        "trunk_link": (RoadClass.MOTORWAY, 70 * _KMH),
        "primary": (RoadClass.PRIMARY, 90 * _KMH),
        "primary_link": (RoadClass.PRIMARY, 60 * _KMH),
        "secondary": (RoadClass.SECONDARY, 80 * _KMH),
        "secondary_link": (RoadClass.SECONDARY, 50 * _KMH),
        "tertiary": (RoadClass.LOCAL, 70 * _KMH),
        "tertiary_link": (RoadClass.LOCAL, 50 * _KMH),
        "unclassified": (RoadClass.LOCAL, 60 * _KMH),
        "residential": (RoadClass.LOCAL, 50 * _KMH),
        "living_street": (RoadClass.LOCAL, _WALK),
    }
)

#: Highways that are driven on request: drives, yards, farm and forest tracks.
MINOR_HIGHWAYS: Mapping[str, tuple[RoadClass, float]] = MappingProxyType(
    {
        "road": (RoadClass.LOCAL, 50 * _KMH),
        "service": (RoadClass.LOCAL, 20 * _KMH),
        "track": (RoadClass.LOCAL, 20 * _KMH),
    }
)

_LIMIT = re.compile(r"(\d{1,3}(?:\.\d{1,2})?)\s*(mph|km/h|kmh|kph|knots)?", re.ASCII)
_UNITS = {"mph": _MPH, "knots": 1852.0 / 3600.0}
_ZONES = {"urban": 50 * _KMH, "rural": 90 * _KMH, "motorway": 120 * _KMH, "living_street": _WALK, "walk": _WALK}
_FASTEST_LIMIT = 60.0
_FORWARD, _BACKWARD = frozenset({"yes", "true", "1"}), frozenset({"-1", "reverse"})
_CLOSED = frozenset({"no", "private"})


def speed_limit(text: str | None, default: float) -> float:
    """Read a ``maxspeed``.

    Parameters
    ----------
    text : e.g. "50", "30 mph", "walk", "none", "DE:urban"; of several values the first
    default : where it says nothing that is understood, m/s

    Returns
    -------
    m/s
    """
    word = (text or "").split(";")[0].strip()
    if word == "none":
        return _UNLIMITED
    zone = word.rpartition(":")[2]
    if zone in _ZONES:
        return _ZONES[zone]
    match = _LIMIT.fullmatch(word)
    if match is None:
        return default
    limit = float(match[1]) * _UNITS.get(match[2] or "", _KMH)
    return limit if 0.0 < limit <= _FASTEST_LIMIT else default


def one_way(tags: Mapping[str, str]) -> int:
    """Tell which way a road is driven: 1 as drawn, -1 against it, 0 both ways.

    Parameters
    ----------
    tags : of the way; motorways and roundabouts are one-way unless they say otherwise
    """
    said = tags.get("oneway", "")
    if said in _BACKWARD:
        return -1
    if said in _FORWARD:
        return 1
    implied = tags.get("highway") == "motorway" or tags.get("junction") in {"roundabout", "circular"}
    return int(implied and said != "no")


def is_closed(tags: Mapping[str, str]) -> bool:
    """Tell whether a road is closed to the public's vehicles: the nearest of its access tags decides."""
    nearest = next((tags[key] for key in ("motor_vehicle", "vehicle", "access") if key in tags), "")
    return nearest in _CLOSED
