"""Where data comes from and under what marking: carried from the first byte to the last encoder."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any

import numpy as np

from sidelook.model.columns import Indices


class Classification(IntEnum):
    """Security classification, from least to most protected; ``UNREAD`` outranks all, so it fails closed."""

    UNCLASSIFIED = 0
    RESTRICTED = 1
    CONFIDENTIAL = 2
    SECRET = 3
    TOP_SECRET = 4
    UNREAD = 255

    @property
    def words(self) -> str:
        """As it is written: capitals, with spaces."""
        return self.name.replace("_", " ")


def read_classification(words: str) -> Classification:
    """Read a classification as it is written; what is not plainly one is ``UNREAD``."""
    return next((level for level in Classification if level.words == words.strip().upper()), Classification.UNREAD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Who sent a batch of data, under what marking, and whether it is real.

    Attributes
    ----------
    source : the stream or file it came by, as named by whoever opened it
    classification : of the data; ``UNREAD`` where the marking could not be read
    system : classification system as sent, e.g. "XN"
    codes : security codes as sent; their meaning differs by edition
    codes_read : False where ``codes`` is set but cannot be interpreted: such data is not released
    nationality, platform : as sent, padding removed
    mission, job : numbers as sent
    version : edition of the format as sent, e.g. "30"; empty for data that came by no format
    simulated : sticky, no stage may clear it
    exercise : data of an exercise, not of an operation
    """

    source: str
    classification: Classification = Classification.UNREAD
    system: str = ""
    codes: int = 0
    codes_read: bool = True
    nationality: str = ""
    platform: str = ""
    mission: int = 0
    job: int = 0
    version: str = ""
    simulated: bool = False
    exercise: bool = False


def protection(origin: Origin) -> tuple[int, bool, int, bool, str]:
    """Rank origins by how much their marking protects; ties are broken by simulated, then by name."""
    unread = not origin.codes_read
    return int(origin.classification), unread, origin.codes, not origin.simulated, origin.source


def join_origins(origins: Sequence[Origin]) -> Origin:
    """Give the origin of what was made of data of several: the most protected, simulated where any of them is."""
    return replace(max(origins, key=protection), simulated=any(origin.simulated for origin in origins))


def merge_origins(parts: Sequence[tuple[tuple[Origin, ...], Indices]]) -> tuple[tuple[Origin, ...], Indices]:
    """Join tables of origins and the columns that point into them.

    Parameters
    ----------
    parts : of (table, (N,) column of indices into that table)

    Returns
    -------
    table : each origin once, in order of first appearance
    column : (sum N,) indices into it
    """
    table: dict[Origin, int] = {}
    columns: list[np.ndarray[Any, np.dtype[np.int32]]] = []
    for origins, column in parts:
        renumber = np.array([table.setdefault(origin, len(table)) for origin in origins], np.int32)
        columns.append(renumber[column] if len(column) else column)
    return tuple(table), np.concatenate(columns) if columns else np.zeros(0, np.int32)
