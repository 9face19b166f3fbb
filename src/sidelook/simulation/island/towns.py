"""Where people of a fictional island live: sites and sizes of its towns."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy import ndimage

from sidelook.simulation.island.names import name_towns
from sidelook.simulation.island.noise import rounded
from sidelook.simulation.island.relief import Relief

STRIDE = 2  # cells of the relief to a cell of the grid on which towns and roads are laid
_FEW = 6.0  # widths after which a town's weight on others is nothing
_CITIES = 10  # at most, and a tenth of the towns
_TOO_STEEP = 0.11  # mean slope of ground on which nobody builds


@dataclass(frozen=True, slots=True, kw_only=True)
class Towns:
    """Towns and hamlets of an island, largest first.

    Attributes
    ----------
    row, column : (T,) cell of the relief's grid
    population : (T,)
    names : T of them, empty for a hamlet
    """

    row: NDArray[np.int64]
    column: NDArray[np.int64]
    population: NDArray[np.int64]
    names: tuple[str, ...]

    def __len__(self) -> int:
        """Count the towns."""
        return len(self.row)

    @property
    def radius(self) -> NDArray[np.float64]:
        """(T,) m from the middle of a town to its edge; a hamlet has none."""
        named = np.array([bool(name) for name in self.names])
        spread: NDArray[np.float64] = 560.0 * np.sqrt(self.population / 4_000.0).clip(1.0, 9.0)
        return np.where(named, spread, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class TownSettings:
    """How an island is peopled.

    Attributes
    ----------
    named, hamlets : how many towns bear a name, and how many places do not
    largest : population of the first town; the next follow Zipf's law
    """

    named: int = 260
    hamlets: int = 1_300
    largest: int = 540_000


def settle(rng: Generator, relief: Relief, settings: TownSettings) -> Towns:
    """Found towns where people would: low, level, near water, and apart from one another.

    Parameters
    ----------
    rng : source of chance
    relief : of the island; towns stand on the largest land that roads can cross
    settings : how many

    Returns
    -------
    towns; fewer than asked for where the land is full
    """
    appeal, shore = _appeal(rng, relief)
    spacing = STRIDE * relief.spacing
    chosen: list[tuple[int, int]] = []
    for rank in range(settings.named + settings.hamlets):
        row, column = divmod(int(np.argmax(appeal)), appeal.shape[1])
        if not np.isfinite(appeal[row, column]):
            break
        chosen.append((row, column))
        _take_ground(appeal, row, column, _elbow_room(rank, settings.named), spacing)
    cells = np.array(chosen, np.int64).reshape(-1, 2)
    order = 1.0 + np.arange(len(cells))
    population = (settings.largest * order**-1.05 * rng.uniform(0.75, 1.0, len(cells))).astype(np.int64)
    by_water = (shore[cells[:, 0], cells[:, 1]] * spacing < 3_000.0).tolist()  # noqa: PLR2004 - m
    names = name_towns(rng, by_water[: settings.named])
    names += ("",) * (len(cells) - len(names))
    return Towns(row=STRIDE * cells[:, 0], column=STRIDE * cells[:, 1], population=population, names=names)


def passable(relief: Relief) -> NDArray[np.bool_]:
    """Tell where roads and towns may be, on every second point of the grid: the largest land, two cells from water."""
    clear = ndimage.minimum_filter(relief.dry, 5)[::STRIDE, ::STRIDE]
    label, count = ndimage.label(clear, structure=np.ones((3, 3)))
    size = np.bincount(np.ravel(label), minlength=count + 1)
    size[0] = 0
    largest: NDArray[np.bool_] = label == int(np.argmax(size))
    return largest & clear


def _elbow_room(rank: int, named: int) -> tuple[float, float, float]:
    """Give how strongly and how far, m, a place keeps others away, and the ground, m, that is its own."""
    if rank < min(_CITIES, named // 10):  # cities draw the trade of half a day's ride
        return 3.0, 38_000.0, 11_000.0
    return (2.5, 11_000.0, 5_500.0) if rank < named else (1.0, 4_000.0, 2_600.0)


def _take_ground(
    appeal: NDArray[np.float64], row: int, column: int, room: tuple[float, float, float], spacing: float
) -> None:
    """Make a town's surroundings less welcome to others, in place and only as far as it is felt."""
    weight, width, ground = room
    reach = int(_FEW * width / spacing) + 1
    rows = slice(max(row - reach, 0), row + reach + 1)
    columns = slice(max(column - reach, 0), column + reach + 1)
    north = (np.arange(appeal.shape[0])[rows, None] - row) * spacing
    east = (np.arange(appeal.shape[1])[None, columns] - column) * spacing
    squared = north**2 + east**2
    felt = np.exp(-(north**2) / width**2) * np.exp(-(east**2) / width**2)
    appeal[rows, columns] = np.where(squared < ground**2, -np.inf, appeal[rows, columns] - weight * felt)


def _appeal(rng: Generator, relief: Relief) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Say how welcome each place is, and how many cells it is from the sea."""
    height = np.maximum(relief.height[::STRIDE, ::STRIDE].astype(np.float64), 0.0)
    spacing = STRIDE * relief.spacing
    slope = ndimage.gaussian_gradient_magnitude(height, 1.5) / spacing
    land = relief.height[::STRIDE, ::STRIDE] > 0.0
    shore = ndimage.distance_transform_edt(land)
    lakeside = ndimage.distance_transform_edt(~relief.lake[::STRIDE, ::STRIDE])
    flow = ndimage.maximum_filter(relief.drained, 5)[::STRIDE, ::STRIDE]
    # A sheltered shore has land on most sides: the share of land within 6 km tells bays from capes.
    sheltered = ndimage.uniform_filter(land.astype(np.float64), 2 * int(6_000.0 / spacing) + 1)
    harbour = np.exp(-(((shore * spacing - 1_500.0) / 1_500.0) ** 2)) * np.clip(sheltered, 0.3, 0.8)
    river = 1.3 * np.clip(np.sqrt(flow / 1_200.0), 0.0, 1.0)
    appeal = 1.5 * harbour + 0.5 * np.exp(-lakeside / 4.0) + river - height / 400.0 - 14.0 * slope
    appeal = appeal + 0.5 * rng.standard_normal(appeal.shape)
    return np.where(passable(relief) & (slope < _TOO_STEEP), rounded(appeal), -np.inf), shore
