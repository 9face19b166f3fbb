"""A cross of roads in mid-ocean, flat and with a ridge, and scenarios that are played on it in a second."""

from dataclasses import replace

import numpy as np
import pytest

from sidelook.geography.roads import RoadClass, RoadNetwork
from sidelook.geometry.frames import LocalFrame, enu_to_geodetic
from sidelook.geometry.terrain import HeightGrid
from sidelook.simulation.scenario.country import Country, real_country
from sidelook.simulation.scenario.settings import (
    ErrorSection,
    GroundKind,
    GroundSettings,
    JobSection,
    PlatformSection,
    Scenario,
    TrafficSection,
)

FRAME = LocalFrame(latitude=0.66, longitude=-0.75)
HALF = 20_000.0
RIDGE_HEIGHT = 900.0


def cross_of_roads() -> RoadNetwork:
    """Two roads, 40 km each, that cross in the middle, as a grid of nine nodes."""
    place = np.array([-HALF, 0.0, HALF])
    east, north = (axis.ravel() for axis in np.meshgrid(place, place))
    latitude, longitude, _ = enu_to_geodetic(np.stack([east, north, np.zeros(9)], axis=-1), FRAME)
    start = np.array([3, 4, 1, 4, 0, 1, 6, 7], np.int32)
    end = np.array([4, 5, 4, 7, 1, 2, 7, 8], np.int32)
    return RoadNetwork(
        node_latitude=latitude,
        node_longitude=longitude,
        edge_start=start,
        edge_end=end,
        edge_class=np.full(len(start), RoadClass.PRIMARY, np.uint8),
        speed_limit=np.full(len(start), 25.0),
        offset=2 * np.arange(len(start) + 1),
        latitude=latitude[np.stack([start, end], axis=-1)].ravel(),
        longitude=longitude[np.stack([start, end], axis=-1)].ravel(),
    )


def ridge() -> HeightGrid:
    """Flat ground with a ridge from west to east 5 km north of the middle."""
    step = 200.0 / 6_371_000.0
    rows = columns = 501
    south, west = FRAME.latitude - 250 * step, FRAME.longitude - 250 * step / np.cos(FRAME.latitude)
    heights = np.zeros((rows, columns), np.float32)
    heights[272:279] = RIDGE_HEIGHT
    return HeightGrid(
        south=south, west=west, latitude_step=step, longitude_step=step / np.cos(FRAME.latitude), heights=heights
    )


@pytest.fixture(scope="session")
def flat() -> Country:
    """Give the cross on the ellipsoid."""
    return real_country(np.random.default_rng(1), cross_of_roads(), None, 0.0)


@pytest.fixture(scope="session")
def ridged() -> Country:
    """Give the cross on ground with a ridge."""
    return real_country(np.random.default_rng(1), cross_of_roads(), ridge(), 0.0)


@pytest.fixture(scope="session")
def scenario() -> Scenario:
    """Give some traffic under a radar to the south, for three minutes."""
    return Scenario(
        name="cross",
        duration_s=180.0,
        ground=GroundSettings(kind=GroundKind.SMOOTH),
        traffic=TrafficSection(vehicles=60),
        platform=PlatformSection(stand_off_km=70.0),
        jobs=(JobSection(revisit_s=30.0),),
        errors=ErrorSection(fixed_discretes=3, rotators=1),
    )


@pytest.fixture
def quiet(scenario: Scenario) -> Scenario:
    """Give the same without anything that gives plots but vehicles."""
    return replace(scenario, errors=ErrorSection(fixed_discretes=0, rotators=0, heading_mrad=0.0, heavy_tail_share=0.0))
