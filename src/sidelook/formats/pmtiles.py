"""Writer of PMTiles, version 3: map tiles of all zooms in one file that is read by ranges.

Source: the PMTiles specification, version 3, https://github.com/protomaps/PMTiles/blob/main/spec/v3/spec.md. The same
tiles give the same bytes: nothing is taken from the clock.
"""

import gzip
import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from sidelook.formats.vector_tile import encode_varints

TileNumber: TypeAlias = tuple[int, int, int]
"""Zoom, column from the west, row from the north."""

_HEADER = struct.Struct("<7sB11Q6B4iB2i")
_ROOT_ROOM = 16_384 - _HEADER.size  # header and root directory lie within the first 16 KiB
_LEAF = 4_096  # entries of a leaf directory
_GZIP, _MVT = 2, 1
_DEEPEST = 26


@dataclass(frozen=True, slots=True, kw_only=True)
class TileSet:
    """What a PMTiles file says about its tiles.

    Attributes
    ----------
    tiles : plain Mapbox Vector Tiles by number; they are compressed on writing
    metadata : name, attribution, vector_layers and so on, as JSON can hold them
    bounds_deg : west, south, east and north
    """

    tiles: Mapping[TileNumber, bytes]
    metadata: Mapping[str, Any]
    bounds_deg: tuple[float, float, float, float]

    def __post_init__(self) -> None:
        """Check that every tile is on the map, and that there is one."""
        if not self.tiles:
            message = "a PMTiles file needs a tile"
            raise ValueError(message)
        for zoom, x, y in self.tiles:
            if not (0 <= zoom <= _DEEPEST and 0 <= x < 2**zoom and 0 <= y < 2**zoom):
                message = f"there is no tile {zoom}/{x}/{y}"
                raise ValueError(message)


@dataclass(frozen=True, slots=True)
class _Entry:
    tile: int
    run: int
    length: int
    offset: int


def encode_pmtiles(tile_set: TileSet) -> bytes:
    """Write tiles as one PMTiles file.

    Parameters
    ----------
    tile_set : what to write; tiles of the same bytes are kept once

    Returns
    -------
    the whole file
    """
    entries, data, contents = _lay_out(tile_set.tiles)
    root, leaves = _directories(entries)
    metadata = _pack(json.dumps(tile_set.metadata, separators=(",", ":"), sort_keys=True, ensure_ascii=False).encode())
    root_at = _HEADER.size
    metadata_at = root_at + len(root)
    leaves_at = metadata_at + len(metadata)
    data_at = leaves_at + len(leaves)
    zooms = [zoom for zoom, _, _ in tile_set.tiles]
    west, south, east, north = (round(1e7 * value) for value in tile_set.bounds_deg)
    header = _HEADER.pack(
        b"PMTiles",
        3,
        *(root_at, len(root), metadata_at, len(metadata), leaves_at, len(leaves), data_at, len(data)),
        *(len(tile_set.tiles), len(entries), contents),
        *(1, _GZIP, _GZIP, _MVT, min(zooms), max(zooms)),
        *(west, south, east, north),
        *((min(zooms) + max(zooms)) // 2, (west + east) // 2, (south + north) // 2),
    )
    return b"".join([header, root, metadata, leaves, data])


def tile_id(number: TileNumber) -> int:
    """Count tiles zoom by zoom, and along Hilbert's curve within each.

    Parameters
    ----------
    number : zoom, column, row
    """
    zoom, x, y = number
    count = ((1 << 2 * zoom) - 1) // 3
    for level in reversed(range(zoom)):
        side = 1 << level
        right, down = int(bool(x & side)), int(bool(y & side))
        count += side * side * ((3 * right) ^ down)
        if not down:
            if right:
                x, y = side - 1 - (x & (side - 1)), side - 1 - (y & (side - 1))
            x, y = y, x
    return count


def _lay_out(tiles: Mapping[TileNumber, bytes]) -> tuple[list[_Entry], bytes, int]:
    """Order tiles by number, and keep equal ones once; runs of equal tiles are one entry."""
    entries: list[_Entry] = []
    at: dict[bytes, tuple[int, int]] = {}
    pieces: list[bytes] = []
    size = 0
    for number, tile in sorted((tile_id(number), tile) for number, tile in tiles.items()):
        if tile not in at:
            packed = _pack(tile)
            at[tile] = (size, len(packed))
            pieces.append(packed)
            size += len(packed)
        offset, length = at[tile]
        last = entries[-1] if entries else None
        if last and last.offset == offset and last.tile + last.run == number:
            entries[-1] = _Entry(last.tile, last.run + 1, length, offset)
        else:
            entries.append(_Entry(number, 1, length, offset))
    return entries, b"".join(pieces), len(pieces)


def _directories(entries: list[_Entry]) -> tuple[bytes, bytes]:
    """Write the root directory, and leaves where it would not find room."""
    root, leaves = _directory(entries), b""
    size = _LEAF
    while len(root) > _ROOT_ROOM:
        pointers, pieces, offset = [], [], 0
        for first in range(0, len(entries), size):
            leaf = _directory(entries[first : first + size])
            pointers.append(_Entry(entries[first].tile, 0, len(leaf), offset))
            pieces.append(leaf)
            offset += len(leaf)
        root, leaves = _directory(pointers), b"".join(pieces)
        size *= 2
    return root, leaves


def _directory(entries: list[_Entry]) -> bytes:
    tiles = np.array([entry.tile for entry in entries], np.uint64)
    offsets, due = [], -1
    for entry in entries:
        offsets.append(0 if entry.offset == due else entry.offset + 1)
        due = entry.offset + entry.length
    columns = [
        np.array([len(entries)], np.uint64),
        np.diff(tiles, prepend=np.uint64(0)),
        np.array([entry.run for entry in entries], np.uint64),
        np.array([entry.length for entry in entries], np.uint64),
        np.array(offsets, np.uint64),
    ]
    return _pack(encode_varints(np.concatenate(columns)))


def _pack(data: bytes) -> bytes:
    return gzip.compress(data, 9, mtime=0)
