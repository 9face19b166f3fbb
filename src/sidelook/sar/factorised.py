"""Fast factorised backprojection: tiles within tiles, each formed from fewer pulses than the one it lies in.

All pulses, seen from the centre of a large tile, are added into few (``thinning``), those again into fewer for each tile
within it, and the smallest tiles are formed of what is left by the exact sum's own kernel. Ranges are float64 from true
antenna places at every step, so the error at 150 km is that at 10 km; memory is bounded by the largest tile and a block
of pulses, however large the image. Holds for any plane, flight and pair of antennas: where pulses cannot be spared (few,
or a flight too rough) they are all kept.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from math import ceil, floor, pi
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.fft import ifft, next_fast_len

from sidelook.model.columns import Floats
from sidelook.model.echoes import PhaseHistory
from sidelook.model.image import PlaneGrid, SarImage
from sidelook.sar import kernels
from sidelook.sar.backprojection import Progress, check_distance, check_finite, collection_end
from sidelook.sar.reference import LIGHT
from sidelook.sar.thinning import TAPS, Thinning, keep_all, shift_taps, thin
from sidelook.sar.windows import even

Singles: TypeAlias = NDArray[np.float32]
Waves: TypeAlias = NDArray[np.complex64]

LEAF = (kernels.ROWS, kernels.PIECE)
SIDES = (256, 1024)  # of the tiles above, pixels
OVERSAMPLING = 4.0  # of profiles: a cubic's error there is -90 dB
PROFILE_BYTES = 256 << 20  # of pulses compressed at a time
SAMPLED = 5  # tiles down and across, at which waves are measured
TRUE_ERROR = 2.0  # how far a wave's true error may be above what was asked for
WIDER, ATTEMPTS = 1.3, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Factorised:
    """How an image is formed.

    Attributes
    ----------
    error_db : of the image against the exact sum, that the number of pulses is chosen by; -40 to -80
    frequency_window, pulse_window : give weights for a count, as ``windows.taylor`` does
    """

    error_db: float = -60.0
    frequency_window: Callable[[int], Floats] = even
    pulse_window: Callable[[int], Floats] = even


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """A part of an image, finished: the place of its first pixel, and (rows, columns) pixels."""

    row: int
    column: int
    pixels: Waves


@dataclass(frozen=True, slots=True, kw_only=True)
class _Level:
    """A size of tiles: its pulses, and the room their profiles take.

    Attributes
    ----------
    shape : pixels
    thinning : from the level above
    transmit, receive : (Q, 3) of the pulses kept, m
    slack : samples beyond the tile's own that the tiles within it may reach, for the curvature of the range
    room : samples of a profile at most
    """

    shape: tuple[int, int]
    thinning: Thinning
    transmit: Floats
    receive: Floats
    slack: int
    room: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """What all tiles share: the samples of a profile, their size, the carrier, and the levels from the largest."""

    history: PhaseHistory
    grid: PlaneGrid
    cells: int
    cell: float
    waves: float
    taps: Floats
    levels: tuple[_Level, ...]
    same: bool
    weights: tuple[Floats, Floats]

    @property
    def steps(self) -> tuple[Floats, Floats]:
        """Step to the next row and to the next column, m."""
        grid = self.grid
        return grid.row_spacing * np.array(grid.row_axis), grid.column_spacing * np.array(grid.column_axis)


def backproject_factorised(
    history: PhaseHistory, grid: PlaneGrid, settings: Factorised | None = None, *, progress: Progress | None = None
) -> SarImage:
    """Form an image on a plane, with the phase of the carrier as received.

    Parameters
    ----------
    progress : told the share that is done, 0 to 1, after each tile; it may raise to stop the work

    Raises
    ------
    NotFiniteEchoesError, SceneTooNearError
        before the work starts
    """
    settings = settings or Factorised()
    image = np.empty(grid.shape, np.complex64)
    done = 0
    for tile in form_tiles(history, grid, settings):
        rows, columns = tile.pixels.shape
        image[tile.row : tile.row + rows, tile.column : tile.column + columns] = tile.pixels
        done += tile.pixels.size
        if progress:
            progress(done / image.size)
    return SarImage(
        pixels=image,
        grid=grid,
        frame=history.frame,
        begin=history.begin,
        end=collection_end(history),
        centre_frequency=history.centre_frequency,
        processing=(f"factorised backprojection, error {settings.error_db:g} dB",),
        origin=history.origin,
    )


def form_tiles(history: PhaseHistory, grid: PlaneGrid, settings: Factorised | None = None) -> Iterator[Tile]:
    """Form an image tile by tile, rows of tiles from the first on; whoever stops asking stops the work.

    Raises
    ------
    NotFiniteEchoesError, SceneTooNearError
        before the first tile
    """
    plan = _plan(history, grid, settings or Factorised())
    height, width = plan.levels[0].shape
    echoes = _Echoes(plan)
    work = [_work(level, plan.waves) for level in plan.levels]
    for row in range(0, grid.shape[0], height):
        for column in range(0, grid.shape[1], width):
            shape = (min(height, grid.shape[0] - row), min(width, grid.shape[1] - column))
            image = np.empty(_whole(shape, LEAF), np.complex64)
            _form(plan, echoes, work, (row, column), image)
            yield Tile(row=row, column=column, pixels=np.ascontiguousarray(image[: shape[0], : shape[1]]))


class _Echoes:
    """Profiles of the pulses, compressed once where they all fit, and again for each tile where they do not."""

    def __init__(self, plan: _Plan) -> None:
        self._plan = plan
        self._length = plan.cells + plan.levels[0].room + 2 * TAPS  # a period, and what is read across its end
        self.most = max(1, PROFILE_BYTES // (8 * self._length))
        count = len(plan.history)
        self._whole = self._compressed(slice(0, count)) if count <= self.most else None

    def __call__(self, chosen: slice) -> Singles:
        """Give (B, 2 L) profiles: real parts, then imaginary ones."""
        return self._compressed(chosen) if self._whole is None else self._whole[chosen]

    def _compressed(self, chosen: slice) -> Singles:
        history, (pulse_weights, frequency_weights) = self._plan.history, self._plan.weights
        turns = pulse_weights[chosen] * np.exp(1j * history.phase_correction[chosen])
        weighted = history.samples[chosen] * (turns[:, None] * frequency_weights).astype(np.complex64)
        pulses, count = weighted.shape
        half = count // 2  # the sample at this place becomes frequency 0, so that profiles are at baseband
        spectrum = np.zeros((pulses, self._plan.cells), np.complex64)
        spectrum[:, : count - half] = weighted[:, half:]
        spectrum[:, self._plan.cells - half :] = weighted[:, :half]
        profiles = ifft(spectrum, axis=1, norm="forward", overwrite_x=True)
        repeated = np.arange(self._length) % self._plan.cells
        both = np.empty((pulses, 2, self._length), np.float32)
        both[:, 0], both[:, 1] = profiles.real[:, repeated], profiles.imag[:, repeated]
        return both.reshape(pulses, -1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    """Arrays that a level's tiles are worked out in, one after the other."""

    rows: Singles
    profiles: Singles
    table: Singles
    sums: tuple[Singles, Singles]
    carrier: Waves


