import numpy as np
import pytest

from sidelook.formats.vector_tile import Shape, TileFeature, encode_tile, encode_varints


def test_varints_are_those_of_protocol_buffers() -> None:
    # 150 is the example of the Protocol Buffers encoding guide.
    assert encode_varints(np.array([150], np.uint64)) == b"\x96\x01"
    assert encode_varints(np.array([0, 1, 127, 128], np.uint64)) == b"\x00\x01\x7f\x80\x01"
    assert encode_varints(np.array([2**64 - 1], np.uint64)) == b"\xff" * 9 + b"\x01"
    assert encode_varints(np.zeros(0, np.uint64)) == b""


def geometry_of(feature: TileFeature) -> bytes:
    """Take the geometry out of a tile with one feature without properties; its field comes last."""
    tile = encode_tile({"x": [feature]})
    message = tile[tile.index(b"\x12", 5) + 2 :]
    assert message[:1] == b"\x18"
    assert message[2:3] == b"\x22"
    return message[4 : 4 + message[3]]


@pytest.mark.parametrize(
    ("shape", "parts", "commands"),
    [
        # The examples of the specification, 4.3.5.
        (Shape.POINT, [[[25, 17]]], [9, 50, 34]),
        (Shape.POINT, [[[5, 7], [3, 2]]], [17, 10, 14, 3, 9]),
        (Shape.LINE, [[[2, 2], [2, 10], [10, 10]]], [9, 4, 4, 18, 0, 16, 16, 0]),
        (
            Shape.LINE,
            [[[2, 2], [2, 10], [10, 10]], [[1, 1], [3, 5]]],
            [9, 4, 4, 18, 0, 16, 16, 0, 9, 17, 17, 10, 4, 8],
        ),
        (Shape.POLYGON, [[[3, 6], [8, 12], [20, 34]]], [9, 6, 12, 18, 10, 12, 24, 44, 15]),
    ],
)
def test_geometry_is_that_of_the_specification(shape: Shape, parts: list, commands: list[int]) -> None:
    feature = TileFeature(shape=shape, parts=[np.array(part) for part in parts], properties={})
    assert list(geometry_of(feature)) == commands


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(ValueError, match="3 points"):
        TileFeature(shape=Shape.POLYGON, parts=[np.zeros((2, 2), np.int64)], properties={})
    with pytest.raises(ValueError, match="line"):
        TileFeature(shape=Shape.LINE, parts=[], properties={})


def test_layers_without_features_are_left_out() -> None:
    assert encode_tile({}) == encode_tile({"roads": []}) == b""
