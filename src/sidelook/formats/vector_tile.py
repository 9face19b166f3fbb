"""Writer of Mapbox Vector Tiles, version 2.1: points, lines and polygons of one map tile.

Source: the Mapbox Vector Tile specification, version 2.1, https://github.com/mapbox/vector-tile-spec/tree/master/2.1.
A tile's coordinates run from its north-west corner to the east and to the south.
"""

import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

EXTENT = 4096
"""Units along a tile's side."""

Value: TypeAlias = str | int | float | bool

_MOVE, _LINE, _CLOSE = 1, 2, 7
_LEAST = {1: 1, 2: 2, 3: 3}  # points of a part, by shape


class Shape(IntEnum):
    """What a feature is."""

    POINT = 1
    LINE = 2
    POLYGON = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class TileFeature:
    """A feature of one tile.

    Attributes
    ----------
    shape : what it is
    parts : of (K, 2) whole east and south units: points, lines of two and more points, or rings of three and more,
        open, outer ones with the area to the right (positive by the specification) and each before its holes
    properties : by name
    """

    shape: Shape
    parts: Sequence[NDArray[np.int64]]
    properties: Mapping[str, Value]

    def __post_init__(self) -> None:
        """Check that there is something to draw."""
        if not self.parts or any(len(part) < _LEAST[self.shape] for part in self.parts):
            message = f"a {self.shape.name.lower()} needs parts of {_LEAST[self.shape]} points or more"
            raise ValueError(message)


def encode_tile(layers: Mapping[str, Sequence[TileFeature]]) -> bytes:
    """Write a tile.

    Parameters
    ----------
    layers : features by name of layer; layers without features are left out

    Returns
    -------
    the tile; empty where nothing is on it
    """
    return b"".join(_field(3, _layer(name, features)) for name, features in layers.items() if features)


def encode_varints(values: NDArray[np.uint64]) -> bytes:
    """Write unsigned numbers in groups of seven bits, the lowest first, as Protocol Buffers do.

    Parameters
    ----------
    values : (N,)

    Returns
    -------
    N to 10 N bytes
    """
    groups = np.arange(10, dtype=np.uint64)
    shifted = values[:, None] >> (np.uint64(7) * groups)
    used = (shifted > 0) | (groups == 0)
    follows = np.zeros_like(used)
    follows[:, :-1] = shifted[:, 1:] > 0
    coded = (shifted & np.uint64(0x7F)).astype(np.uint8) | (follows * np.uint8(0x80)).astype(np.uint8)
    out: bytes = coded[used].tobytes()
    return out


def _layer(name: str, features: Sequence[TileFeature]) -> bytes:
    keys: dict[str, int] = {}
    values: dict[tuple[type, Value], int] = {}
    written = []
    for feature in features:
        tags = []
        for key, value in feature.properties.items():
            tags += [keys.setdefault(key, len(keys)), values.setdefault((type(value), value), len(values))]
        written.append(_field(2, _feature(feature, tags)))
    return b"".join(
        [
            _number(15, 2),
            _field(1, name.encode()),
            *written,
            *(_field(3, key.encode()) for key in keys),
            *(_field(4, _value(value)) for _, value in values),
            _number(5, EXTENT),
        ]
    )


def _feature(feature: TileFeature, tags: list[int]) -> bytes:
    parts = [np.asarray(part, np.int64) for part in feature.parts]
    places = np.concatenate([np.zeros((1, 2), np.int64), *parts])
    steps = _zigzag(places[1:] - places[:-1])
    if feature.shape is Shape.POINT:
        commands = np.concatenate([[len(steps) << 3 | _MOVE], steps.ravel()])
    else:
        closing = [_CLOSE | 1 << 3] if feature.shape is Shape.POLYGON else []
        pieces: list[NDArray[np.uint64] | list[int]] = []
        first = 0
        for part in parts:
            along = steps[first : first + len(part)].ravel()
            pieces += [[1 << 3 | _MOVE], along[:2], [len(part) - 1 << 3 | _LINE], along[2:], closing]
            first += len(part)
        commands = np.concatenate([np.asarray(piece, np.uint64) for piece in pieces])
    packed = encode_varints(np.asarray(tags, np.uint64)) if tags else b""
    return b"".join(
        [
            _field(2, packed) if tags else b"",
            _number(3, int(feature.shape)),
            _field(4, encode_varints(commands.astype(np.uint64))),
        ]
    )


def _zigzag(values: NDArray[np.int64]) -> NDArray[np.uint64]:
    coded: NDArray[np.uint64] = ((values << 1) ^ (values >> 63)).view(np.uint64)
    return coded


def _value(value: Value) -> bytes:
    if isinstance(value, bool):
        return _number(7, int(value))
    if isinstance(value, str):
        return _field(1, value.encode())
    if isinstance(value, float):
        return bytes([3 << 3 | 1]) + struct.pack("<d", value)
    return _number(6, value * 2 if value >= 0 else -2 * value - 1)


def _field(number: int, content: bytes) -> bytes:
    return _plain([number << 3 | 2, len(content)]) + content


def _number(field: int, value: int) -> bytes:
    return _plain([field << 3, value])


def _plain(values: Iterable[int]) -> bytes:
    out = bytearray()
    for number in values:
        rest = number
        while rest > 0x7F:  # noqa: PLR2004 - seven bits
            out.append(rest & 0x7F | 0x80)
            rest >>= 7
        out.append(rest)
    return bytes(out)
