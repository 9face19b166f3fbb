"""What a whole file says of its rows: the highest marking, whether any is simulated, where they come from."""

import json
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from sidelook.formats.tables.columns import CLASSIFICATION_NAMES
from sidelook.model.origin import Classification

_LEVELS = {name: level for level, name in CLASSIFICATION_NAMES.items()}


@dataclass(slots=True, kw_only=True)
class Lineage:
    """Grows with each block and never forgets: markings only rise, and simulated is sticky.

    Attributes
    ----------
    classification : the highest so far; None before the first row
    codes : any row is under security codes, or under some that cannot be read
    simulated : any row is
    rows : seen so far
    sources : names of the streams or files the rows came by
    """

    classification: Classification | None = None
    codes: bool = False
    simulated: bool = False
    rows: int = 0
    sources: set[str] = field(default_factory=set)

    def add(self, table: pa.Table) -> None:
        """Take in a block of rows as ``sidelook.formats.tables`` makes them."""
        if not table.num_rows:
            return
        levels = {_LEVELS.get(name, Classification.UNREAD) for name in _words(table, "classification")}
        self.classification = max(levels | ({self.classification} if self.classification is not None else set()))
        codes_read = bool(pc.all(table.column("security_codes_read")).as_py())
        self.codes |= not codes_read or bool(table.column("security_codes").to_numpy().any())
        self.simulated |= bool(pc.any(table.column("simulated")).as_py())
        self.sources |= _words(table, "source")
        self.rows += table.num_rows

    def describe(self) -> dict[str, Any]:
        """Give what a file writes about itself; without a row nothing is known of marking and simulation: None."""
        marking = None if self.classification is None else CLASSIFICATION_NAMES[self.classification]
        return {
            "classification": marking,
            "security_codes": self.codes if self.rows else None,
            "simulated": self.simulated if self.rows else None,
            "rows": self.rows,
            "sources": sorted(self.sources),
        }

    def json(self) -> str:
        """Give the same as JSON."""
        return json.dumps(self.describe(), separators=(",", ":"))

    def sentence(self) -> str:
        """Give the same for a reader, e.g. "UNCLASSIFIED. SIMULATED. From a.4607."."""
        marking = "" if self.classification is None else f"{CLASSIFICATION_NAMES[self.classification]}. "
        codes = "UNDER SECURITY CODES. " if self.codes else ""
        simulated = "SIMULATED. " if self.simulated else ""
        return f"{marking}{codes}{simulated}From {', '.join(sorted(self.sources)) or 'nothing'}."


def _words(table: pa.Table, name: str) -> set[str]:
    return {str(word) for word in pc.unique(table.column(name).cast(pa.string())).to_pylist()}
