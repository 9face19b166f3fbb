"""What terrain hides, for questions to an archive: from elevation tiles, or from the ground a scenario plays on."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sidelook.errors import UsageError
from sidelook.mission.scenario import bring_country, find_scenario, read_scenario
from sidelook.model.columns import Flags, Floats
from sidelook.sensing.coverage_map import Visibility
from sidelook.sensing.location import Place

if TYPE_CHECKING:
    from sidelook.geometry.terrain import HeightGrid

VEHICLE = 1.5  # height at which a vehicle sends back most, m


class GroundFileError(UsageError):
    """A file of ground is not there or of no known kind."""


def sight_over(ground: Sequence[Path]) -> Visibility | None:
    """Give what tells which places a sensor sees over ground; None where no ground is named, or it hides nothing.

    Parameters
    ----------
    ground : elevation tiles (HGT, GeoTIFF, DTED), or one scenario (TOML, or the name of one that comes along)

    Raises
    ------
    GroundFileError, ScenarioError
    InputError : a tile is not what it should be
    """
    if not ground:
        return None
    if len(ground) == 1 and (ground[0].suffix == ".toml" or not ground[0].suffix):
        path = find_scenario(str(ground[0]))
        country = bring_country(read_scenario(path), path.parent)
        return None if country.grid is None else _over(country.grid, country.ceiling)
    return _over(_tiles(ground), float("-inf"))


def _tiles(paths: Sequence[Path]) -> "HeightGrid":
    """Read and join tiles."""
    from sidelook.geography.mosaics import mosaic  # noqa: PLC0415 - GDAL is heavy
    from sidelook.geography.tiles import Datum, read_tile  # noqa: PLC0415

    grids = []
    for path in paths:
        try:
            with path.open("rb") as stream:
                grids.append(read_tile(stream, path.name, Datum.EGM96))
        except OSError as error:
            message = f"cannot read the ground in {path}: {error.strerror or error}"
            raise GroundFileError(message) from error
    return mosaic(grids)


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
