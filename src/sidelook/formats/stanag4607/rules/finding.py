"""What a rule is, and what it finds."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from sidelook.formats.stanag4607.wire import DwellGroup
from sidelook.model.columns import Flags

Looked = TypeVar("Looked")


class Severity(StrEnum):
    """How bad it is."""

    ERROR = "error"  # against the standard, or data is lost or misread
    WARNING = "warning"  # against the standard, and readers cope
    NOTE = "note"  # allowed, and worth knowing


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something a rule found.

    Attributes
    ----------
    rule : its name
    severity : how bad it is
    offset : of the packet, segment or report in the stream, bytes
    field : symbol of the standard, e.g. "D32.7"
    text : what is wrong, with the value found
    """

    rule: str
    severity: Severity
    offset: int
    field: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Generic[Looked]):
    """A rule about things of one kind.

    Attributes
    ----------
    name : unique
    severity : how bad it is to break it
    field : symbol of the standard that is at fault; the rule is skipped where a dwell does not send it
    text : what is wrong where the test is True
    test : (n,) True for each thing that breaks the rule
    """

    name: str
    severity: Severity
    field: str
    text: str
    test: Callable[[Looked], Flags]


@dataclass(frozen=True, slots=True, kw_only=True)
class DwellView:
    """Dwells of one mask, and the header each came under.

    Attributes
    ----------
    group : n dwells with r reports in all
    header : (n,) structured, P1 to P10
    """

    group: DwellGroup
    header: NDArray[Any]

    def has(self, *symbols: str) -> bool:
        """Tell whether every one of these fields is sent."""
        sent = {*(self.group.body.dtype.names or ()), *(self.group.report.dtype.names or ())}
        return sent.issuperset(symbols)

    def numbers(self, symbol: str) -> NDArray[np.int64]:
        """Give the raw numbers of a field: (n,) of dwells, (r,) of reports; -1 where unsigned 64 bits overflow."""
        source = self.group.report if symbol.startswith("D32.") else self.group.body
        return source[symbol].astype(np.int64)

    def of_report(self, values: NDArray[Any]) -> NDArray[Any]:
        """Repeat (n,) values of dwells for their reports, (r,)."""
        return np.repeat(values, self.group.count)


def outside(symbol: str, low: int, high: int) -> Callable[[DwellView], Flags]:
    """Make a test that a raw number is not within bounds, both allowed."""

    def test(view: DwellView) -> Flags:
        values = view.numbers(symbol)
        return (values < low) | (values > high)

    return test
