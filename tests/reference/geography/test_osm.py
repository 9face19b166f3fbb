"""Lengths of real road networks, against PROJ's geodesics over the ways as osmium gives them."""

from pathlib import Path

import numpy as np
import osmium
import pytest
from pyproj import Geod

from sidelook.geography.osm import ExtractSettings, edge_lengths, read_roads
from sidelook.geography.osm_tags import HIGHWAYS, is_closed

#: Kilometres that were found in these extracts by hand before this reader was written; whole ways only.
KILOMETRES = {"andorra.osm.pbf": 397.0, "lower_saxony_main_roads.osm.xml.gz": 4_414.0}


@pytest.mark.parametrize("name", KILOMETRES)
def test_kilometres_of_road(shared_data: Path, name: str) -> None:
    path = shared_data / "roads" / name
    with path.open("rb") as stream:
        roads = read_roads(stream, ExtractSettings(whole_ways_only=True))
    ours = edge_lengths(roads).sum() / 1e3
    assert ours == pytest.approx(by_proj(path), rel=1e-6)
    assert ours == pytest.approx(KILOMETRES[name], rel=3e-3)
    # Between its ends an edge meets no other: each junction is an end of all that meet there.
    inner = np.ones(len(roads.latitude), np.bool_)
    inner[roads.offset[:-1]] = inner[roads.offset[1:] - 1] = False
    places = np.unique(np.stack([roads.latitude, roads.longitude])[:, inner], axis=1, return_counts=True)[1]
    assert (places > 1).mean() < 1e-3  # some points lie twice at one place


def by_proj(path: Path) -> float:
    """Add up the drivable ways that are whole, km."""
    geod, total = Geod(ellps="WGS84"), 0.0
    for found in osmium.FileProcessor(str(path)).with_locations():
        if not found.is_way() or found.tags.get("highway") not in HIGHWAYS or found.tags.get("area") == "yes":
            continue
        if is_closed({tag.k: tag.v for tag in found.tags}) or not all(node.location.valid() for node in found.nodes):
            continue
        total += geod.line_length([node.lon for node in found.nodes], [node.lat for node in found.nodes])
    return total / 1e3
