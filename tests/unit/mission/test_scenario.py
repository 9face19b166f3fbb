"""Scenario files: what they may say, and the sentence that answers what they may not."""

from pathlib import Path

import numpy as np
import pytest

from sidelook.errors import InputError
from sidelook.mission.scenario import (
    bring_country,
    bring_truth,
    find_scenario,
    parse_scenario,
    read_scenario,
    shipped_scenarios,
)
from sidelook.model.plots import TargetClass
from sidelook.simulation.scenario.settings import Scenario, ScenarioError
from sidelook.simulation.scenario.world import make_world

ROADS = """<osm version="0.6">
 <node id="1" lat="37.80" lon="-43.20"/><node id="2" lat="37.80" lon="-43.00"/><node id="3" lat="37.95" lon="-43.00"/>
 <way id="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="primary"/></way>
 <way id="2"><nd ref="2"/><nd ref="3"/><tag k="highway" v="secondary"/></way>
</osm>"""
SMOOTH = {"kind": "smooth", "roads": "roads.osm"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "roads.osm").write_text(ROADS)
    return tmp_path


def test_what_is_not_named_keeps_its_default() -> None:
    scenario = parse_scenario({"name": "x", "traffic": {"vehicles": 7}, "jobs": [{"kind": "sector"}]})
    assert (scenario.traffic.vehicles, scenario.jobs[0].kind, scenario.duration_s) == (7, "sector", 1_800.0)


@pytest.mark.parametrize(
    ("tree", "words"),
    [
        ({"trafic": {}}, "no key trafic; did you mean traffic"),
        ({"traffic": {"vehicels": 1}}, "no key traffic.vehicels; did you mean traffic.vehicles"),
        ({"jobs": [{}, {"revisit": 1}]}, r"no key jobs\[1\].revisit; did you mean jobs\[1\].revisit_s"),
        ({"convoys": [{"size": 3}]}, r"no key convoys\[0\].size; "),
        ({"traffic": {"vehicles": "many"}}, r"Expected `int`, got `str` - at `\$.traffic.vehicles`"),
        ({"ground": {"kind": "moon"}}, "Invalid enum value 'moon'"),
        ({"ground": {"kind": "tiles"}}, "needs tiles"),
        ({"ground": {"roads": "x.pbf"}}, "an island brings its own"),
        ({"duration_s": 0}, "up to 86,400 s"),
        ({"days": 0}, "days is 0"),
        ({"traffic": {"vehicles": -1}}, r"traffic.vehicles is -1: it must lie between 0 and 1e\+06"),
        ({"convoys": [{"vehicles": -3}]}, "convoys.vehicles is -3"),
        ({"platform": {"bank_deg": 0}}, "platform.bank_deg is 0"),
        ({"platform": {"speed_mps": float("nan")}}, "platform.speed_mps is nan"),
        ({"weather": {"wind_mps": -1}}, "weather.wind_mps is -1"),
        ({"errors": {"heavy_tail_share": 2}}, "errors.heavy_tail_share is 2"),
        ({"days": 2, "convoys": [{"vehicles_by_day": [1]}]}, "1 days of 2"),
    ],
)
def test_what_cannot_be_is_refused_by_name(tree: dict[str, object], words: str) -> None:
    with pytest.raises(ScenarioError, match=words):
        parse_scenario(tree)


def test_a_start_without_a_zone_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "s.toml"
    path.write_text("start = 2026-05-04T06:30:00\n")
    with pytest.raises(ScenarioError, match="needs a zone"):
        read_scenario(path)


def test_scenarios_are_found_by_name_or_path() -> None:
    assert {"convoy", "wide_area"} <= set(shipped_scenarios())
    assert find_scenario("convoy").is_file()
    with pytest.raises(ScenarioError, match=r"convoy, .*wide_area"):
        find_scenario("atlantis")
    with pytest.raises(ScenarioError, match="cannot be read"):
        read_scenario(find_scenario("nowhere.toml"))


@pytest.mark.parametrize(
    ("ground", "words"),
    [
        ({"kind": "smooth"}, "needs roads"),
        ({"kind": "smooth", "roads": "none.osm"}, "none.osm is not there"),
        ({"kind": "tiles", "tiles": ["N37W044.hgt"], "roads": "roads.osm"}, "N37W044.hgt is not there"),
    ],
)
def test_files_that_are_not_there_are_named(folder: Path, ground: dict[str, object], words: str) -> None:
    with pytest.raises(ScenarioError, match=words):
        bring_country(parse_scenario({"ground": ground}), folder)


