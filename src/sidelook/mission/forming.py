"""How the image of ``sidelook image`` is formed: which way, and tile by tile, kept on disk where the work is long.

Finished tiles lie in ``OUTPUT.part`` beside the output until it is written. Stopped and started again with the same
input and options, only the tiles that are missing are formed; with others, it begins anew.
"""

import errno
import hashlib
import os
import shutil
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sidelook import __version__
from sidelook.archive.errors import storage_errors
from sidelook.model.echoes import PhaseHistory
from sidelook.model.image import PlaneGrid, SarImage
from sidelook.sar.backprojection import Forming, check_finite, collection_end, exact_tiles
from sidelook.sar.factorised import Factorised, factorised_tiles
from sidelook.sar.polar_format import PolarFormat, form_polar, wave_front_error
from sidelook.sar.swath import share_in_swath, swath_width
from sidelook.sar.tiles import Place, Tile

Method: TypeAlias = Literal["auto", "exact", "factorised", "polar"]

Settings: TypeAlias = Forming | Factorised | PolarFormat

FEW = 2e9  # pixel-pulses, some five seconds of one core, up to which an image is formed exactly
MANY = 1e10  # from which billions are told without a part
RATES = {"exact": 350e6, "factorised": 2e9, "polar": 2e9}  # pixel-pulses a second of one core, at least
KEPT_SECONDS = 60.0  # of work, from which finished tiles are kept on disk
KEPT_PIXELS = 1 << 27  # 1 GB, from which they are kept there for want of memory
PART = ".part"
LINE_WORDS = 4  # of the list of tiles: row, column, pixels, and a full stop to tell a whole line by


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How an image is to be formed.

    Attributes
    ----------
    settings : which also say the method
    said : in words, with the reason where it was chosen here
    seconds : of one core that it takes at most, by measured rates
    """

    settings: Settings
    said: str
    seconds: float


def choose_way(history: PhaseHistory, grid: PlaneGrid, method: Method, exact: Forming) -> Way:
    """Choose a method by size where none is asked for; ``exact`` has the weights for either.

    Raises
    ------
    OutsideSwathError
        where the echoes show nothing of the image
    """
    share = share_in_swath(history, grid)
    way = _way(history, grid, method, exact)
    if share >= 1.0:
        return way
    swath = f"{share:.0%} of it in the swath of {swath_width(history):,.0f} m, ground shown in a wrong place beyond"
    return replace(way, said=f"{way.said}; {swath}")


def _way(history: PhaseHistory, grid: PlaneGrid, method: Method, exact: Forming) -> Way:
    work = float(len(history)) * grid.shape[0] * grid.shape[1]
    chosen = method if method != "auto" else "exact" if work <= FEW else "factorised"
    billions = f"{work / 1e9:,.0f}" if work > MANY else f"{work / 1e9:.2g}"
    said = chosen if method != "auto" else f"{chosen}, chosen for {billions} billion pixel-pulses"
    if chosen == "exact":
        return Way(settings=exact, said=said, seconds=work / RATES[chosen])
    if chosen == "polar":
        plane = PolarFormat(frequency_window=exact.frequency_window, pulse_window=exact.pulse_window)
        error = wave_front_error(history, grid)
        return Way(settings=plane, said=f"{said}, phase within {error:.2g} rad", seconds=work / RATES[chosen])
    fast = Factorised(frequency_window=exact.frequency_window, pulse_window=exact.pulse_window)
    said += f", error {fast.error_db:g} dB"
    return Way(settings=fast, said=said, seconds=work / RATES[chosen])


def form_image(
    history: PhaseHistory, grid: PlaneGrid, way: Way, output: Path, *, progress: Callable[[float], None]
) -> SarImage:
    """Form an image; its pixels lie in a file beside the output where the work is long or memory short.

    Parameters
    ----------
    output : that the image is for; ``discard_parts`` once it is written
    progress : told the share that is done, 0 to 1; it may raise to stop the work

    Raises
    ------
    InputError, UsageError, StorageError
        before the work starts
    """
    check_finite(history)
    if isinstance(way.settings, PolarFormat):  # one transform of the whole: no tiles
        image = form_polar(history, grid, way.settings)
        progress(1.0)
        return image
    if way.seconds < KEPT_SECONDS and grid.shape[0] * grid.shape[1] < KEPT_PIXELS:
        pixels: NDArray[np.complex64] = np.empty(grid.shape, np.complex64)
        done = 0
        for tile in tiles_of(history, grid, way.settings, ()):
            put(tile, pixels)
            done += tile.pixels.size
            progress(done / pixels.size)
    else:
        kept = KeptTiles(parts_of(output), grid.shape, job_digest(history, grid, way.settings))
        progress(kept.share)
        for tile in tiles_of(history, grid, way.settings, kept.places):
            kept.add(tile)
            progress(kept.share)
        pixels = kept.pixels
    return SarImage(
        pixels=pixels,
        grid=grid,
        frame=history.frame,
        begin=history.begin,
        end=collection_end(history),
        centre_frequency=history.centre_frequency,
        processing=(f"backprojection, {way.said}",),
        origin=history.origin,
    )


def tiles_of(
    history: PhaseHistory, grid: PlaneGrid, settings: Forming | Factorised, done: Collection[Place]
) -> Iterator[Tile]:
    """Form the tiles that are not done, by the method that the settings are of, with all cores there are."""
    workers = os.cpu_count() or 1
    if isinstance(settings, Forming):
        return exact_tiles(history, grid, settings, done=done, workers=workers)
    return factorised_tiles(history, grid, settings, done=done, workers=workers)


def put(tile: Tile, pixels: NDArray[np.complex64]) -> None:
    """Lay a tile into its image."""
    rows, columns = tile.pixels.shape
    pixels[tile.row : tile.row + rows, tile.column : tile.column + columns] = tile.pixels


def parts_of(output: Path) -> Path:
    """Give the folder that finished tiles of an output are kept in."""
    return output.with_name(output.name + PART)


def discard_parts(output: Path) -> None:
    """Remove the tiles kept for an output that is written."""
    shutil.rmtree(parts_of(output), ignore_errors=True)


def job_digest(history: PhaseHistory, grid: PlaneGrid, settings: Forming | Factorised) -> str:
    """Tell one piece of work from every other: 64 digits over the echoes, the grid, the method and its weights."""
    digest = hashlib.sha256()
    for field in fields(history):
        value = getattr(history, field.name)
        digest.update(np.ascontiguousarray(value).data if isinstance(value, np.ndarray) else repr(value).encode())
    digest.update(np.ascontiguousarray(settings.frequency_window(history.samples.shape[1])).data)
    digest.update(np.ascontiguousarray(settings.pulse_window(len(history))).data)
    plain = {f.name: getattr(settings, f.name) for f in fields(settings) if not f.name.endswith("_window")}
    digest.update(f"{grid!r} {type(settings).__name__} {plain!r} {__version__}".encode())
    return digest.hexdigest()


class KeptTiles:
    """Pixels in a memory-mapped file, and a list of the tiles that are in it: a tile is listed once it is on disk.

    Raises
    ------
    StorageError
        where there is no room, or the folder cannot be written
    """

    def __init__(self, folder: Path, shape: tuple[int, int], digest: str) -> None:
        self._folder, self._shape = folder, shape
        self._list, self._pixels = folder / "tiles.txt", folder / "pixels.npy"
        self._done: dict[Place, int] = {}
        with storage_errors(folder.parent, "keeping tiles of an image"):
            self.pixels = self._resumed(digest)

    @property
    def places(self) -> Collection[Place]:
        """First pixels of the tiles that are done."""
        return self._done.keys()

    @property
    def share(self) -> float:
        """How much of the image is done, 0 to 1."""
        return sum(self._done.values()) / (self._shape[0] * self._shape[1])

    def add(self, tile: Tile) -> None:
        """Keep a tile: its pixels first, then its name, each flushed to the disk."""
        with storage_errors(self._folder.parent, "keeping tiles of an image"):
            put(tile, self.pixels)
            self.pixels.flush()
            with self._list.open("a", encoding="ascii") as file:
                file.write(f"{tile.row} {tile.column} {tile.pixels.size} .\n")
                file.flush()
                os.fsync(file.fileno())
        self._done[tile.row, tile.column] = tile.pixels.size

    def _resumed(self, digest: str) -> np.memmap[tuple[int, int], np.dtype[np.complex64]]:
        """Open what is there if it is of the same work; begin anew if not."""
        if self._list.is_file() and self._pixels.is_file():
            first, *lines = self._list.read_text(encoding="ascii", errors="replace").splitlines() or [""]
            if first == digest:
                with suppress(ValueError):  # a file that is no image of this shape is written anew
                    opened = np.lib.format.open_memmap(self._pixels, mode="r+")
                    if opened.shape == self._shape and opened.dtype == np.complex64:
                        self._done = dict(filter(None, map(read_line, lines)))
                        return opened
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir()
        needed, free = 8 * self._shape[0] * self._shape[1], shutil.disk_usage(self._folder).free
        if needed > free:
            self._folder.rmdir()
            raise OSError(errno.ENOSPC, f"{needed / 1e9:.1f} GB are needed and {free / 1e9:.1f} GB free")
        made = np.lib.format.open_memmap(self._pixels, mode="w+", dtype=np.complex64, shape=self._shape)
        self._list.write_text(digest + "\n", encoding="ascii")
        return made


def read_line(line: str) -> tuple[Place, int] | None:
    """Read which tile a line names; None where it broke off."""
    words = line.split()
    if len(words) != LINE_WORDS or words[-1] != ".":
        return None
    row, column, size = (int(word) for word in words[:-1])
    return (row, column), size
