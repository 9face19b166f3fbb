"""Road networks from OpenStreetMap extracts: the one module that loads osmium.

The data is of the OpenStreetMap contributors under the Open Database Licence 1.0; whatever shows or contains it must
say so.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
import osmium
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

from sidelook.errors import InputError
from sidelook.geography.osm_tags import HIGHWAYS, MINOR_HIGHWAYS, is_closed, one_way, speed_limit
from sidelook.geography.roads import RoadNetwork
from sidelook.geometry.wgs84 import geodetic_to_ecef

ATTRIBUTION = "OpenStreetMap contributors, ODbL 1.0"


class RoadExtractError(InputError):
    """The bytes are no OpenStreetMap extract, or one that is damaged; the text says what was found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractSettings:
    """Which roads to take.

    Attributes
    ----------
    minor : drives, yards and tracks too
    private : roads closed to the public too
    whole_ways_only : leave out ways of which the extract lacks a point; else what is there of them is taken
    shortest_component : leave out roads that hang together with less than this length of road in all, m
    most_bytes : larger extracts are refused, as all of it is held in memory at once
    """

    minor: bool = False
    private: bool = False
    whole_ways_only: bool = False
    shortest_component: float = 0.0
    most_bytes: int = 2 * 1024**3


_DEFAULTS = ExtractSettings()


def read_roads(source: bytes | BinaryIO, settings: ExtractSettings = _DEFAULTS) -> RoadNetwork:
    """Read the roads that are driven from an extract.

    Parameters
    ----------
    source : of an ``.osm.pbf``, or ``.osm`` in XML, also packed with gzip or bzip2
    settings : which roads to take

    Returns
    -------
    network split wherever ways meet; empty where the extract has no such roads. ``one_way`` edges run from start
    to end

    Raises
    ------
    RoadExtractError : no extract, damaged, or too large
    """
    data = source if isinstance(source, bytes) else source.read(settings.most_bytes + 1)
    if len(data) > settings.most_bytes:
        message = f"the extract has more than {settings.most_bytes:,} bytes; cut it down to the area of interest"
        raise RoadExtractError(message)
    kind = _kind(data)
    ways = _Ways(settings)
    try:
        for way in _drivable(osmium.io.FileBuffer(data, kind)):
            ways.add(way)
    # Osmium raises RuntimeError over damage, and ValueError or KeyError over what makes no sense.
    except (RuntimeError, ValueError, KeyError, OverflowError, osmium.InvalidLocationError) as error:
        message = f"the extract ({kind}) is damaged: {error}"
        raise RoadExtractError(message) from error
    network = ways.network()
    return network if settings.shortest_component <= 0.0 else without_islands(network, settings.shortest_component)


def without_islands(network: RoadNetwork, shortest: float) -> RoadNetwork:
    """Leave out roads that hang together with too little of the network.

    Parameters
    ----------
    network : with or without such
    shortest : length of the roads that hang together, m

    Returns
    -------
    network of the others, nodes and edges renumbered in their order
    """
    count = len(network.node_latitude)
    links = sparse.coo_array(
        (np.ones(len(network), np.int8), (network.edge_start, network.edge_end)), shape=(count, count)
    )
    _, component = csgraph.connected_components(links, directed=False)
    of_edge = component[network.edge_start]
    total = np.bincount(of_edge, weights=edge_lengths(network), minlength=1)
    return _edges(network, total[of_edge] >= shortest)


def edge_lengths(network: RoadNetwork) -> NDArray[np.float64]:
    """Give the lengths of the edges on the ellipsoid, as the sum of their chords, (E,) m."""
    if not len(network):
        return np.zeros(0)
    points = geodetic_to_ecef(network.latitude, network.longitude, 0.0)
    step = np.linalg.norm(np.diff(points, axis=0, append=points[-1:]), axis=-1)
    step[network.offset[1:] - 1] = 0.0  # from the end of one edge to the start of the next
    return np.add.reduceat(step, network.offset[:-1])


def _kind(data: bytes) -> str:
    if data[:2] == b"\x1f\x8b":
        return "osm.gz"
    if data[:3] == b"BZh":
        return "osm.bz2"
    # A PBF begins with the size of its first block header and the word OSMHeader in it.
    if b"OSMHeader" in data[:64]:
        return "osm.pbf"
    if data[:256].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return "osm"
    message = f"the bytes are neither PBF nor XML: they begin with {data[:8]!r}"
    raise RoadExtractError(message)


def _drivable(buffer: "osmium.io.FileBuffer") -> Iterator["osmium.osm.Way"]:
    """Go through the ways tagged as highways, each with the places of its nodes."""
    processor = osmium.FileProcessor(buffer, osmium.osm.NODE | osmium.osm.WAY).with_locations()
    only_ways = osmium.filter.EntityFilter(osmium.osm.WAY)
    for found in processor.with_filter(only_ways).with_filter(osmium.filter.KeyFilter("highway")):
        if isinstance(found, osmium.osm.Way):
            yield found


