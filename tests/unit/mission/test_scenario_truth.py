"""Truth made elsewhere, in each form that can be read, in a mission of ours."""

import struct
from pathlib import Path

import numpy as np
import pytest

from sidelook.errors import InputError
from sidelook.geometry.wgs84 import geodetic_to_ecef
from sidelook.mission.scenario import bring_country, bring_truth, parse_scenario
from sidelook.model.plots import TargetClass
from sidelook.simulation.trajectories import Trajectories

from .test_scenario import ROADS

LATITUDE, LONGITUDE = 37.8, -43.15


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "roads.osm").write_text(ROADS)
    return tmp_path


def bring(folder: Path, **section: object) -> Trajectories:
    tree = {"ground": {"kind": "smooth", "roads": "roads.osm"}, "duration_s": 60, "truth": [section]}
    scenario = parse_scenario(tree)
    (truth,) = bring_truth(scenario, folder, bring_country(scenario, folder))
    assert truth.time.min() == scenario.begins(0)
    return truth


def entity_state(second: float, longitude_deg: float) -> bytes:
    """Make an Entity State PDU of a land platform: IEEE 1278.1-2012, table for 7.2.2."""
    place = geodetic_to_ecef(np.radians(LATITUDE), np.radians(longitude_deg), 0.0).tolist()
    units = (round(second * (2**31 - 1) / 3_600.0) << 1) | 1
    header = struct.pack(">BBBBIHBB", 7, 1, 1, 1, units, 144, 0, 0)
    who = struct.pack(">HHHBB", 10, 2, 1, 0, 0) + struct.pack(">BBHBBBB8x", 1, 1, 0, 7, 0, 0, 0)
    return header + who + struct.pack(">3f3d3fI", 1.0, 2.0, 3.0, *place, 0.0, 0.0, 0.0, 0) + bytes(56)


def test_floating_car_data(folder: Path) -> None:
    steps = "".join(
        f'<timestep time="{t}"><vehicle id="v" x="{LONGITUDE + 0.0002 * t}" y="{LATITUDE}" type="truck"/></timestep>'
        for t in range(5)
    )
    (folder / "fcd.xml").write_text(f"<fcd-export>{steps}</fcd-export>")
    truth = bring(folder, file="fcd.xml", form="fcd")
    assert (len(truth), truth.entities.names) == (5, ("v",))
    # A fifth of a thousandth of a degree of longitude a second.
    assert np.hypot(np.diff(truth.east), np.diff(truth.north)) == pytest.approx(17.6, abs=0.2)


def test_aircraft_of_a_table_of_adsb(folder: Path) -> None:
    rows = [f"{1_700_000_000 + 10 * t},3c0001,{LATITUDE},{LONGITUDE + 0.02 * t},3000" for t in range(5)]
    (folder / "air.csv").write_text("\n".join(["time,icao24,lat,lon,baroaltitude", *rows]))
    truth = bring(folder, file="air.csv", form="adsb")
    assert len(truth) == 5, "gaps of ten seconds are usual"
    assert np.diff(truth.time).tolist() == [10_000_000_000] * 4
    assert np.hypot(np.diff(truth.east), np.diff(truth.north)) == pytest.approx(1_760.0, rel=0.01)
    assert truth.entities.target_class.tolist() != [TargetClass.WHEELED]


def test_entity_states_of_dis(folder: Path) -> None:
    states = (entity_state(600.0 + 5.0 * t, LONGITUDE + 0.001 * t) for t in range(4))
    (folder / "exercise.dis").write_bytes(b"".join(states))
    truth = bring(folder, file="exercise.dis", form="dis")
    assert (len(truth), truth.entities.names) == (4, ("10:2:1",))
    assert np.diff(truth.time) == pytest.approx(5e9, abs=1e4)


def test_a_mission_may_begin_later_in_the_truth_and_never_after_it(folder: Path) -> None:
    rows = [f"{t},a,{LATITUDE},{LONGITUDE + 0.0002 * t}" for t in range(100)]
    (folder / "t.csv").write_text("\n".join(["time_s,id,latitude_deg,longitude_deg", *rows]))
    late = bring(folder, file="t.csv", from_s=30.0)
    early = bring(folder, file="t.csv")
    assert len(late) == len(early) == 66, "of the mission's minute, and five seconds to be sure"
    assert late.east[0] == pytest.approx(early.east[30])
    with pytest.raises(InputError, match=r"holds no samples from 500.0 s on"):
        bring(folder, file="t.csv", from_s=500.0)


def test_damage_is_said(folder: Path) -> None:
    (folder / "t.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(InputError):
        bring(folder, file="t.parquet")
