"""Looks at gates."""

from collections.abc import Callable

import numpy as np
import pytest

from sidelook.geography.roads import RoadNetwork
from sidelook.geometry.wgs84 import MEAN_RADIUS
from sidelook.model.places import Places
from sidelook.model.plots import Dwells
from sidelook.monitoring.gates import gates_of
from sidelook.monitoring.glances import STATIONS, glances_at, stations_of
from sidelook.sensing.coverage import covers

NORTHWARD = [(0.0, -5_000.0), (0.0, 5_000.0)]
SQUARE = [(-2_000.0, -2_000.0), (-2_000.0, 2_000.0), (2_000.0, 2_000.0), (2_000.0, -2_000.0)]
LATITUDE, LONGITUDE = 0.66, -0.75


def test_gates_lie_on_the_edge_and_lead_across_it_to_its_right(places: Callable[..., Places]) -> None:
    gates = gates_of(places(NORTHWARD, line=True))
    assert len(gates) == 11  # a kilometre apart at most
    assert gates.longitude == pytest.approx(np.full(11, LONGITUDE))
    assert np.degrees(gates.heading) == pytest.approx(np.full(11, 90.0))
    square = gates_of(places(SQUARE))
    inward = np.stack([np.sin(square.heading), np.cos(square.heading)], axis=1)
    away = np.stack([(square.longitude - LONGITUDE) * np.cos(LATITUDE), square.latitude - LATITUDE], axis=1)
    assert ((inward * away).sum(axis=1) < 0.0).all()


def test_where_a_road_crosses_there_is_the_gate(places: Callable[..., Places]) -> None:
    step = 3_000.0 / MEAN_RADIUS
    east = np.array([-step, step]) / np.cos(LATITUDE)
    roads = RoadNetwork(
        node_latitude=np.array([LATITUDE - step, LATITUDE + step]),
        node_longitude=LONGITUDE + east,
        edge_start=np.array([0], np.int32),
        edge_end=np.array([1], np.int32),
        edge_class=np.array([1], np.uint8),
        speed_limit=np.array([14.0]),
        offset=np.array([0, 2]),
        latitude=np.array([LATITUDE - step, LATITUDE + step]),
        longitude=LONGITUDE + east,
    )
    gates = gates_of(places(NORTHWARD, SQUARE, line=True), roads)
    first = gates.take(gates.place == 0)
    assert len(first) == 1
    assert first.road.all()
    assert np.degrees(first.heading) == pytest.approx([45.0], abs=0.5)
    assert (first.latitude[0], first.longitude[0]) == pytest.approx((LATITUDE, LONGITUDE))
    north = gates_of(places([(-1_000.0, 9_000.0), (1_000.0, 9_000.0)], line=True), roads)
    assert not north.road.any()  # no road crosses it: evenly


def test_looks_at_a_gate_are_those_of_footprints_over_it(
    places: Callable[..., Places], dwells: Callable[..., Dwells], begin: int
) -> None:
    gates = gates_of(places([(0.0, -100.0), (0.0, 100.0)], line=True))
    found = glances_at(gates, dwells(np.array([0.0, 2.0, 30.0, 60.0])))
    assert (found.time - begin).tolist() == [0, 30 * 10**9, 60 * 10**9]  # two seconds apart is one look
    assert np.degrees(found.bearing) == pytest.approx([0.0] * 3, abs=1.0)  # the sensor is north of it
    aside = dwells(np.array([0.0]), half=20_000.0)
    away = gates_of(places([(0.0, -50_000.0), (0.0, -50_100.0)], line=True))
    assert len(glances_at(away, aside)) == 0
    assert glances_at(gates, dwells(np.array([0.0]), speed=0.0)).minimum_detectable_speed.tolist() != [0.0]


def test_terrain_is_asked_along_the_way_once_a_minute(
    places: Callable[..., Places], dwells: Callable[..., Dwells]
) -> None:
    gates = gates_of(places([(0.0, -100.0), (0.0, 100.0)], line=True))
    asked: list[int] = []

    def west_is_hidden(latitude: np.ndarray, longitude: np.ndarray, sensor: object) -> np.ndarray:
        assert sensor
        asked.append(len(latitude))
        return longitude >= LONGITUDE - 1e-9

    found = glances_at(gates, dwells(np.arange(0.0, 120.0, 10.0)), west_is_hidden)
    assert asked == [STATIONS, STATIONS]
    assert found.visible.tolist() == [[False] * 3 + [True] * 4] * 12
    latitude, longitude = stations_of(gates)
    assert (longitude[0, 3], latitude[0, 3]) == pytest.approx((LONGITUDE, LATITUDE))


def test_no_look_is_lost_to_the_quick_choice_of_dwells(
    places: Callable[..., Places], dwells: Callable[..., Dwells]
) -> None:
    """All dwells around, narrow and wide, near and far: those that cover a gate are found, and no others."""
    rng = np.random.default_rng(9)
    gates = gates_of(places([(-30_000.0, 20_000.0), (40_000.0, -10_000.0)], line=True))
    one = dwells(np.arange(400.0) * 10.0)
    reach = rng.uniform(-1.5, 1.5, (4, 400)) * np.array([[0.02], [0.025], [0.03], [0.04]])
    columns = {name: getattr(one, name) for name in Dwells.DTYPES} | {
        "sensor_latitude": LATITUDE + reach[0],
        "sensor_longitude": LONGITUDE + reach[1],
        "area_latitude": LATITUDE + 0.3 * reach[2],
        "area_longitude": LONGITUDE + 0.3 * reach[3],
        "range_half_extent": rng.uniform(2e3, 80e3, 400),
        "angle_half_extent": rng.uniform(0.005, 0.3, 400),
    }
    looks = Dwells(**columns, plots=one.plots, origins=one.origins)
    found = glances_at(gates, looks)
    dwell, gate = np.nonzero(covers(looks, gates.latitude, gates.longitude))
    assert len(found) == len(dwell) > 500
    assert set(zip(found.gate.tolist(), found.time.tolist(), strict=True)) == set(
        zip(gate.tolist(), looks.time[dwell].tolist(), strict=True)
    )