class _Ways:
    """Ways as they come, then cut into edges all at once."""

    def __init__(self, settings: ExtractSettings) -> None:
        self._settings = settings
        self._highways = {**HIGHWAYS, **MINOR_HIGHWAYS} if settings.minor else HIGHWAYS
        self._reference: list[int] = []
        self._place: list[float] = []  # longitude, latitude, degrees, of one point after another
        self._count: list[int] = []  # of points of each piece of a way
        self._kind: list[int] = []
        self._limit: list[float] = []
        self._one_way: list[bool] = []

    def add(self, way: "osmium.osm.Way") -> None:
        tags = {tag.k: tag.v for tag in way.tags}
        kind = self._highways.get(tags["highway"])
        if kind is None or tags.get("area") == "yes" or (is_closed(tags) and not self._settings.private):
            return
        pieces = _pieces(way)
        if self._settings.whole_ways_only and len(pieces) != 1:
            return
        direction = one_way(tags)
        limit = speed_limit(tags.get("maxspeed"), kind[1])
        for piece in pieces:
            if len(piece) > 1:
                self._add_piece(piece[::-1] if direction < 0 else piece)
                self._kind.append(kind[0])
                self._limit.append(limit)
                self._one_way.append(direction != 0)

    def _add_piece(self, piece: list[tuple[int, float, float]]) -> None:
        self._count.append(len(piece))
        for reference, longitude, latitude in piece:
            self._reference.append(reference)
            self._place += (longitude, latitude)

    def network(self) -> RoadNetwork:
        """Cut the pieces wherever a node is used twice."""
        count = np.array(self._count, np.int64)
        place = np.radians(np.array(self._place, np.float64).reshape(-1, 2))
        _, node, uses = np.unique(np.array(self._reference, np.int64), return_inverse=True, return_counts=True)
        end = np.cumsum(count)
        is_end = np.zeros(len(node), np.bool_)
        is_end[end - 1] = is_end[end - count] = True
        cut = is_end | (uses[node] > 1)
        piece = np.repeat(np.arange(len(count)), count)
        at = np.flatnonzero(cut)
        inside = piece[at[:-1]] == piece[at[1:]]
        first, last = at[:-1][inside], at[1:][inside]
        points = last - first + 1
        offset = np.concatenate([[0], np.cumsum(points)])
        taken = np.arange(offset[-1]) + np.repeat(first - offset[:-1], points)
        junctions, node_number = np.unique(node[at], return_inverse=True)
        number = np.full(len(uses), -1, np.int32)
        number[node[at]] = node_number
        where = np.zeros(len(junctions), np.int64)
        where[node_number] = at
        return RoadNetwork(
            node_latitude=place[where, 1],
            node_longitude=place[where, 0],
            edge_start=number[node[first]],
            edge_end=number[node[last]],
            edge_class=np.array(self._kind, np.uint8)[piece[first]],
            speed_limit=np.array(self._limit, np.float64)[piece[first]],
            offset=offset,
            latitude=place[taken, 1],
            longitude=place[taken, 0],
            one_way=np.array(self._one_way, np.bool_)[piece[first]],
        )


def _pieces(way: "osmium.osm.Way") -> list[list[tuple[int, float, float]]]:
    """Give the runs of points whose place the extract has; repeated points are left out."""
    pieces: list[list[tuple[int, float, float]]] = [[]]
    for node in way.nodes:
        if not node.location.valid():
            pieces.append([])
        elif not pieces[-1] or pieces[-1][-1][0] != node.ref:
            pieces[-1].append((node.ref, node.location.lon, node.location.lat))
    return pieces


def _edges(network: RoadNetwork, kept: NDArray[np.bool_]) -> RoadNetwork:
    """Take some of the edges, and the nodes that they use."""
    of_point = np.repeat(kept, np.diff(network.offset))
    used, number = np.unique(np.concatenate([network.edge_start[kept], network.edge_end[kept]]), return_inverse=True)
    half = int(kept.sum())
    return RoadNetwork(
        node_latitude=network.node_latitude[used],
        node_longitude=network.node_longitude[used],
        edge_start=number[:half].astype(np.int32),
        edge_end=number[half:].astype(np.int32),
        edge_class=network.edge_class[kept],
        speed_limit=network.speed_limit[kept],
        offset=np.concatenate([[0], np.cumsum(np.diff(network.offset)[kept])]),
        latitude=network.latitude[of_point],
        longitude=network.longitude[of_point],
        one_way=network.one_way[kept],
    )
