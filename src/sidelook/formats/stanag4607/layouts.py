"""Which bytes of a segment are which field: structured NumPy types, fixed or chosen by an existence mask."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from sidelook.formats.stanag4607.fields import (
    DWELL,
    FREE_TEXT,
    HEADER,
    HRR,
    JOB_ACKNOWLEDGE,
    JOB_DEFINITION,
    JOB_REQUEST,
    MISSION,
    PLATFORM_LOCATION,
    PROCESSING_HISTORY,
    PROCESSING_RECORD,
    REPORT,
    SEGMENT_HEADER,
    TEST_AND_STATUS,
    Field,
    SegmentKind,
)

# A recording uses a handful of masks; the bound only matters for hostile input.
MASKS_KEPT = 64


def structure(fields: Iterable[Field]) -> np.dtype[Any]:
    """Lay fields one after another, without gaps."""
    return np.dtype([(field.symbol, field.form.dtype) for field in fields])


HEADER_DTYPE = structure(HEADER)
HEADER_SIZE = HEADER_DTYPE.itemsize
SEGMENT_DTYPE = structure(SEGMENT_HEADER)
SEGMENT_HEADER_SIZE = SEGMENT_DTYPE.itemsize
PROCESSING_RECORD_DTYPE = structure(PROCESSING_RECORD)

FIXED: dict[int, np.dtype[Any]] = {
    SegmentKind.MISSION: structure(MISSION),
    SegmentKind.JOB_DEFINITION: structure(JOB_DEFINITION),
    SegmentKind.FREE_TEXT: structure(FREE_TEXT),
    SegmentKind.TEST_AND_STATUS: structure(TEST_AND_STATUS),
    SegmentKind.PROCESSING_HISTORY: structure(PROCESSING_HISTORY),
    SegmentKind.PLATFORM_LOCATION: structure(PLATFORM_LOCATION),
    SegmentKind.JOB_REQUEST: structure(JOB_REQUEST),
    SegmentKind.JOB_ACKNOWLEDGE: structure(JOB_ACKNOWLEDGE),
}

# Bit of the 64-bit mask D1: Dn at 65-n, D32.n at 34-n. D5 must be there, or nothing says how many reports follow.
DWELL_BITS = {field.symbol: 65 - n for n, field in enumerate(DWELL[1:], start=2)} | {
    field.symbol: 34 - n for n, field in enumerate(REPORT, start=1)
}
# Bit of the 40-bit mask H1: Hn at 41-n, H32.n at 10-n.
HRR_BITS = {field.symbol: 41 - n for n, field in enumerate(HRR, start=2)}
HRR_RECORD_BITS = {"H32.1": 9, "H32.2": 8, "H32.3": 7, "H32.4": 6}


# NumPy has no integer of 40 bits, so H1 is kept as its bytes.
HRR_MASK_BYTES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class DwellLayout:
    """Where the fields of a dwell with one mask are.

    Attributes
    ----------
    mask : D1
    body : D1 and what it selects of D2 to D31
    report : what it selects of D32.1 to D32.18; of size 0 where nothing
    """

    mask: int
    body: np.dtype[Any]
    report: np.dtype[Any]


@lru_cache(maxsize=MASKS_KEPT)
def dwell_layout(mask: int) -> DwellLayout:
    """Lay out dwells of one mask, bit by bit; spare bits select nothing.

    Parameters
    ----------
    mask : D1
    """
    body = [DWELL[0], *(field for field in DWELL[1:] if mask >> DWELL_BITS[field.symbol] & 1)]
    report = [field for field in REPORT if mask >> DWELL_BITS[field.symbol] & 1]
    return DwellLayout(mask=mask, body=structure(body), report=structure(report))


@lru_cache(maxsize=MASKS_KEPT)
def hrr_layout(mask: bytes) -> np.dtype[Any]:
    """Lay out the body of an HRR segment: H1 as its five bytes and what it selects of H2 to H31.

    Parameters
    ----------
    mask : H1
    """
    bits = int.from_bytes(mask)
    chosen = [(field.symbol, field.form.dtype) for field in HRR if bits >> HRR_BITS[field.symbol] & 1]
    return np.dtype([("H1", f"V{HRR_MASK_BYTES}"), *chosen])


def hrr_record_layout(mask: bytes, magnitude_bytes: int, phase_bytes: int) -> np.dtype[Any] | None:
    """Lay out one scatterer record.

    The range and Doppler indices take two bytes each: their form is I16 and their range goes to 65535, although
    the standard's table prints one byte.

    Parameters
    ----------
    mask : H1
    magnitude_bytes, phase_bytes : H25, H26

    Returns
    -------
    None where the records cannot be told apart: nothing selected, or sizes that are none
    """
    bits = int.from_bytes(mask)
    sizes = {"H32.1": magnitude_bytes, "H32.2": phase_bytes, "H32.3": 2, "H32.4": 2}
    chosen = [(symbol, sizes[symbol]) for symbol, bit in HRR_RECORD_BITS.items() if bits >> bit & 1 and sizes[symbol]]
    if not chosen or any(size not in {1, 2} for _, size in chosen):
        return None
    return np.dtype([(symbol, f">u{size}") for symbol, size in chosen])
