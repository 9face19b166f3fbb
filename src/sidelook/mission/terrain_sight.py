"""What terrain hides, for questions to an archive: from elevation tiles, or from the ground a scenario plays on."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sidelook.mission.scenario import bring_country, find_scenario, read_scenario
from sidelook.model.columns import Flags, Floats
from sidelook.sensing.coverage_map import Visibility
from sidelook.sensing.location import Place

if TYPE_CHECKING:
    from sidelook.geometry.terrain import HeightGrid

VEHICLE = 1.5  # height at which a vehicle sends back most, m


def sight_over(ground: Sequence[Path]) -> Visibility | None:
    """Give what tells which places a sensor sees over ground; None where no ground is named, or it hides nothing.

    Parameters
    ----------
    ground : elevation tiles (HGT, GeoTIFF, DTED) or folders of them, or one scenario (TOML, or the name of one that
        comes along)

    Raises
    ------
    NoTilesError, ScenarioError
    InputError : a tile is not what it should be
    """
    if not ground:
        return None
    if len(ground) == 1 and not ground[0].is_dir() and ground[0].suffix in ("", ".toml"):
        path = find_scenario(str(ground[0]))
        country = bring_country(read_scenario(path), path.parent)
        return None if country.grid is None else _over(country.grid, country.ceiling)
    from sidelook.geography.mosaics import mosaic  # noqa: PLC0415 - GDAL is heavy
    from sidelook.mission.terrain import read_tiles, tile_paths  # noqa: PLC0415

    paths = [path for place in ground for path in tile_paths(place)]
    return _over(mosaic(list(read_tiles(paths))), float("-inf"))


def _over(grid: "HeightGrid", ceiling: float) -> Visibility:
    """Ask lines of sight over a grid; unknown ground below the ceiling shows nothing for certain."""
    from sidelook.geometry.visibility import (  # noqa: PLC0415 - it imports Numba
        Points,
        Sight,
        SightRules,
        line_of_sight,
        on_ground,
    )

    rules = SightRules(ceiling=ceiling)

    def visible(latitude: Floats, longitude: Floats, sensor: Place, /) -> Flags:
        here, there, high = (np.full(len(latitude), part, np.float64) for part in sensor)
        eye = Points(latitude=here, longitude=there, height=high)
        targets = on_ground(grid, latitude, longitude, VEHICLE)
        return np.asarray(line_of_sight(grid, eye, targets, rules) == Sight.VISIBLE)

    return visible
