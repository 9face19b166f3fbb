"""Places from bytes: GeoJSON (RFC 7946) or KML 2.2 (OGC 07-147r2), told apart by what they are."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from sidelook.formats.places.features import Collection, Feature, Property
from sidelook.formats.places.kml import features_of_kml
from sidelook.formats.places.outlines import Outline, PlacesError, checked_outline, refuse_overlaps
from sidelook.formats.places.rules import read_rules, rules_of
from sidelook.model.places import PlaceKind, Places, Rules

LARGEST_FILE = 64 << 20  # bytes
MOST_PLACES = 1_000
_KILOMETRES_AN_HOUR = 1.0 / 3.6


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drawn:
    """A place as it was read."""

    name: str
    kind: PlaceKind
    outline: Outline
    given: Property


def read_places(data: bytes) -> tuple[Places, Rules]:
    """Read sites, lines and areas, each with its rules.

    Each polygon is a site, or an area where its ``kind`` says so, and each line a line. Properties (GeoJSON) or
    ExtendedData (KML): ``name``, ``kind``, ``speed_kmh`` (usual speed of who crosses), and a rule by ``rule``,
    ``from``, ``until`` (UTC), ``vehicles`` and ``beyond`` (left or right of a line as drawn); GeoJSON may have several
    in ``rules``.

    Raises
    ------
    PlacesError : no GeoJSON or KML, or something in it that cannot be watched; the message names the place
    """
    if len(data) > LARGEST_FILE:
        message = f"a file of places of {len(data):,} bytes is too large: {LARGEST_FILE:,} at most"
        raise PlacesError(message)
    features = features_of_kml(data) if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<" else _features(data)
    if not features:
        message = "no places in this file: draw polygons (sites, areas) and lines, each with a name"
        raise PlacesError(message)
    if len(features) > MOST_PLACES:
        message = f"{len(features):,} places are more than can be watched: {MOST_PLACES:,} at most"
        raise PlacesError(message)
    drawn = [_drawn(number, feature) for number, feature in enumerate(features, start=1)]
    _refuse_twins([one.name for one in drawn])
    sites = [one for one in drawn if one.kind is PlaceKind.SITE]
    refuse_overlaps([one.name for one in sites], [one.outline for one in sites])
    rules = read_rules([one.name for one in drawn], [one.kind for one in drawn], [rules_of(one.given) for one in drawn])
    return _places(drawn), rules


def _features(data: bytes) -> tuple[Feature, ...]:
    """Decode GeoJSON."""
    try:
        return msgspec.json.decode(data, type=Collection).features
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        message = f"these places are neither a GeoJSON FeatureCollection nor KML: {error}"
        raise PlacesError(message) from error


def _drawn(number: int, feature: Feature) -> _Drawn:
    """Read one place."""
    given = feature.properties or Property()
    name = (given.name or "").strip() or f"place {number}"
    geometry = feature.geometry
    if geometry is None or geometry.type not in ("Polygon", "LineString"):
        what = "nothing" if geometry is None else geometry.type
        message = f"place {name!r} is drawn as {what}: draw a Polygon or a LineString, one a place"
        raise PlacesError(message)
    closed = geometry.type == "Polygon"
    kind = _kind(name, given.kind, closed=closed)
    try:
        rings = geometry.coordinates if closed else [geometry.coordinates]
        if len(rings) != 1:
            message = f"place {name!r} has holes or no outline: draw one outline without holes"
            raise PlacesError(message)
        outline = checked_outline(name, rings[0], closed=closed)
    except (TypeError, ValueError, IndexError, KeyError) as error:
        message = f"place {name!r} has no coordinates that can be read: pairs of longitude and latitude, degrees"
        raise PlacesError(message) from error
    return _Drawn(name=name, kind=kind, outline=outline, given=given)


def _kind(name: str, said: str | None, *, closed: bool) -> PlaceKind:
    """Tell what a place is, by what it says and by how it is drawn."""
    fitting = (PlaceKind.SITE, PlaceKind.AREA) if closed else (PlaceKind.LINE,)
    found = fitting[0] if said is None else next((kind for kind in fitting if kind.name.lower() == said), None)
    if found is None:
        words = " or ".join(kind.name.lower() for kind in fitting)
        message = f"place {name!r} says kind {said!r} and is drawn as a {'polygon' if closed else 'line'}: {words}"
        raise PlacesError(message)
    return found


def _refuse_twins(names: Sequence[str]) -> None:
    """Raise where two places bear one name."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            message = f"two places are called {name!r}: give each a name of its own"
            raise PlacesError(message)
        seen.add(name)


def _places(drawn: Sequence[_Drawn]) -> Places:
    """Put places into a record."""
    corners = np.array([len(one.outline) for one in drawn], np.int32)
    points = np.concatenate([one.outline for one in drawn])
    speeds = [np.nan if one.given.speed_kmh is None else one.given.speed_kmh for one in drawn]
    return Places(
        kind=np.array([one.kind for one in drawn], np.uint8),
        first=(np.cumsum(corners) - corners).astype(np.int32),
        corners=corners,
        speed=np.array(speeds, np.float64) * _KILOMETRES_AN_HOUR,
        number=np.arange(len(drawn), dtype=np.int32),
        names=tuple(one.name for one in drawn),
        latitude=np.ascontiguousarray(points[:, 0]),
        longitude=np.ascontiguousarray(points[:, 1]),
    )
