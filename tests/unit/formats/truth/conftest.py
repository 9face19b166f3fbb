"""PDUs for tests, put together from the field table of the standard, not with the code under test."""

import struct
from collections.abc import Callable
from typing import TypeAlias

import pytest

MakeState: TypeAlias = Callable[..., bytes]


@pytest.fixture
def make_state() -> MakeState:
    """Give a maker of Entity State PDUs: IEEE 1278.1-2012, table for 7.2.2, field after field."""

    def make(
        *,
        entity: int = 1,
        application: int = 2,
        units: int = 0,
        absolute: bool = True,
        position: tuple[float, float, float] = (6_378_137.0, 0.0, 0.0),
        kind: tuple[int, int, int] = (1, 1, 7),
        parameters: int = 0,
        length: int | None = None,
    ) -> bytes:
        size = 144 + 16 * parameters
        header = struct.pack(">BBBBIHBB", 7, 1, 1, 1, units << 1 | absolute, size if length is None else length, 0, 0)
        identity = struct.pack(">HHHBB", 10, application, entity, 0, parameters)
        types = struct.pack(">BBHBBBB8x", kind[0], kind[1], 0, kind[2], 0, 0, 0)
        motion = struct.pack(">3f3d3fI", 1.0, 2.0, 3.0, *position, 0.1, 0.2, 0.3, 0)
        reckoning = struct.pack(">B15x3f3f", 2, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
        rest = struct.pack(">B11sI", 1, b"MARK", 0)
        return header + identity + types + motion + reckoning + rest + bytes(16 * parameters)

    return make
