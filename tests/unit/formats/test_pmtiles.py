import gzip
import struct
from itertools import pairwise

import pytest

from sidelook.formats.pmtiles import TileSet, encode_pmtiles, tile_id

BOUNDS = (-45.0, 36.5, -41.0, 39.5)


def tile_set(tiles: dict) -> TileSet:
    return TileSet(tiles=tiles, metadata={"name": "x"}, bounds_deg=BOUNDS)


def test_numbers_are_those_of_the_specification() -> None:
    # The table of the specification, section 4.1, and its example for a deep zoom.
    given = [(0, 0, 0), (1, 0, 0), (1, 0, 1), (1, 1, 1), (1, 1, 0), (2, 0, 0), (12, 3423, 1763)]
    assert [tile_id(number) for number in given] == [0, 1, 2, 3, 4, 5, 19078479]


def test_every_tile_of_a_zoom_has_its_own_number_and_neighbours_follow() -> None:
    found = {tile_id((5, x, y)): (x, y) for x in range(32) for y in range(32)}
    assert sorted(found) == list(range(341, 1365))
    path = [found[number] for number in sorted(found)]
    assert all(abs(a[0] - b[0]) + abs(a[1] - b[1]) == 1 for a, b in pairwise(path))


def test_the_header_says_where_things_are() -> None:
    file = encode_pmtiles(tile_set({(0, 0, 0): b"a", (3, 1, 2): b"bb"}))
    assert file[:8] == b"PMTiles\x03"
    root, root_size, meta, meta_size, leaves, leaves_size, data, data_size = struct.unpack_from("<8Q", file, 8)
    assert (root, root + root_size, meta + meta_size, leaves + leaves_size) == (127, meta, leaves, data)
    assert data + data_size == len(file)
    assert gzip.decompress(file[meta : meta + meta_size]) == b'{"name":"x"}'
    assert struct.unpack_from("<3Q", file, 72) == (2, 2, 2)
    assert struct.unpack_from("<4i", file, 102) == (-450000000, 365000000, -410000000, 395000000)


def test_the_same_tiles_in_any_order_give_the_same_bytes() -> None:
    tiles = {(4, x, y): f"{x * y}".encode() for x in range(16) for y in range(16)}
    assert encode_pmtiles(tile_set(tiles)) == encode_pmtiles(tile_set(dict(reversed(tiles.items()))))


def test_equal_tiles_are_kept_once() -> None:
    one, many = ({(6, x, y): b"sea" * 900 for x in range(n) for y in range(n)} for n in (1, 64))
    assert len(encode_pmtiles(tile_set(many))) < len(encode_pmtiles(tile_set(one))) + 20


@pytest.mark.parametrize("number", [(1, 2, 0), (0, 0, 1), (-1, 0, 0), (27, 0, 0), (3, -1, 0)])
def test_tiles_off_the_map_are_refused(number: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="no tile"):
        tile_set({number: b"a"})


def test_no_tiles_are_refused() -> None:
    with pytest.raises(ValueError, match="needs a tile"):
        tile_set({})
