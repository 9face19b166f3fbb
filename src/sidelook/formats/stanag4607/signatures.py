"""High range resolution (HRR) segments from values; reading them is the reader's."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from sidelook.formats.stanag4607.fields import FIELDS, SegmentKind
from sidelook.formats.stanag4607.forms import unscale_values
from sidelook.formats.stanag4607.layouts import (
    HRR_BITS,
    HRR_MASK_BYTES,
    HRR_RECORD_BITS,
    hrr_layout,
    hrr_record_layout,
)
from sidelook.formats.stanag4607.wire import NO_RECORDS, Segment


def hrr_segment(values: Mapping[str, float], records: Mapping[str, ArrayLike]) -> Segment:
    """Make an HRR segment; the mask says what is given.

    Parameters
    ----------
    values : H2 to H31 by symbol, in the units of the fields; H25 and H26 size the records
    records : H32.1 to H32.4 by symbol, (n,) raw numbers

    Raises
    ------
    KeyError : no such field
    ValueRangeError : a value does not fit its field
    """
    bits = sum(1 << HRR_BITS[symbol] for symbol in values) | sum(1 << HRR_RECORD_BITS[symbol] for symbol in records)
    mask = bits.to_bytes(HRR_MASK_BYTES)
    body = np.zeros(1, hrr_layout(mask))
    body["H1"] = np.void(mask)
    for symbol, value in values.items():
        body[symbol] = unscale_values(value, FIELDS[symbol].form)
    layout = hrr_record_layout(mask, int(values.get("H25", 0)), int(values.get("H26", 0)))
    record = NO_RECORDS
    if layout is not None:
        columns = {symbol: np.asarray(records[symbol]) for symbol in layout.names or ()}
        record = np.zeros(len(next(iter(columns.values()))), layout)
        for symbol, column in columns.items():
            record[symbol] = column
    return Segment(row=0, kind=SegmentKind.HRR, body=body, record=record)
