"""Scenarios: found by name or path, read from TOML, and the country, roads and truth they name brought in."""

from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sidelook.mission.typed_tree import TreeKind, changed_tree, convert_tree, read_tree
from sidelook.simulation.scenario.settings import GroundKind, GroundSettings, IslandSize, Scenario, ScenarioError

if TYPE_CHECKING:
    from sidelook.geometry.terrain import HeightGrid
    from sidelook.simulation.scenario.country import Country
    from sidelook.simulation.trajectories import Trajectories

KIND = TreeKind("scenario", ScenarioError)
SHIPPED = Path(str(resources.files("sidelook") / "data" / "scenarios"))


def shipped_scenarios() -> dict[str, str]:
    """Describe the scenarios that come along, by name."""
    return {path.stem: read_scenario(path).description for path in sorted(SHIPPED.glob("*.toml"))}


def find_scenario(given: str) -> Path:
    """Find a scenario by the name of one that comes along, or by path.

    Raises
    ------
    ScenarioError : there is neither
    """
    path = Path(given)
    if path.suffix == ".toml" or path.exists():
        return path
    known = SHIPPED / f"{given}.toml"
    if not known.exists():
        names = ", ".join(path.stem for path in sorted(SHIPPED.glob("*.toml")))
        message = f"no scenario {given!r}: give a TOML file, or one of {names}"
        raise ScenarioError(message)
    return known


def read_scenario(path: Path, changes: Sequence[str] = ()) -> Scenario:
    """Read a scenario; what it does not name keeps its default.

    Parameters
    ----------
    path : of the TOML file
    changes : ``KEY=VALUE`` in its place, keys with dots, values as in TOML

    Raises
    ------
    ScenarioError : it cannot be read, or says what cannot be; the message names the key
    """
    return parse_scenario(changed_tree(read_tree(path, KIND), changes, KIND))


def parse_scenario(tree: Mapping[str, Any]) -> Scenario:
    """Turn a tree of TOML values into a scenario."""
    return convert_tree(tree, Scenario, KIND)


def bring_country(scenario: Scenario, folder: Path) -> "Country":
    """Make the island of a scenario, or read its tiles and roads, whose paths are relative to a folder.

    Raises
    ------
    ScenarioError : a file is not named or not there
    InputError : a file is not what it should be, or no road lies on known ground
    """
    import numpy as np  # noqa: PLC0415 - the command line is quick to help

    from sidelook.simulation.scenario.country import island_country, island_settings, real_country  # noqa: PLC0415

    ground = scenario.ground
    if ground.kind is GroundKind.ISLAND:
        return island_country(island_settings(full=ground.island is IslandSize.FULL, seed=ground.island_seed))
    if not ground.roads:
        message = f'ground: kind = "{ground.kind}" needs roads, an OpenStreetMap extract'
        raise ScenarioError(message)
    from sidelook.geography.osm import read_roads  # noqa: PLC0415 - as above

    with _named(folder, ground.roads, "ground.roads").open("rb") as stream:
        roads = read_roads(stream)
    grid = _terrain(ground, folder) if ground.kind is GroundKind.TILES else None
    ceiling = 9_000.0 if ground.outside_hides else float("-inf")
    return real_country(np.random.default_rng(scenario.seed), roads, grid, ceiling)


def bring_truth(scenario: Scenario, folder: Path, country: "Country", day: int = 0) -> "tuple[Trajectories, ...]":
    """Read the files of truth a scenario names, their first samples brought to the mission's start.

    Raises
    ------
    ScenarioError : a file is not there, or of no known kind
    InputError : one is not what it should be, or holds nothing
    """
    if not scenario.truth:
        return ()
    from sidelook.mission.scenario_truth import read_truth  # noqa: PLC0415 - as above

    files = [(section, _named(folder, section.file, "truth.file")) for section in scenario.truth]
    return tuple(read_truth(section, path, country, scenario, day) for section, path in files)


def _terrain(ground: GroundSettings, folder: Path) -> "HeightGrid":
    from sidelook.geography.mosaics import mosaic  # noqa: PLC0415 - as above
    from sidelook.geography.tiles import Datum, read_tile  # noqa: PLC0415

    datum = Datum[ground.tiles_datum.name]
    tiles = []
    for name in ground.tiles:
        path = _named(folder, name, "ground.tiles")
        with path.open("rb") as stream:
            tiles.append(read_tile(stream, path.name, datum))
    return mosaic(tiles)


def _named(folder: Path, name: str, key: str) -> Path:
    """Give the file a scenario names; ScenarioError where it is not there."""
    path = (folder / name).expanduser()
    if not path.is_file():
        message = f"{key}: {path} is not there; paths are relative to the scenario's own folder"
        raise ScenarioError(message)
    return path
