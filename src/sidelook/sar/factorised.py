"""Fast factorised backprojection: tiles within tiles, each formed from fewer pulses than the one it lies in.

All pulses, seen from the centre of a large tile, are added into few (``thinning``), those again into fewer for each
tile within it, and the smallest tiles are formed of what is left by the exact sum's own kernel. Ranges are float64 from
true antenna places at every step, so the error at 150 km is that at 10 km; memory is bounded by the largest tile and a
block of pulses, however large the image. Holds for any plane, flight and pair of antennas: where pulses cannot be
spared (few, or a flight too rough) they are all kept.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from math import ceil, floor, pi
from queue import SimpleQueue
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.fft import next_fast_len

from sidelook.errors import UsageError
from sidelook.model.columns import Floats
from sidelook.model.echoes import PhaseHistory
from sidelook.model.image import PlaneGrid, SarImage
from sidelook.sar import kernels
from sidelook.sar.backprojection import Progress, check_distance, check_finite, collection_end
from sidelook.sar.compression import compress_range
from sidelook.sar.reference import LIGHT
from sidelook.sar.thinning import TAPS, Thinning, keep_all, shift_taps, thin
from sidelook.sar.tiles import Place, Span, Tile, tile_spans, tiles_in_turn
from sidelook.sar.windows import even

Singles: TypeAlias = NDArray[np.float32]
Waves: TypeAlias = NDArray[np.complex64]

LEAF = (kernels.ROWS, kernels.PIECE)
SIDES = (256, 1024)  # of the tiles above, pixels
OVERSAMPLING = 5.0  # of profiles, where what they are read with is right to -75 dB up to the edge of the band
LEAST_ERROR_DB = -75.0
PROFILE_BYTES = 1 << 30  # of pulses compressed: all are kept if they fit, and else compressed for each tile again
SHARE = 0.2  # of the error asked for that a wave may have: between bright points, an image's is larger than its waves'
WORTH = 0.7  # share of pulses kept, above which a size of tiles is left out
SAMPLED = 5  # tiles down and across, at which waves are measured
TRUE_ERROR = 2.0  # how far a wave's true error may be above what was asked for
WIDER, ATTEMPTS = 1.1, 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Factorised:
    """How an image is formed.

    Attributes
    ----------
    error_db : of the image against the exact sum, that the number of pulses is chosen by; not below -75, where what
        profiles are read with ends: exact backprojection goes further
    frequency_window, pulse_window : give weights for a count, as ``windows.taylor`` does
    """

    error_db: float = -60.0
    frequency_window: Callable[[int], Floats] = even
    pulse_window: Callable[[int], Floats] = even

    def __post_init__(self) -> None:
        """Refuse an error that is not kept, or is none."""
        if not LEAST_ERROR_DB <= self.error_db < 0.0:
            message = f"an error of {self.error_db:g} dB: give {LEAST_ERROR_DB:g} or more, or form the image exactly"
            raise UsageError(message)


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
    NoEchoesError, NotFiniteEchoesError, SceneTooNearError
        before the work starts
    """
    settings = settings or Factorised()
    plan = _plan(history, grid, settings)
    rows, columns = grid.shape
    image = np.empty(_whole(grid.shape, LEAF), np.complex64)
    work = _Work(plan, _Echoes(plan))
    places = list(tile_spans((0, 0, rows, columns), plan.levels[0].shape))
    for number, place in enumerate(places):
        work.form(place, image)
        if progress:
            progress((number + 1) / len(places))
    return SarImage(
        pixels=np.ascontiguousarray(image[:rows, :columns]),
        grid=grid,
        frame=history.frame,
        begin=history.begin,
        end=collection_end(history),
        centre_frequency=history.centre_frequency,
        processing=(f"factorised backprojection, error {settings.error_db:g} dB",),
        origin=history.origin,
    )


