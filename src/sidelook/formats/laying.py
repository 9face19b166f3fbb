"""Laying images in their own pixels on the map: level, rows to the north, block by block, only what is wanted."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from typing import Protocol, TypeAlias

import numpy as np
from scipy.ndimage import map_coordinates

from sidelook.geometry.frames import LocalFrame, ecef_to_enu, enu_to_ecef, enu_to_geodetic
from sidelook.model.columns import Floats, Singles
from sidelook.model.image import OutsideImageError, PlaneGrid, TooLargeImageError, Wanted, centred_grid

LATTICE = 64  # pixels of the map between places that are projected exactly
BLOCK = 512  # pixels of the map to a side that are made at a time
MOST_READ = 4096**2  # pixels of the image that are read at a time
FIRST = -0.5  # where an image begins: its pixels are counted at their middles
SHARE_SAID = 0.999  # of a chip inside the image, below which it is said
LAID = "laid on the map, level"

Block: TypeAlias = tuple[slice, slice]


class Stored(Protocol):
    """An image as it is stored, that can be read in parts and knows where its pixels lie."""

    @property
    def name(self) -> str:
        """Of its file."""

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""

    def read(self, rows: slice, columns: slice) -> Singles:
        """Give the amplitudes of a part."""

    def pixels_of(self, places: Floats) -> Floats:
        """Give (N, 2) row and column of (N, 3) places, ECEF, m; NaN where a place has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Where an image lies.

    Attributes
    ----------
    frame : local, at its point of reference
    corners : (4, 2) east and north, m
    step : of a pixel over the ground, m
    """

    frame: LocalFrame
    corners: Floats
    step: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    """A part of an image on the map.

    Attributes
    ----------
    pixels, grid, frame : as of ``SarImage``; the frame's height is that of the image's point of reference
    said : what was done, in words
    """

    pixels: Singles
    grid: PlaneGrid
    frame: LocalFrame
    said: tuple[str, ...]


def lay(image: Stored, ground: Ground, wanted: Wanted) -> Laid:
    """Lay an image, or the part that is wanted, on the map.

    Pixels of the map are projected into the image, exactly on a lattice and in between by straight lines, and
    amplitudes interpolated there; what lies outside the image is zero. No more of the image is read at a time than a
    block of the map needs.

    Raises
    ------
    TooLargeImageError
    OutsideImageError
        nothing of the image lies in the part
    """
    frame, grid = _placed(image.name, ground, wanted)
    pixels = np.zeros(grid.shape, np.float32)
    inside = sum(_fill(image, frame, grid, block, pixels) for block in _blocks(grid.shape))
    if wanted.chip is None:
        return Laid(pixels=pixels, grid=grid, frame=frame, said=(LAID,))
    if not inside:
        raise OutsideImageError(outside_words(image.name, wanted, *_span(ground)))
    return Laid(pixels=pixels, grid=grid, frame=frame, said=(LAID, *share_words(inside / pixels.size)))


def share_words(share: float) -> tuple[str, ...]:
    """Say what share of a chip lies inside the image, where it is not all of it."""
    return () if share >= SHARE_SAID else (f"{max(share, 0.001):.1%} of it inside the image, nothing beyond",)


def outside_words(name: str, wanted: Wanted, south_west: Floats, north_east: Floats) -> str:
    """Say that nothing of an image lies in the part wanted; its span is in degrees of latitude and longitude."""
    span = f"{south_west[0]:.5f},{south_west[1]:.5f} to {north_east[0]:.5f},{north_east[1]:.5f}"
    where = ""
    if wanted.chip is not None and wanted.chip.place is not None:
        latitude, longitude = np.degrees(wanted.chip.place)
        where = f" about {latitude:.5f},{longitude:.5f}"
    return f"nothing of {name} lies in the part asked for{where}: it spans {span}; give a --center in it"


def refuse_too_large(name: str, shape: tuple[int, int], wanted: Wanted) -> None:
    """Refuse a map larger than memory may hold."""
    if shape[0] * shape[1] > wanted.most_pixels:
        message = (
            f"{name} makes {shape[0]:,} x {shape[1]:,} pixels, more than the {wanted.most_pixels:,} held in memory: "
            "give --center and --size for a part of it, or a larger --spacing"
        )
        raise TooLargeImageError(message)


def whole_grid(ground: Ground, step: float) -> PlaneGrid:
    """Lay pixels over all of an image, the box around its corners."""
    low, high = ground.corners.min(axis=0), ground.corners.max(axis=0)
    east, north = (float(value) for value in 0.5 * (low + high))
    across, up = high - low
    return centred_grid((max(ceil(up / step), 1), max(ceil(across / step), 1)), step, centre=(east, north, 0.0))


def _placed(name: str, ground: Ground, wanted: Wanted) -> tuple[LocalFrame, PlaneGrid]:
    """Give the frame and the grid of what is wanted."""
    step = wanted.spacing or ground.step
    if wanted.chip is None:
        grid = whole_grid(ground, step)
        refuse_too_large(name, grid.shape, wanted)
        return ground.frame, grid
    side = max(round(wanted.chip.size / step), 1)
    refuse_too_large(name, (side, side), wanted)
    place = wanted.chip.place
    if place is None:
        centre = 0.5 * (ground.corners.min(axis=0) + ground.corners.max(axis=0))
        latitude, longitude, _ = enu_to_geodetic(np.array([*centre, 0.0]), ground.frame)
        place = float(latitude), float(longitude)
    # A frame of the chip's own: the level plane of one far away would lie high above the ground here.
    frame = LocalFrame(latitude=place[0], longitude=place[1], height=ground.frame.height)
    return frame, centred_grid((side, side), step)


def _span(ground: Ground) -> tuple[Floats, Floats]:
    """Give the south-western and the north-eastern corner, degrees of latitude and longitude."""
    places = np.concatenate([ground.corners, np.zeros((len(ground.corners), 1))], axis=1)
    latitude, longitude, _ = enu_to_geodetic(places, ground.frame)
    degrees = np.degrees(np.stack([latitude, longitude], axis=-1))
    return degrees.min(axis=0), degrees.max(axis=0)


def _blocks(shape: tuple[int, int]) -> Iterator[Block]:
    for top in range(0, shape[0], BLOCK):
        for left in range(0, shape[1], BLOCK):
            yield slice(top, min(top + BLOCK, shape[0])), slice(left, min(left + BLOCK, shape[1]))


def _halves(block: Block) -> tuple[Block, Block]:
    """Cut a block across its longer side."""
    rows, columns = block
    if rows.stop - rows.start >= columns.stop - columns.start:
        middle = (rows.start + rows.stop) // 2
        return (slice(rows.start, middle), columns), (slice(middle, rows.stop), columns)
    middle = (columns.start + columns.stop) // 2
    return (rows, slice(columns.start, middle)), (rows, slice(middle, columns.stop))


def _fill(image: Stored, frame: LocalFrame, grid: PlaneGrid, block: Block, pixels: Singles) -> int:
    """Fill a block of the map, in parts where it needs too much of the image; count the pixels inside the image."""
    places = _places_in(image, frame, grid, block)
    last = np.array(image.shape)[:, None, None] - 0.5
    inside = ((places >= FIRST) & (places < last)).all(axis=0)  # False where a place is NaN
    if not inside.any():
        return 0
    low = np.maximum(np.floor(places[:, inside].min(axis=1)).astype(int), 0)
    high = np.minimum(np.ceil(places[:, inside].max(axis=1)).astype(int) + 1, image.shape)
    if np.prod(high - low) > MOST_READ and inside.size > 1:
        return sum(_fill(image, frame, grid, half, pixels) for half in _halves(block))
    part = image.read(*(slice(int(a), int(b)) for a, b in zip(low, high, strict=True)))
    # The outer half of an outer pixel has that pixel's amplitude.
    within = np.clip(places[:, inside], 0.0, np.array(image.shape)[:, None] - 1.0) - low[:, None]
    pixels[block][inside] = map_coordinates(part, within, order=1, mode="nearest", prefilter=False)
    return int(inside.sum())


def _places_in(image: Stored, frame: LocalFrame, grid: PlaneGrid, block: Block) -> Floats:
    """Give (2, R, C) row and column in the image of the map's pixels in a block."""
    lattices = [_lattice(part.start, part.stop - 1) for part in block]
    places = grid.positions(*np.meshgrid(*lattices, indexing="ij"))
    exact = image.pixels_of(enu_to_ecef(places.reshape(-1, 3), frame))
    exact = exact.reshape(len(lattices[0]), len(lattices[1]), 2)
    shares = [_shares(part, lattice) for part, lattice in zip(block, lattices, strict=True)]
    meshed = np.meshgrid(*shares, indexing="ij")
    return np.stack([map_coordinates(exact[..., k], meshed, order=1) for k in (0, 1)])


def _lattice(begin: int, end: int) -> Floats:
    return np.linspace(begin, end, max(ceil((end - begin) / LATTICE), 1) + 1)


def _shares(part: slice, lattice: Floats) -> Floats:
    """Where the numbers of a part lie in a lattice, counted in its steps."""
    span = lattice[-1] - lattice[0]
    numbers = np.arange(part.start, part.stop)
    return np.asarray((numbers - lattice[0]) / span * (len(lattice) - 1) if span else np.zeros(len(numbers)))


def ground_of(frame: LocalFrame, corners: Floats, step: float) -> Ground:
    """Say where an image lies, of its (4, 3) corners, ECEF, m; ValueError where they lie nowhere."""
    if not (np.isfinite(corners).all() and np.isfinite(step) and step > 0.0):
        message = "its corners lie nowhere on the ground"
        raise ValueError(message)
    return Ground(frame=frame, corners=ecef_to_enu(corners, frame)[:, :2], step=step)
