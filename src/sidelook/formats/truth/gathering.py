"""Batches of rows, in any order, to one record of truth."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sidelook.formats.truth.errors import TooMuchTruthError
from sidelook.model.columns import Columnar, Floats, Indices, Integers, Octets
from sidelook.model.plots import TargetClass
from sidelook.model.truth import Entities, TruthSamples

#: Height of the geoid above the ellipsoid, (...) m, at (...) latitude and longitude, rad.
Undulation: TypeAlias = Callable[[Floats, Floats], Floats]

CONVOY = "convoy_"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportSettings:
    """How to read truth.

    Attributes
    ----------
    start : time of second 0 of sources that count seconds, ns UTC
    undulation : puts heights above the geoid on the ellipsoid; None takes them as they are, which is 40 to 50 m off
        in central Europe
    convoys : entities called ``convoy_NAME_1`` or ``convoy_NAME.1`` are of the formation NAME
    most_samples : more are refused; each takes 36 bytes of memory
    """

    start: int = 0
    undulation: Undulation | None = None
    convoys: bool = False
    most_samples: int = 100_000_000

    def on_ellipsoid(self, latitude: Floats, longitude: Floats, height: Floats) -> Floats:
        """Turn (N,) heights above the geoid, m, at (N,) rad into heights above the ellipsoid."""
        return height if self.undulation is None else height + self.undulation(latitude, longitude)


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch(Columnar):
    """Rows as they came.

    Attributes
    ----------
    name : (N,) which of ``names``
    time : (N,) ns UTC
    latitude, longitude : (N,) rad
    height : (N,) above the ellipsoid, m, NaN unknown
    target_class : (N,) ``TargetClass``
    formation : (N,) which of ``formations``, -1 none
    names, formations : words
    """

    name: Indices
    time: Integers
    latitude: Floats
    longitude: Floats
    height: Floats
    target_class: Octets
    formation: Indices
    names: Sequence[str]
    formations: Sequence[str] = ()

    DTYPES: ClassVar = {
        "name": np.int32,
        "time": np.int64,
        "latitude": np.float64,
        "longitude": np.float64,
        "height": np.float64,
        "target_class": np.uint8,
        "formation": np.int32,
    }


class Gatherer:
    """Takes batches and gives one record; entities are numbered from 1 in the order in which they appear.

    Parameters
    ----------
    settings : limit and formations
    """

    def __init__(self, settings: ImportSettings) -> None:
        self._settings = settings
        self._rows: dict[str, int] = {}
        self._classes: list[int] = []
        self._formation: list[int] = []
        self._formations: dict[str, int] = {}
        self._columns: dict[str, list[NDArray[Any]]] = {name: [] for name in TruthSamples.DTYPES}
        self._count = 0

    def add(self, batch: Batch) -> None:
        """Take a batch.

        Raises
        ------
        TooMuchTruthError : with it there are more samples than allowed
        """
        self._count += len(batch)
        if self._count > self._settings.most_samples:
            raise TooMuchTruthError(most=self._settings.most_samples)
        self._columns["row"].append(self._known_rows(batch)[batch.name])
        for name in ("time", "latitude", "longitude", "height"):
            self._columns[name].append(getattr(batch, name))

    def samples(self) -> TruthSamples:
        """Give all of it, sorted by entity and time; of samples of one entity at one time the last read stays."""
        columns: dict[str, NDArray[Any]] = {}
        for name, kind in TruthSamples.DTYPES.items():
            columns[name] = np.concatenate([np.zeros(0, kind), *self._columns[name]])
            self._columns[name].clear()  # at no moment all of it twice
        samples = TruthSamples(**columns, entities=self._entities())
        order = sorting(samples.row, samples.time)
        return samples if order is None else samples.take(order)

    def _known_rows(self, batch: Batch) -> Indices:
        """Give the row of each word, learning those that are new; -1 where a word does not occur."""
        first = np.full(len(batch.names), -1, np.int64)
        first[batch.name[::-1]] = np.arange(len(batch) - 1, -1, -1)
        words = np.flatnonzero(first >= 0)
        rows = np.full(len(batch.names), -1, np.int32)
        for word, place in zip(words[np.argsort(first[words])].tolist(), np.sort(first[words]).tolist(), strict=True):
            rows[word] = self._row_of(batch, batch.names[word], place)
        return rows

    def _row_of(self, batch: Batch, name: str, place: int) -> int:
        row = self._rows.setdefault(name, len(self._rows))
        kind = int(batch.target_class[place])
        if row == len(self._classes):
            self._classes.append(kind)
            self._formation.append(self._formation_of(batch, name, place))
        elif self._classes[row] == TargetClass.UNKNOWN:
            self._classes[row] = kind
        return row

    def _formation_of(self, batch: Batch, name: str, place: int) -> int:
        given = int(batch.formation[place])
        word = batch.formations[given] if given >= 0 else convoy_name(name) if self._settings.convoys else ""
        return self._formations.setdefault(word, len(self._formations)) if word else -1

    def _entities(self) -> Entities:
        count = len(self._rows)
        return Entities(
            entity=1 + np.arange(count, dtype=np.int64),
            target_class=np.array(self._classes, np.uint8),
            formation=np.array(self._formation, np.int32),
            length=np.full(count, np.nan, np.float32),
            names=tuple(self._rows),
            formation_names=tuple(self._formations),
        )


def convoy_name(name: str) -> str:
    """Read the convoy off a name like ``convoy_A7_southbound_13`` or ``convoy_north.4``; empty where it has none.

    What follows the last underscore or point is the vehicle's own number, where it is one.
    """
    if not name.startswith(CONVOY):
        return ""
    whole = name.removeprefix(CONVOY)
    for mark in (".", "_"):
        head, _, tail = whole.rpartition(mark)
        if head and tail.isdigit():
            return head
    return whole


def sorting(row: Indices, time: Integers) -> NDArray[np.int64] | None:
    """Give the order that sorts samples by row and time and leaves the last of each pair; None if nothing changes."""
    if _ascending(row, time).all():
        return None
    order = np.lexsort((time, row))  # stable: later rows come later
    last = np.append(_ascending(row[order], time[order]), True)[: len(order)]
    kept: NDArray[np.int64] = order[last]
    return kept


def _ascending(row: Indices, time: Integers) -> NDArray[np.bool_]:
    """(N - 1,) True where the next sample is of a later row, or of the same and later."""
    later: NDArray[np.bool_] = (row[1:] > row[:-1]) | ((row[1:] == row[:-1]) & (time[1:] > time[:-1]))
    return later
