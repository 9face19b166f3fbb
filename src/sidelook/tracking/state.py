"""The state of a tracker: a value that can be copied, saved, restored and gone on from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from sidelook.errors import InputError
from sidelook.model.origin import Origin
from sidelook.tracking.columns import (
    HYPOTHESES,
    N_CLOCK,
    N_DWELLS,
    N_FREE,
    N_LATE,
    N_REPEATED,
    NONE,
    PLATFORM_COLUMNS,
    PLATFORMS,
    UNUSED,
    Book,
    Grid,
    Table,
    track_columns,
)

RECENT_DWELLS = 16  # repetitions follow closely: a datagram sent twice


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackerState:
    """All that a tracker knows after a look.

    ``Tracker.step`` moves it: the arrays are taken over by the state that comes back, so that a dwell costs what it
    touches and not what there is. ``copy`` first where the old state is still wanted.

    Attributes
    ----------
    tracks : the tracks, one row each, some rows free
    grid : which tracks are where
    book : counters, free rows, density of unexplained plots, offsets of platforms
    origins : where the plots behind the tracks came from, from the least to the most protected
    """

    tracks: Table
    grid: Grid
    book: Book
    origins: tuple[Origin, ...] = ()

    @property
    def rows(self) -> NDArray[np.intp]:
        """(K,) rows of the tracks there are, lost ones of the last look included."""
        return np.flatnonzero(self.tracks["identity"])

    @property
    def clock(self) -> int:
        """Time of the newest dwell, ns UTC."""
        return int(self.book.numbers[N_CLOCK])

    @property
    def counts(self) -> dict[str, int]:
        """Dwells used, dwells left out as late (or without a sensor position), dwells left out as repeated."""
        numbers = self.book.numbers
        used, late, repeated = int(numbers[N_DWELLS]), int(numbers[N_LATE]), int(numbers[N_REPEATED])
        return {"used": used, "late": late, "repeated": repeated}

    def copy(self) -> Self:
        """Give a state of its own arrays."""
        return type(self)(
            tracks=self.tracks.copy(),
            grid=Grid(*(column.copy() for column in self.grid)),
            book=Book(**{name: column.copy() for name, column in self.book._asdict().items()}),
            origins=self.origins,
        )


def initial_state(capacity: int, modes: int) -> TrackerState:
    """Make a state without tracks, with room for ``capacity`` of them (a power of two)."""
    numbers = np.zeros(8, np.int64)
    numbers[N_FREE] = capacity
    links = [np.full(capacity, NONE, np.int32) for _ in range(5)]
    return TrackerState(
        tracks=np.zeros(capacity, track_columns(modes)),
        grid=Grid(*links),
        book=Book(
            numbers=numbers,
            free=np.arange(capacity - 1, -1, -1, dtype=np.int32),
            gone=np.zeros(capacity, np.int32),
            sources=np.zeros(4),
            recent=np.full((RECENT_DWELLS, 3), NONE, np.int64),
            platforms=np.zeros(PLATFORMS, PLATFORM_COLUMNS),
        ),
    )


def grown(state: TrackerState, births: int) -> TrackerState:
    """Give a state with room for ``births`` more tracks: the same one where it has it, else one of twice the rows."""
    if state.book.numbers[N_FREE] >= births:
        return state
    old = len(state.tracks)
    new = 2 * old
    while new - old + state.book.numbers[N_FREE] < births:
        new *= 2
    numbers = state.book.numbers.copy()
    free = np.zeros(new, np.int32)
    held = int(numbers[N_FREE])
    free[: new - old] = np.arange(new - 1, old - 1, -1)
    free[new - old : new - old + held] = state.book.free[:held]
    numbers[N_FREE] = new - old + held
    longer = [_lengthened(column, new) for column in state.grid[1:]]
    return TrackerState(
        tracks=_lengthened(state.tracks, new),
        grid=Grid(state.grid.head, *longer),
        book=state.book._replace(numbers=numbers, free=free, gone=_lengthened(state.book.gone, new)),
        origins=state.origins,
    )


def _lengthened(column: NDArray[Any], rows: int) -> NDArray[Any]:
    longer = np.zeros((rows, *column.shape[1:]), column.dtype)
    longer[: len(column)] = column
    return longer


HYPOTHESIS_COLUMNS = ("mean", "covariance", "weight", "road", "route")


def state_to_arrays(state: TrackerState) -> dict[str, NDArray[Any]]:
    """Lay a state out as named arrays (as ``numpy.savez`` takes); ``origins`` are the caller's to keep.

    Of the tracks only the rows and the hypotheses there are; ``tracks_shape`` says how many there is room for.
    """
    rows = state.rows
    tracks = state.tracks[rows]
    held = int((tracks["route"][:, :, 0] != UNUSED).sum(axis=1).max(initial=1))
    columns = {name: tracks[name] for name in tracks.dtype.names or ()}
    for name in HYPOTHESIS_COLUMNS:
        columns[name] = columns[name][:, : columns[name].shape[1] * held // HYPOTHESES]
    columns |= {"rows": rows, "shape": np.array([len(state.tracks), state.tracks["weight"].shape[1]])}
    groups = {"tracks": columns, "grid": state.grid._asdict(), "book": state.book._asdict()}
    return {f"{name}_{key}": np.array(column) for name, group in groups.items() for key, column in group.items()}


def state_from_arrays(arrays: Mapping[str, NDArray[Any]], origins: tuple[Origin, ...] = ()) -> TrackerState:
    """Restore a state from ``state_to_arrays``; going on from it gives what going on from the saved one would.

    Raises
    ------
    InputError
        where an array is missing
    """
    try:
        room, components = arrays["tracks_shape"]
        columns = track_columns(int(components) // HYPOTHESES)
        rows = arrays["tracks_rows"]
        tracks = np.zeros(int(room), columns)
        tracks["route"][:, :, 0] = UNUSED
        for key in columns.names or ():
            saved = arrays[f"tracks_{key}"]
            if key in HYPOTHESIS_COLUMNS:
                tracks[key][rows, : saved.shape[1]] = saved
            else:
                tracks[key][rows] = saved
        grid = Grid(**{key: np.array(arrays[f"grid_{key}"]) for key in Grid._fields})
        book = Book(**{key: np.array(arrays[f"book_{key}"]) for key in Book._fields})
    except KeyError as missing:
        message = f"not a saved tracker state: no array {missing}; save it again with state_to_arrays"
        raise InputError(message) from missing
    return TrackerState(tracks=tracks, grid=grid, book=book, origins=origins)
