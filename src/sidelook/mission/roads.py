"""Roads for the tracker, from a file: an OpenStreetMap extract, or lines in GeoJSON."""

from pathlib import Path

from sidelook.errors import UsageError
from sidelook.geography.roads import RoadNetwork


class RoadsFileError(UsageError):
    """There is no such file of roads."""


def load_roads(path: Path) -> RoadNetwork:
    """Read roads.

    Raises
    ------
    RoadsFileError : the file cannot be read
    InputError : it is neither an extract nor GeoJSON with lines, or damaged
    """
    from sidelook.geography.osm import read_roads  # noqa: PLC0415 - most runs have no extract to read
    from sidelook.geography.road_lines import read_road_lines  # noqa: PLC0415 - as above

    refuse_missing_roads(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        message = f"cannot read the roads in {path}: {error.strerror or error}"
        raise RoadsFileError(message) from error
    return read_road_lines(data) if data.lstrip()[:1] == b"{" else read_roads(data)


def refuse_missing_roads(path: Path) -> None:
    """Raise RoadsFileError where roads are asked for and there is no such file."""
    if not path.is_file():
        message = f"there is no file of roads {path}: give an .osm.pbf or .osm extract, or lines in GeoJSON"
        raise RoadsFileError(message)
