"""Elevation tiles from a folder: those over a place, joined."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from sidelook.errors import InputError, UsageError
from sidelook.geography.tiles import Datum, read_tile
from sidelook.geometry.frames import LocalFrame
from sidelook.geometry.terrain import HeightGrid

HEIGHTS = "heights="
SUFFIXES = (".hgt", ".tif", ".tiff", ".dt0", ".dt1", ".dt2")
FARTHEST = 0.005  # rad, of a tile from the scene, 32 km: four tiles at most, and few mountains throw shadows farther


class NoTilesError(UsageError):
    """There are no elevation tiles, or none near the scene; the text says what to do."""


def read_terrain(place: Path, frame: LocalFrame, datum: Datum = Datum.EGM96) -> HeightGrid:
    """Read the tiles near a scene: a file, or all of a folder that are of a kind we read.

    Parameters
    ----------
    place : of the tiles
    frame : of the scene
    datum : what their heights are counted from

    Raises
    ------
    NoTilesError, InputError
    """
    from sidelook.geography.mosaics import mosaic  # noqa: PLC0415 - where it is wanted

    near = [grid for grid in read_tiles(tile_paths(place), datum) if _is_near(grid, frame)]
    if not near:
        latitude, longitude = np.degrees([frame.latitude, frame.longitude])
        message = f"no tile of {place} is near the scene at {latitude:.4f}, {longitude:.4f}: add those that cover it"
        raise NoTilesError(message)
    return mosaic(near)


def part_datum(words: Sequence[str]) -> tuple[list[str], Datum]:
    """Part ``heights=DATUM`` from what else the user says; heights are above mean sea level where nothing is said.

    Raises
    ------
    UsageError
    """
    said = [word.partition("=")[2] for word in words if word.startswith(HEIGHTS)]
    rest = [word for word in words if not word.startswith(HEIGHTS)]
    try:
        return rest, Datum(said[-1].lower()) if said else Datum.EGM96
    except ValueError as error:
        message = f"{HEIGHTS}{said[-1]}: say {', '.join(datum.value for datum in Datum)}"
        raise UsageError(message) from error


def tile_paths(place: Path) -> list[Path]:
    """Give a file, or all elevation tiles of a folder, or raise NoTilesError where it holds none."""
    paths = sorted(path for path in place.iterdir() if path.suffix.lower() in SUFFIXES) if place.is_dir() else [place]
    if not paths:
        message = f"{place} holds no elevation tile: put *.hgt, *.tif or *.dt2 into it"
        raise NoTilesError(message)
    return paths


def read_tiles(paths: Sequence[Path], datum: Datum = Datum.EGM96) -> Iterator[HeightGrid]:
    """Read elevation tiles one by one; NoTilesError or InputError names the one that cannot be read."""
    for path in paths:
        try:
            with path.open("rb") as stream:
                grid = read_tile(stream, path.name, datum)
        except OSError as error:
            message = f"{path} cannot be read: {error.strerror or error}"
            raise NoTilesError(message) from error
        except InputError as error:
            message = f"{path}: {error}"
            raise InputError(message) from error
        yield grid


def _is_near(grid: HeightGrid, frame: LocalFrame) -> bool:
    """Tell whether a grid comes near a scene, in latitude and in longitude."""
    aside = np.mod(frame.longitude - grid.west - 0.5 * grid.width + np.pi, 2.0 * np.pi) - np.pi
    beyond = max(grid.south - frame.latitude, frame.latitude - grid.north, 0.0)
    besides = max(abs(float(aside)) - 0.5 * grid.width, 0.0) * np.cos(frame.latitude)
    return bool(np.hypot(beyond, besides) < FARTHEST)
