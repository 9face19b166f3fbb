"""Where people of a fictional island live: sites, sizes and invented names of its towns."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy import ndimage

from sidelook.simulation.relief import Relief

# Invented for this project; none is meant to be a real place.
_SHORE_NAMES = (
    "Port Ansel", "Quillmouth", "Larkhaven", "Brindle Bay", "Westerby Quay", "Calder Sound", "Tidemoor", "Esterlow",
    "Saltmere Point", "Eddermouth", "Pike's Landing", "Old Haven", "Garrick's Ferry", "Skerrow", "Ambry Sands",
    "Sandrey",
    "Lornsey", "Elmsay", "Tarrow Mouth", "Kestow Harbour", "Grey Strand", "Ostrel Bay", "Vask Haven", "Merrin Point",
    "Halm Quay", "Inchsand", "Rill Cove", "Solwick Sound", "Trennel Head", "Fennich Roads", "Hexley Shore", "Ullin Bay",
)  # fmt: skip
_INLAND_NAMES = (
    "Teverin", "Dunmarrow", "Ostrel", "Velm", "Corrack", "Tholby", "Ilmer", "Kestow", "Marrowick", "Fennich", "Halm",
    "Orrin", "Pellick", "Nornham", "Grendlow", "Ruskel", "Vask", "Hollin Cross", "Upper Velm", "Drummel", "Lisk",
    "Oakenfold", "Merridown", "Quern", "Tarrow Bridge", "Yarrick", "Cobblewick", "Storrel", "Winnow", "Brackenhall",
    "Harrowmere", "Ullin", "Sedgeby", "Tolver", "Ashmarl", "Greyholm", "Nettlemoor", "Rill", "Kelder", "Farrowdale",
    "Moorgarth", "Inchmarrow", "Solwick", "Trennel", "Cairnby", "Luddock", "Wexmoor", "Thistledon", "Barrowell",
    "Hexley", "Stonnard", "Vennor", "Marlock", "Pellerby", "Quarrendon", "Ostholm", "Dray", "Tessick", "Umber Vale",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Towns:
    """Towns and hamlets of an island, largest first.

    Attributes
    ----------
    row, column : (T,) grid cell
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


@dataclass(frozen=True, slots=True, kw_only=True)
class TownSettings:
    """How an island is peopled.

    Attributes
    ----------
    named, hamlets : how many towns bear a name, and how many places do not
    largest : population of the first town; the next follow Zipf's law
    """

    named: int = 56
    hamlets: int = 130
    largest: int = 240_000


def settle(rng: Generator, relief: Relief, settings: TownSettings) -> Towns:
    """Found towns where people would: low, level, near water, and apart from one another.

    Parameters
    ----------
    rng : source of chance
    relief : of the island; towns stand on its largest land only
    settings : how many

    Returns
    -------
    towns; fewer than asked for where the land is full
    """
    appeal, shore = _appeal(rng, relief)
    grid_row, grid_column = np.indices(appeal.shape)
    chosen: list[tuple[int, int]] = []
    for rank in range(settings.named + settings.hamlets):
        row, column = np.unravel_index(int(np.argmax(appeal)), appeal.shape)
        if not np.isfinite(appeal[row, column]):
            break
        chosen.append((int(row), int(column)))
        squared = ((grid_row - row) ** 2 + (grid_column - column) ** 2) * relief.spacing**2
        weight, width, ground = _elbow_room(rank, settings.named)
        appeal = np.where(squared < ground**2, -np.inf, appeal - weight * np.exp(-squared / width**2))
    cells = np.array(chosen).reshape(-1, 2)
    order = 1.0 + np.arange(len(cells))
    population = (settings.largest * order**-1.15 * rng.uniform(0.75, 1.0, len(cells))).astype(np.int64)
    names = _name(shore[cells[:, 0], cells[:, 1]], settings.named)
    return Towns(row=cells[:, 0], column=cells[:, 1], population=population, names=names)


def _elbow_room(rank: int, named: int) -> tuple[float, float, float]:
    """Give how strongly and how far, m, a place keeps others away, and the ground, m, that is its own."""
    if rank < 8:  # noqa: PLR2004 - cities draw the trade of half a day's ride
        return 3.0, 26_000.0, 7_000.0
    return (3.0, 12_000.0, 5_000.0) if rank < named else (1.0, 4_000.0, 2_500.0)


def _name(shore: NDArray[np.float64], named: int) -> tuple[str, ...]:
    """Name the first towns by whether they stand on the shore."""
    stores = {True: iter(_SHORE_NAMES), False: iter(_INLAND_NAMES)}
    by_water = shore < 6.0  # noqa: PLR2004 - 3 km
    return tuple(next(stores[bool(wet)], "") if rank < named else "" for rank, wet in enumerate(by_water))


def mainland(dry: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Keep the largest stretch of dry cells, (R, C), joined over corners too."""
    label, count = ndimage.label(dry, structure=np.ones((3, 3)))
    size = ndimage.sum_labels(dry, label, np.arange(1, count + 1))
    largest: NDArray[np.bool_] = label == 1 + int(np.argmax(size))
    return largest


def _appeal(rng: Generator, relief: Relief) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    height = np.clip(relief.height, 0.0, None)
    slope = ndimage.gaussian_gradient_magnitude(height, 1.5) / relief.spacing
    shore = ndimage.distance_transform_edt(relief.height > 0.0)
    lakeside = ndimage.distance_transform_edt(~relief.lake)
    # A sheltered shore has land on most sides: the share of land within 6 km tells bays from capes.
    land = ndimage.uniform_filter((relief.height > 0.0).astype(float), 25)
    harbour = np.exp(-(((shore - 3.0) / 3.0) ** 2)) * np.clip(land, 0.3, 0.8)
    appeal = 2.2 * harbour + 0.6 * np.exp(-lakeside / 4.0) - height / 350.0 - 25.0 * slope
    appeal = appeal + 0.5 * rng.standard_normal(appeal.shape)
    usable = mainland(relief.dry) & (shore > 2.0) & (lakeside > 2.0)  # noqa: PLR2004 - a kilometre from the water
    return np.where(usable, appeal, -np.inf), shore