def test_roads_that_are_none_are_refused(folder: Path) -> None:
    (folder / "roads.osm").write_text('<osm version="0.6"><node id="1" lat="1" lon="1"/></osm>')
    with pytest.raises(InputError, match="no roads"):
        bring_country(parse_scenario({"ground": SMOOTH}), folder)


def write_tile(path: Path, heights: np.ndarray) -> None:
    """Write an SRTM tile of three arc seconds."""
    path.write_bytes(heights.astype(">i2").tobytes())


def test_tiles_give_ground_and_roads_off_them_or_over_voids_are_left_out(folder: Path) -> None:
    heights = np.full((1201, 1201), 120)
    ground = {"kind": "tiles", "tiles": ["N37W044.hgt"], "tiles_datum": "ellipsoid", "roads": "roads.osm"}
    write_tile(folder / "N37W044.hgt", heights)
    country = bring_country(parse_scenario({"ground": ground}), folder)
    assert len(country.roads) == 2
    assert abs(float(country.ground.height(0.0, 0.0)) - 120.0) < 0.1
    # Rows of a tile run from north to south: a void around the north end of the second road.
    heights[0:120] = -32_768
    write_tile(folder / "N37W044.hgt", heights)
    assert len(bring_country(parse_scenario({"ground": ground}), folder).roads) == 1
    write_tile(folder / "N37W044.hgt", np.full((1201, 1201), -32_768))
    with pytest.raises(InputError, match="no roads on known ground"):
        bring_country(parse_scenario({"ground": ground}), folder)


def test_truth_is_read_and_brought_to_the_start(folder: Path) -> None:
    rows = [f"{t},truck.1,37.8,{-43.15 + 0.0002 * t},truck" for t in range(5)]
    (folder / "truth.csv").write_text("\n".join(["time_s,id,latitude_deg,longitude_deg,class", *rows]))
    scenario = parse_scenario({"ground": SMOOTH, "traffic": {"vehicles": 0}, "truth": [{"file": "truth.csv"}]})
    country = bring_country(scenario, folder)
    (truth,) = bring_truth(scenario, folder, country)
    assert truth.time.min() == scenario.begins(0)
    assert truth.entities.target_class.tolist() == [TargetClass.WHEELED]
    assert len(make_world(scenario, country, [truth]).traffic.entities) == 1
    with pytest.raises(ScenarioError, match=r"roads.osm is no table that can be read; .* \.csv"):
        bring_truth(parse_scenario({"ground": SMOOTH, "truth": [{"file": "roads.osm"}]}), folder, country)


@pytest.mark.parametrize(
    ("tree", "words"),
    [
        ({"jobs": [{"kind": "attack"}]}, "no kind 'attack'; known are wide_area, sector"),
        ({"convoys": [{"stops": ["Ys", "Lyonesse"]}]}, "no town 'Ys'"),
    ],
)
def test_worlds_that_cannot_be_made_are_refused_by_name(folder: Path, tree: dict[str, object], words: str) -> None:
    scenario = parse_scenario({"ground": SMOOTH, **tree})
    with pytest.raises(ScenarioError, match=words):
        make_world(scenario, bring_country(scenario, folder))


def test_the_command_line_is_laid_over_the_file() -> None:
    changes = ("seed=9", "traffic.vehicles = 500", "platform.path=circle", "name=my own")
    scenario = read_scenario(find_scenario("convoy"), changes)
    assert (scenario.seed, scenario.traffic.vehicles, scenario.platform.path) == (9, 500, "circle")
    assert (scenario.name, len(scenario.convoys)) == ("my own", 2)
    with pytest.raises(ScenarioError, match=r"did you mean traffic\.vehicles"):
        read_scenario(find_scenario("convoy"), ["traffic.vehicels=1"])
    with pytest.raises(ScenarioError, match="say KEY=VALUE"):
        read_scenario(find_scenario("convoy"), ["seed"])


def test_each_day_begins_a_day_later() -> None:
    scenario = Scenario(days=3)
    assert scenario.begins(2) - scenario.begins(0) == 2 * 86_400_000_000_000