def factorised_tiles(
    history: PhaseHistory,
    grid: PlaneGrid,
    settings: Factorised,
    *,
    done: Collection[Place] = (),
    workers: int = 1,
) -> Iterator[Tile]:
    """Form an image tile by tile, row by row of tiles; whoever stops asking stops the work.

    Parameters
    ----------
    done : first pixels of tiles that are there already and are left out
    workers : threads that form tiles side by side

    Raises
    ------
    NoEchoesError, NotFiniteEchoesError, SceneTooNearError
        before the first tile
    """
    plan = _plan(history, grid, settings)
    echoes = _Echoes(plan)
    idle: SimpleQueue[_Work] = SimpleQueue()
    for _ in range(workers):
        idle.put(_Work(plan, echoes))

    def form(span: Span) -> Tile:
        row, column, end, right = span
        image = np.empty(_whole((end - row, right - column), LEAF), np.complex64)
        work = idle.get()
        try:
            work.form(span, image, (row, column))
        finally:
            idle.put(work)
        return Tile(row=row, column=column, pixels=image[: end - row, : right - column])

    spans = (span for span in tile_spans((0, 0, *grid.shape), plan.levels[0].shape) if span[:2] not in done)
    yield from tiles_in_turn(form, spans, workers)


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
        profiles = compress_range(self._plan.history, chosen, self._plan.weights, self._plan.cells)
        both = np.empty((len(profiles), 2, self._length), np.float32)
        for begin in range(0, self._length, self._plan.cells):
            part = profiles[:, : self._length - begin]
            end = begin + part.shape[1]
            both[:, 0, begin:end], both[:, 1, begin:end] = part.real, part.imag
        return both.reshape(len(profiles), -1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Room:
    """Arrays that a level's tiles are worked out in, one after the other."""

    rows: Singles
    profiles: Singles
    table: Singles
    sums: tuple[Singles, Singles]
    carrier: Waves


def _room(level: _Level, waves: float) -> _Room:
    kept, leaf = len(level.transmit), level.shape == LEAF
    turns = np.mod(waves * (np.arange(level.room) - level.room // 2 + 0.5), 1.0)
    return _Room(
        rows=np.zeros((4, 2 * level.room), np.float32),
        profiles=np.empty((kept, 2 * level.room), np.float32),
        table=np.zeros((kept if leaf else 0, 2 * kernels.LINEAR * level.room), np.float32),
        sums=(np.empty(LEAF, np.float32), np.empty(LEAF, np.float32)),
        carrier=np.exp(2j * pi * turns).astype(np.complex64),
    )


class _Work:
    """A plan at work: profiles, and arrays that tiles are worked out in, one after the other."""

    def __init__(self, plan: _Plan, echoes: _Echoes) -> None:
        self._plan = plan
        self._echoes = echoes
        self._rooms = [_room(level, plan.waves) for level in plan.levels]

    def form(self, place: Span, image: Waves, origin: tuple[int, int] = (0, 0)) -> None:
        """Form a tile of the largest size, or what there is of it, in an image that begins at ``origin``."""
        plan, history, room, echoes = self._plan, self._plan.history, self._rooms[0], self._echoes
        level = plan.levels[0]
        ranges, length = _ranges(plan, level, (history.transmit, history.receive, plan.same), place)
        reference = (history.reference_range + history.range_correction) / plan.cell
        room.profiles[:] = 0.0
        for begin, end, first, after in level.thinning.spans():
            for start in range(begin, end, echoes.most):
                chosen = slice(start, min(start + echoes.most, end))
                source = (echoes(chosen), reference[chosen], 0.0, plan.cells)
                kept = (level.thinning.weights[chosen], first, after - first)
                self._thin(source, ranges[chosen], length, kept, room)
        self._descend(1, (ranges[level.thinning.kept], length // 2), place, (image, origin))

    def _thin(
        self,
        source: tuple[Singles, Floats, float, int],
        ranges: Floats,
        length: int,
        kept: tuple[Singles, int, int],
        room: _Room,
    ) -> None:
        plan = self._plan
        kernels.thin_block(source, ranges, length, plan.waves, plan.taps, kept, room.rows, room.profiles)

    def _descend(
        self, number: int, above: tuple[Floats, int], place: Span, canvas: tuple[Waves, tuple[int, int]]
    ) -> None:
        """Form a tile by those of level ``number`` within it; ``above``: its centre's ranges, and their sample."""
        if number == len(self._plan.levels) - 1:
            self._leaves(above, place, canvas)
            return
        plan, (before, middle) = self._plan, above
        parent, level, room = plan.levels[number - 1], plan.levels[number], self._rooms[number]
        profiles = self._rooms[number - 1].profiles
        for inner in tile_spans(place, level.shape):
            ranges, length = _ranges(plan, level, (parent.transmit, parent.receive, plan.same), inner)
            room.profiles[:] = 0.0
            for begin, end, first, after in level.thinning.spans():
                source = (profiles[begin:end], before[begin:end], float(middle), 0)
                kept = (level.thinning.weights[begin:end], first, after - first)
                self._thin(source, ranges[begin:end], length, kept, room)
            self._descend(number + 1, (ranges[level.thinning.kept], length // 2), inner, canvas)

    def _leaves(self, above: tuple[Floats, int], place: Span, canvas: tuple[Waves, tuple[int, int]]) -> None:
        plan, (image, (row, column)) = self._plan, canvas
        parent, thinning, room = plan.levels[-2], plan.levels[-1].thinning, self._rooms[-1]
        kernels.sum_leaves(
            (self._rooms[-2].profiles, above[0], float(above[1])),
            (parent.transmit, parent.receive, plan.same),
            (thinning.kept, thinning.blocks, thinning.groups, thinning.weights),
            (plan.grid.positions(np.array(row), np.array(column)), *plan.steps, plan.cell),
            (plan.waves, plan.taps, room.carrier),
            (room.rows, room.profiles, room.table, room.table.view(np.complex128), *room.sums),
            image,
            (place[0] - row, place[1] - column, place[2] - row, place[3] - column),
        )


def _ranges(plan: _Plan, level: _Level, antennas: tuple[Floats, Floats, bool], place: Span) -> tuple[Floats, int]:
    """Give the range of a tile's centre at each pulse, cells, and the samples that its profiles need."""
    ranges = np.empty(len(antennas[0]))
    centre = _centre(plan.grid, level.shape, place[:2])
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
    error = SHARE * 10.0 ** (error_db / 20.0)
    top = history.frequency_start + (history.samples.shape[1] - 1) * history.frequency_step
    wave = 4.0 * pi * top / LIGHT
    transmit, receive = history.transmit, history.receive
    middle = 0.5 * (transmit + receive)
    way = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(middle, axis=0), axis=1))])
    levels = []
    for number, shape in enumerate(shapes):
        phase = wave * _seen(grid, shape, transmit, receive)
        thinning = _thinned(way, phase, error)
        if number < len(shapes) - 2 and len(thinning.kept) > WORTH * len(way):
            continue
        transmit, receive, way = transmit[thinning.kept], receive[thinning.kept], way[thinning.kept]
        slack = sum(
            ceil(_radius(grid, within) ** 2 / (2.0 * _nearest(history, grid)) / cell) + kernels.EDGE + 1
            for within in shapes[number + 1 :]
        )
        room = 2 * (ceil(_radius(grid, shape) / cell * (1.0 + _radius(grid, shape) / _nearest(history, grid))) + 2)
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
            seen += [
                _path(centre + a * down + b * across, transmit, receive) - middle for a in (-1, 1) for b in (-1, 1)
            ]
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