def _work(level: _Level, waves: float) -> _Work:
    kept, leaf = len(level.transmit), level.shape == LEAF
    turns = np.mod(waves * (np.arange(level.room) - level.room // 2 + 0.5), 1.0)
    return _Work(
        rows=np.zeros((4, 2 * level.room), np.float32),
        profiles=np.empty((kept, 2 * level.room), np.float32),
        table=np.zeros((kept if leaf else 0, 2 * kernels.LINEAR * level.room), np.float32),
        sums=(np.empty(LEAF, np.float32), np.empty(LEAF, np.float32)),
        carrier=np.exp(2j * pi * turns).astype(np.complex64),
    )


def _form(plan: _Plan, echoes: _Echoes, work: list[_Work], place: tuple[int, int], image: Waves) -> None:
    """Form a tile of the largest size, or what the image holds of it."""
    history, level, thinning = plan.history, plan.levels[0], plan.levels[0].thinning
    antennas = (history.transmit, history.receive, plan.same)
    reference = (history.reference_range + history.range_correction) / plan.cell
    ranges, length = _ranges(plan, level, antennas, place)
    room = work[0]
    room.profiles[:] = 0.0
    for block in range(len(thinning.blocks) - 1):
        first, last = thinning.blocks[block : block + 2].tolist()
        group, after = thinning.groups[block : block + 2].tolist()
        for begin in range(first, last, echoes.most):
            chosen = slice(begin, min(begin + echoes.most, last))
            source = (echoes(chosen), reference[chosen], 0.0, plan.cells)
            kept = (thinning.weights[chosen], group, after - group)
            kernels.thin_block(source, ranges[chosen], length, plan.waves, plan.taps, kept, room.rows, room.profiles)
    _descend(plan, work, 1, (ranges[thinning.kept], length // 2), place, image)


def _descend(
    plan: _Plan, work: list[_Work], number: int, above: tuple[Floats, int], place: tuple[int, int], image: Waves
) -> None:
    """Form a tile by the tiles within it, of level ``number``; ``above`` has its centre's ranges and their sample."""
    before, middle = above
    parent, level, room = plan.levels[number - 1], plan.levels[number], work[number]
    thinning, antennas = level.thinning, (parent.transmit, parent.receive, plan.same)
    profiles = work[number - 1].profiles
    if number == len(plan.levels) - 1:
        down, across = plan.steps
        first = plan.grid.positions(np.array(place[0]), np.array(place[1]))
        packed = room.table.view(np.complex128)
        kernels.sum_leaves(
            (profiles, before, float(middle)),
            antennas,
            (thinning.kept, thinning.blocks, thinning.groups, thinning.weights),
            (first, down, across, plan.cell),
            (plan.waves, plan.taps, room.carrier),
            (room.rows, room.profiles, room.table, packed, *room.sums),
            image,
        )
        return
    height, width = level.shape
    for row in range(0, image.shape[0], height):
        for column in range(0, image.shape[1], width):
            inner = (place[0] + row, place[1] + column)
            ranges, length = _ranges(plan, level, antennas, inner)
            room.profiles[:] = 0.0
            for begin, end, group, after in zip(
                *(edges for table in (thinning.blocks, thinning.groups) for edges in (table[:-1], table[1:])), strict=True
            ):
                source = (profiles[begin:end], before[begin:end], float(middle), 0)
                kept = (thinning.weights[begin:end], group, after - group)
                kernels.thin_block(
                    source, ranges[begin:end], length, plan.waves, plan.taps, kept, room.rows, room.profiles
                )
            part = image[row : row + height, column : column + width]
            _descend(plan, work, number + 1, (ranges[thinning.kept], length // 2), inner, part)


def _ranges(
    plan: _Plan, level: _Level, antennas: tuple[Floats, Floats, bool], place: tuple[int, int]
) -> tuple[Floats, int]:
    """Give the range of a tile's centre at each pulse, cells, and the samples that its profiles need."""
    ranges = np.empty(len(antennas[0]))
    centre = _centre(plan.grid, level.shape, place)
    reach = kernels.tile_ranges(antennas, centre, _halves(plan.grid, level.shape), plan.cell, ranges)
    return ranges, min(2 * (int(reach) + 1 + kernels.EDGE + level.slack), level.room)


def _centre(grid: PlaneGrid, shape: tuple[int, int], place: tuple[int, int]) -> Floats:
    return grid.positions(np.array(place[0] + 0.5 * shape[0]), np.array(place[1] + 0.5 * shape[1]))


def _halves(grid: PlaneGrid, shape: tuple[int, int]) -> Floats:
    """Give the ways half down and half across a tile, (2, 3) m."""
    return np.array(
        [
            0.5 * shape[0] * grid.row_spacing * np.array(grid.row_axis),
            0.5 * shape[1] * grid.column_spacing * np.array(grid.column_axis),
        ]
    )


def _whole(shape: tuple[int, int], tile: tuple[int, int]) -> tuple[int, int]:
    return ceil(shape[0] / tile[0]) * tile[0], ceil(shape[1] / tile[1]) * tile[1]


def _plan(history: PhaseHistory, grid: PlaneGrid, settings: Factorised) -> _Plan:
    check_finite(history)
    check_distance(history, replace(grid, shape=_whole(grid.shape, LEAF)))
    count = history.samples.shape[1]
    cells = next_fast_len(ceil(OVERSAMPLING * max(count, 4)))
    cell = LIGHT / (2.0 * history.frequency_step * cells)
    same = bool(np.array_equal(history.transmit, history.receive))
    return _Plan(
        history=history,
        grid=grid,
        cells=cells,
        cell=cell,
        waves=2.0 * (history.frequency_start + (count // 2) * history.frequency_step) * cell / LIGHT,
        taps=shift_taps(cells / count),
        levels=_levels(history, grid, cell, settings.error_db),
        same=same,
        weights=(settings.pulse_window(len(history)), settings.frequency_window(count)),
    )


def _levels(history: PhaseHistory, grid: PlaneGrid, cell: float, error_db: float) -> tuple[_Level, ...]:
    """Choose sizes of tiles, and for each the pulses that are kept."""
    sides = [side for side in reversed(SIDES) if side <= max(SIDES[0], 2 * max(grid.shape))]
    shapes = [*((side, side) for side in sides), LEAF]
    error = 10.0 ** (error_db / 20.0) / len(shapes)
    top = history.frequency_start + (history.samples.shape[1] - 1) * history.frequency_step
    wave = 4.0 * pi * top / LIGHT
    transmit, receive = history.transmit, history.receive
    middle = 0.5 * (transmit + receive)
    way = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(middle, axis=0), axis=1))])
    levels = []
    for number, shape in enumerate(shapes):
        phase = wave * _seen(grid, shape, transmit, receive)
        thinning = _thinned(way, phase, error)
        transmit, receive, way = transmit[thinning.kept], receive[thinning.kept], way[thinning.kept]
        within = shapes[number + 1] if number + 1 < len(shapes) else shape
        bend = _radius(grid, within) ** 2 / (2.0 * _nearest(history, grid)) / cell
        slack = 0 if within is shape else ceil(bend)
        room = 2 * (ceil(_radius(grid, shape) / cell * (1.0 + 0.5 * _radius(grid, shape) / _nearest(history, grid))) + 2)
        levels.append(
            _Level(
                shape=shape,
                thinning=thinning,
                transmit=transmit,
                receive=receive,
                slack=slack,
                room=room + 2 * (kernels.EDGE + slack),
            )
        )
    return tuple(levels)


def _seen(grid: PlaneGrid, shape: tuple[int, int], transmit: Floats, receive: Floats) -> Floats:
    """Give how far corners of tiles lie beyond their centres at each pulse, (corners, P) m, over tiles of the grid."""
    rows, columns = (
        np.unique(np.linspace(0, floor((count - 1) / side), SAMPLED).round()) * side
        for count, side in zip(grid.shape, shape, strict=True)
    )
    down, across = _halves(grid, shape)
    seen = []
    for row in rows:
        for column in columns:
            centre = _centre(grid, shape, (row, column))
            middle = _path(centre, transmit, receive)
            seen += [_path(centre + a * down + b * across, transmit, receive) - middle for a in (-1, 1) for b in (-1, 1)]
    return np.array(seen)


def _path(place: Floats, transmit: Floats, receive: Floats) -> Floats:
    out, back = np.linalg.norm(place - transmit, axis=1), np.linalg.norm(place - receive, axis=1)
    return np.asarray(0.5 * (out + back), np.float64)


def _thinned(way: Floats, phase: Floats, error: float) -> Thinning:
    """Thin pulses by what their fastest wave needs, and hold the outcome against the waves themselves."""
    steps = np.diff(way)
    moved = steps > 0.0
    fastest = float(np.abs(np.diff(phase, axis=1)[:, moved] / steps[moved]).max()) if moved.any() else 0.0
    wave = np.exp(1j * phase)
    for _ in range(ATTEMPTS):
        thinning = thin(way, fastest, error)
        if thinning.error_of(wave) <= TRUE_ERROR * error:
            return thinning
        fastest *= WIDER
    return keep_all(len(way))


def _radius(grid: PlaneGrid, shape: tuple[int, int]) -> float:
    return 0.5 * float(np.hypot(shape[0] * grid.row_spacing, shape[1] * grid.column_spacing))


def _nearest(history: PhaseHistory, grid: PlaneGrid) -> float:
    """Give the least distance of an antenna to the grid's disc, m."""
    middle = _centre(grid, grid.shape, (0, 0))
    away = min(np.linalg.norm(side - middle, axis=1).min() for side in (history.transmit, history.receive))
    return max(float(away) - _radius(grid, grid.shape), 1e-3)
