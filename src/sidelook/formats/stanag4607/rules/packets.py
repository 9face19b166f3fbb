"""Rules about packet headers, P1 to P10."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sidelook.formats.stanag4607.fields import SegmentKind
from sidelook.formats.stanag4607.rules.finding import Rule, Severity
from sidelook.formats.stanag4607.wire import Packets
from sidelook.model.columns import Flags, Octets

_EDITIONS = (b"20", b"21", b"30", b"31", b"40", b"41")
_EXERCISE_VALUES = (0, 1, 2, 128, 129, 130)
_NO_CLASSIFICATION = 6
_HIGHEST_CLASSIFICATION = 5
_UDP_LIMIT = 65_507
_PRINTABLE = range(0x20, 0x7F)


def text_octets(column: NDArray[Any]) -> Octets:
    """(n, length) bytes of a text field as sent, padding and all."""
    return np.frombuffer(np.ascontiguousarray(column).tobytes(), np.uint8).reshape(len(column), column.dtype.itemsize)


def padded_with_nul(column: NDArray[Any]) -> Flags:
    """(n,) True where a text field holds a NUL: the standard pads with spaces."""
    return np.asarray((text_octets(column) == 0).any(axis=1))


def not_text(column: NDArray[Any]) -> Flags:
    """(n,) True where a text field holds what the basic character set does not."""
    octets = text_octets(column)
    printable = (octets >= _PRINTABLE.start) & (octets < _PRINTABLE.stop) | (octets == 0)
    return np.asarray(~printable.all(axis=1))


def _holds(packets: Packets, *kinds: SegmentKind) -> Flags:
    holds = np.zeros(len(packets), np.bool_)
    holds[packets.packet[np.isin(packets.kind, kinds)]] = True
    return holds


def _edition_unknown(packets: Packets) -> Flags:
    return ~np.isin(packets.header["P1"], _EDITIONS)


def _too_large(packets: Packets) -> Flags:
    return np.asarray(packets.packet_size() > _UDP_LIMIT)


def _nationality_no_text(packets: Packets) -> Flags:
    return not_text(packets.header["P3"]) | padded_with_nul(packets.header["P3"])


def _classification_missing(packets: Packets) -> Flags:
    return np.asarray(packets.header["P4"] == _NO_CLASSIFICATION)


def _classification_unknown(packets: Packets) -> Flags:
    level = packets.header["P4"]
    return np.asarray((level < 1) | (level > _HIGHEST_CLASSIFICATION) & (level != _NO_CLASSIFICATION))


def _codes_unreadable(packets: Packets) -> Flags:
    return np.asarray((packets.header["P6"] != 0) & ~np.isin(packets.header["P1"], _EDITIONS[:4]))


def _exercise_unknown(packets: Packets) -> Flags:
    return ~np.isin(packets.header["P7"], _EXERCISE_VALUES)


def _platform_padded(packets: Packets) -> Flags:
    return padded_with_nul(packets.header["P8"])


def _platform_no_text(packets: Packets) -> Flags:
    return not_text(packets.header["P8"])


def _job_missing(packets: Packets) -> Flags:
    return np.asarray((packets.header["P10"] == 0) & _holds(packets, SegmentKind.DWELL, SegmentKind.HRR))


def _job_needless(packets: Packets) -> Flags:
    return np.asarray((packets.header["P10"] != 0) & ~_holds(packets, SegmentKind.DWELL, SegmentKind.HRR))


def _rule(name: str, severity: Severity, field: str, text: str, test: Callable[[Packets], Flags]) -> Rule[Packets]:
    return Rule(name=name, severity=severity, field=field, text=text, test=test)


_E, _W, _N = Severity.ERROR, Severity.WARNING, Severity.NOTE

PACKET_RULES: tuple[Rule[Packets], ...] = (
    _rule("edition-known", _W, "P1", "no edition of the standard has this number", _edition_unknown),
    _rule("packet-sendable", _N, "P2", "the packet does not fit a UDP datagram of 65,507 bytes", _too_large),
    _rule("nationality-text", _W, "P3", "the nationality is not two characters", _nationality_no_text),
    _rule(
        "classification-missing",
        _W,
        "P4",
        "no classification (edition 3): nothing is released on it",
        _classification_missing,
    ),
    _rule("classification-known", _E, "P4", "no classification has this number", _classification_unknown),
    _rule(
        "codes-readable",
        _W,
        "P6",
        "these security codes cannot be read in this edition",
        _codes_unreadable,
    ),
    _rule(
        "exercise-known",
        _E,
        "P7",
        "no exercise indicator has this number; the data counts as simulated",
        _exercise_unknown,
    ),
    _rule("platform-padding", _W, "P8", "the platform is padded with NUL instead of spaces", _platform_padded),
    _rule("platform-text", _W, "P8", "the platform holds bytes that are not printable", _platform_no_text),
    _rule("job-given", _W, "P10", "dwells and HRR belong to a job, and this packet names none", _job_missing),
    _rule("job-needless", _N, "P10", "the packet names a job and holds neither dwell nor HRR", _job_needless),
)
