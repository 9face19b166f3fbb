"""Placemarks of KML as features: polygons and lines, their names and ExtendedData; nothing outside the file is read."""

from typing import Any

import lxml.etree
import msgspec

from sidelook.formats.places.features import Feature, Geometry, Property
from sidelook.formats.places.outlines import PlacesError

_SHAPES = ("Polygon", "LineString", "Point", "Model", "Track")
_NUMBERS = ("vehicles", "speed_kmh")


def features_of_kml(data: bytes) -> tuple[Feature, ...]:
    """Read the placemarks of a KML file.

    Raises
    ------
    PlacesError : no KML, or XML with a document type, which KML has none of
    """
    parser = lxml.etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = lxml.etree.fromstring(data, parser)
    except (lxml.etree.XMLSyntaxError, ValueError) as error:
        message = f"these places are no KML: {error}"
        raise PlacesError(message) from error
    if root.getroottree().docinfo.doctype:
        message = "KML with a document type is not read: save it anew without"
        raise PlacesError(message)
    if _tag(root) != "kml":
        message = f"these places are XML but no KML: the document is <{_tag(root)}>"
        raise PlacesError(message)
    return tuple(_feature(element) for element in root.iter() if _tag(element) == "Placemark")


def _feature(placemark: Any) -> Feature:  # noqa: ANN401 - lxml has no types
    """Read one placemark; one with several shapes is drawn as nothing."""
    shapes = [element for element in placemark.iter() if _tag(element) in _SHAPES]
    given = _properties(placemark)
    if len(shapes) != 1:
        return Feature(properties=given)
    kind = _tag(shapes[0])
    rings = [_coordinates(element) for element in shapes[0].iter() if _tag(element) == "coordinates"]
    return Feature(geometry=Geometry(kind, rings if kind == "Polygon" else rings[0] if rings else []), properties=given)


def _coordinates(element: Any) -> list[list[float]]:  # noqa: ANN401 - as above
    """Read longitude,latitude[,height] tuples with blanks between them; what is no number is no coordinate."""
    try:
        return [[float(part) for part in point.split(",")[:2]] for point in (element.text or "").split()]
    except ValueError:
        return [[]]


def _properties(placemark: Any) -> Property:  # noqa: ANN401 - as above
    """Read a placemark's name and ExtendedData."""
    given: dict[str, Any] = {}
    for element in placemark.iter():
        tag = _tag(element)
        if tag == "name" and element.getparent() is placemark:
            given["name"] = (element.text or "").strip()
        if tag in ("Data", "SimpleData"):
            texts = [part.text for part in element if _tag(part) == "value"] if tag == "Data" else [element.text]
            given[element.get("name") or ""] = _value(element.get("name"), (texts or [None])[0])
    try:
        return msgspec.convert(given, Property)
    except msgspec.ValidationError as error:
        message = f"place {given.get('name', '')!r}: {error}"
        raise PlacesError(message) from error


def _value(name: str | None, text: str | None) -> object:
    """Read a value of ExtendedData, which KML has as text; what is to be a number stays text where it is none."""
    text = (text or "").strip()
    if name not in _NUMBERS:
        return text
    try:
        return float(text) if name == "speed_kmh" else int(text)
    except ValueError:
        return text


def _tag(element: Any) -> str:  # noqa: ANN401 - as above
    """Name an element without its namespace; comments have none."""
    return lxml.etree.QName(element).localname if isinstance(element.tag, str) else ""
