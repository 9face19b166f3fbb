"""What a packet header says about whose data it is, under what marking and whether it is real."""

from dataclasses import replace
from typing import Any

import numpy as np

from sidelook.formats.stanag4607.errors import UnwritableDwellsError
from sidelook.formats.stanag4607.forms import clean_text, pad_text
from sidelook.formats.stanag4607.layouts import HEADER_DTYPE
from sidelook.formats.stanag4607.wire import Packets
from sidelook.model.origin import Classification, Origin

# P4; 6 ("no classification", edition 3 only) is a marking that is missing, not the lowest one.
_CLASSIFICATIONS = {
    1: Classification.TOP_SECRET,
    2: Classification.SECRET,
    3: Classification.CONFIDENTIAL,
    4: Classification.RESTRICTED,
    5: Classification.UNCLASSIFIED,
}
_CLASSIFICATION_CODES = {level: code for code, level in _CLASSIFICATIONS.items()}

# P7. Only these two claim real data; everything else, unknown codes too, counts as simulated.
OPERATION_REAL, EXERCISE_REAL = 0, 128
OPERATION_SIMULATED, EXERCISE_SIMULATED = 1, 129
_EXERCISE = 128

# P6: edition 4 (letter A) replaced the table of editions 2 and 3.
_EDITIONS_WITH_KNOWN_CODES = "23"


def read_origin(header: Any, source: str) -> Origin:  # noqa: ANN401 - one structured row
    """Read a packet header.

    Parameters
    ----------
    header : one row of P1 to P10
    source : name of the stream or file
    """
    version, codes, exercise = clean_text(bytes(header["P1"])), int(header["P6"]), int(header["P7"])
    return Origin(
        source=source,
        classification=_CLASSIFICATIONS.get(int(header["P4"]), Classification.UNREAD),
        system=clean_text(bytes(header["P5"])),
        codes=codes,
        codes_read=codes == 0 or version[:1] in _EDITIONS_WITH_KNOWN_CODES,
        nationality=clean_text(bytes(header["P3"])),
        platform=clean_text(bytes(header["P8"])),
        mission=int(header["P9"]),
        job=int(header["P10"]),
        version=version,
        simulated=exercise not in {OPERATION_REAL, EXERCISE_REAL},
        exercise=exercise >= _EXERCISE,
    )


def header_origins(packets: Packets, source: str) -> tuple[Origin, ...]:
    """Read every distinct marking of a batch of packets, whether they hold dwells or not; in order of appearance.

    Parameters
    ----------
    packets : of one stream
    source : its name
    """
    marking = np.dtype([(name, HEADER_DTYPE[name]) for name in HEADER_DTYPE.names or () if name != "P2"])
    told = np.zeros(len(packets), marking)
    for name in marking.names or ():
        told[name] = packets.header[name]
    octets = told.tobytes()
    each = dict.fromkeys(octets[start : start + marking.itemsize] for start in range(0, len(octets), marking.itemsize))
    return tuple(dict.fromkeys(read_origin(np.frombuffer(one, marking)[0], source) for one in each))


def write_header(origin: Origin, version: str) -> np.ndarray[Any, np.dtype[Any]]:
    """Make a packet header, its size still 0.

    Parameters
    ----------
    origin : whose data follows
    version : edition to write; security codes of another edition are not translated but refused

    Returns
    -------
    (1,) structured, P1 to P10

    Raises
    ------
    UnwritableDwellsError : the marking was never read, or its codes mean something else in this edition
    """
    if origin.classification not in _CLASSIFICATION_CODES:
        message = f"data of {origin.source!r} bears no readable classification; set one on its Origin before writing"
        raise UnwritableDwellsError(message)
    if origin.codes and origin.version[:1] != version[:1]:
        message = f"security codes 0x{origin.codes:04X} of version {origin.version!r} mean something else in {version}"
        raise UnwritableDwellsError(message)
    header = np.zeros(1, HEADER_DTYPE)
    header["P1"] = pad_text(version, 2)
    header["P3"] = pad_text(origin.nationality or "XN", 2)
    header["P4"] = _CLASSIFICATION_CODES[origin.classification]
    header["P5"] = pad_text(origin.system, 2)
    header["P6"] = origin.codes
    header["P7"] = (EXERCISE_REAL if origin.exercise else OPERATION_REAL) + int(origin.simulated)
    header["P8"] = pad_text(origin.platform, 10)
    header["P9"] = origin.mission
    header["P10"] = origin.job
    return header


def mark_simulated(origin: Origin) -> Origin:
    """Say that data of an origin is simulated; nothing says the opposite."""
    return replace(origin, simulated=True)
