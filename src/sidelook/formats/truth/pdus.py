"""Entity State PDUs of DIS: bytes to columns.

IEEE Std 1278.1-1995 (5.4.3.1) and 1278.1-2012 (7.2.2), whose layouts agree: 144 bytes and 16 for each articulation
or variable parameter, big-endian. Every other PDU is skipped by its length and counted.
"""

import re
import struct
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from sidelook.formats.truth.errors import PduError, TruncatedPduError
from sidelook.model.columns import Columnar, Flags, Octets, Words

HEADER_BYTES = 12
STATE_BYTES = 144
PARAMETER_BYTES = 16
ENTITY_STATE = 1
_VERSIONS = range(1, 8)  # SISO-REF-010, UID 3: draft 1 to IEEE 1278.1-2012

_HEADER = struct.Struct(">BBBBIH")

#: Where an Entity State PDU may begin in bytes that make no sense: version, exercise, type 1, family 1.
_LIKELY = re.compile(rb"[\x04-\x07].\x01\x01", re.DOTALL)

#: The fields in order, as the standard calls them.
STATE_LAYOUT = np.dtype(
    [
        ("version", "u1"),
        ("exercise", "u1"),
        ("pdu_type", "u1"),
        ("family", "u1"),
        ("timestamp", ">u4"),
        ("length", ">u2"),
        ("status", "u1"),
        ("padding", "u1"),
        ("site", ">u2"),
        ("application", ">u2"),
        ("entity", ">u2"),
        ("force", "u1"),
        ("parameters", "u1"),
        ("kind", "u1"),
        ("domain", "u1"),
        ("country", ">u2"),
        ("category", "u1"),
        ("subcategory", "u1"),
        ("specific", "u1"),
        ("extra", "u1"),
        ("alternative_type", "u1", 8),
        ("velocity", ">f4", 3),
        ("position", ">f8", 3),
        ("orientation", ">f4", 3),
        ("appearance", ">u4"),
        ("algorithm", "u1"),
        ("algorithm_parameters", "u1", 15),
        ("acceleration", ">f4", 3),
        ("angular_velocity", ">f4", 3),
        ("character_set", "u1"),
        ("marking", "S11"),
        ("capabilities", ">u4"),
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityStates(Columnar):
    """Entity states as sent, one row a PDU.

    Attributes
    ----------
    site, application, entity : (N,) identity of the entity
    exercise : (N,)
    timestamp : (N,) units of 1 / (2^31 - 1) hour since the hour, or since a moment only the sender knows
    absolute : (N,) the first of the two: senders' clocks agree with UTC
    kind, domain, category, subcategory, specific, extra : (N,) entity type; ``country`` : (N,)
    position : (N, 3) ECEF, m; ``velocity`` : (N, 3) ECEF, or of the body with algorithms 6 to 9, m/s
    orientation : (N, 3) Euler angles psi, theta, phi from ECEF, rad
    appearance : (N,) bits that depend on the type
    algorithm : (N,) of dead reckoning, SISO-REF-010, UID 44
    acceleration : (N, 3) m/s2; ``angular_velocity`` : (N, 3) rad/s
    marking : (N,) at most 11 characters, as bytes
    """

    site: Words
    application: Words
    entity: Words
    exercise: Octets
    timestamp: NDArray[np.uint32]
    absolute: Flags
    kind: Octets
    domain: Octets
    country: Words
    category: Octets
    subcategory: Octets
    specific: Octets
    extra: Octets
    position: NDArray[np.float64]
    velocity: NDArray[np.float32]
    orientation: NDArray[np.float32]
    appearance: NDArray[np.uint32]
    algorithm: Octets
    acceleration: NDArray[np.float32]
    angular_velocity: NDArray[np.float32]
    marking: NDArray[np.bytes_]

    DTYPES: ClassVar = {
        "site": np.uint16,
        "application": np.uint16,
        "entity": np.uint16,
        "exercise": np.uint8,
        "timestamp": np.uint32,
        "absolute": np.bool_,
        "kind": np.uint8,
        "domain": np.uint8,
        "country": np.uint16,
        "category": np.uint8,
        "subcategory": np.uint8,
        "specific": np.uint8,
        "extra": np.uint8,
        "position": (np.float64, 3),
        "velocity": (np.float32, 3),
        "orientation": (np.float32, 3),
        "appearance": np.uint32,
        "algorithm": np.uint8,
        "acceleration": (np.float32, 3),
        "angular_velocity": (np.float32, 3),
        "marking": "S11",
    }


@dataclass(slots=True, kw_only=True)
class PduCounts:
    """What came.

    Attributes
    ----------
    states : Entity State PDUs decoded
    others : PDUs of each other type, skipped
    damaged : places where no sound PDU stood
    skipped_bytes : passed over in search of the next
    truncated : PDUs cut off at the end
    """

    states: int = 0
    others: dict[int, int] = field(default_factory=dict)
    damaged: int = 0
    skipped_bytes: int = 0
    truncated: int = 0


class EntityStateDecoder:
    """Decodes a stream of PDUs, or datagrams with one PDU or several in each.

    Parameters
    ----------
    strict : raise over damage instead of counting it
    """

    def __init__(self, *, strict: bool = False) -> None:
        self.counts = PduCounts()
        self._strict = strict
        self._rest = b""
        self._passed = 0

    def feed(self, data: bytes) -> EntityStates:
        """Take more of the stream, cut anywhere; keeps at most one PDU that is not whole yet.

        Returns
        -------
        the states that are whole by now

        Raises
        ------
        PduError : strict, and no sound PDU stands there
        """
        data = self._rest + data
        starts, end = self._frame(data)
        self._rest, self._passed = data[end:], self._passed + end
        return _states(data, starts)

    def feed_datagram(self, data: bytes) -> EntityStates:
        """Take one datagram; what is cut off at its end will not be completed by the next.

        Raises
        ------
        PduError, TruncatedPduError : strict, and it is damaged or cut off
        """
        states = self.feed(data)
        self.close()
        return states

    def close(self) -> None:
        """Say that the stream has ended: a PDU that is not whole counts as truncated.

        Raises
        ------
        TruncatedPduError : strict, and one is not whole
        """
        rest, self._rest = self._rest, b""
        self._passed += len(rest)
        if not rest:
            return
        if self._strict:
            needed = _HEADER.unpack_from(rest)[5] if len(rest) >= HEADER_BYTES else HEADER_BYTES
            raise TruncatedPduError(needed=needed, had=len(rest))
        self.counts.truncated += 1

    def _frame(self, data: bytes) -> tuple[list[int], int]:
        """Find where Entity State PDUs begin, and where the first PDU begins that is not whole."""
        starts: list[int] = []
        others, at, whole = self.counts.others, 0, len(data)
        while at + HEADER_BYTES <= whole:
            version, _, kind, _, _, length = _HEADER.unpack_from(data, at)
            if version not in _VERSIONS or length < HEADER_BYTES or (kind == ENTITY_STATE and length < STATE_BYTES):
                at = self._resume(data, at)
                continue
            if at + length > whole:
                break
            if kind != ENTITY_STATE:
                others[kind] = others.get(kind, 0) + 1
            elif STATE_BYTES + PARAMETER_BYTES * data[at + 19] > length:
                at = self._resume(data, at)
                continue
            else:
                starts.append(at)
            at += length
        self.counts.states += len(starts)
        return starts, at

    def _resume(self, data: bytes, at: int) -> int:
        """Pass over damage to where the next Entity State PDU may begin."""
        if self._strict:
            message = f"no sound PDU: {data[at : at + HEADER_BYTES].hex()}"
            raise PduError(message, offset=self._passed + at)
        found = _LIKELY.search(data, at + 1)
        # The last three bytes may be the beginning of one.
        end = found.start() if found else max(at + 1, len(data) - 3)
        self.counts.damaged += 1
        self.counts.skipped_bytes += end - at
        return end


def _states(data: bytes, starts: list[int]) -> EntityStates:
    if not starts:
        return EntityStates.empty()
    octets = np.frombuffer(data, np.uint8)
    whole = np.lib.stride_tricks.sliding_window_view(octets, STATE_BYTES)[np.array(starts, np.intp)]
    raw = whole.view(STATE_LAYOUT)[:, 0]
    columns = {name: raw[name].astype(_dtype(name)) for name in EntityStates.DTYPES if name != "absolute"}
    columns["timestamp"] = columns["timestamp"] >> np.uint32(1)
    return EntityStates(**columns, absolute=(raw["timestamp"] & 1).astype(np.bool_))


def _dtype(name: str) -> np.dtype[np.generic]:
    kind = EntityStates.DTYPES[name]
    return np.dtype(kind[0] if isinstance(kind, tuple) else kind)
