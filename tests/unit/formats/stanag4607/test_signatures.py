import pytest

from sidelook.formats.stanag4607 import decode, hrr_segment
from sidelook.formats.stanag4607.encoder import segment_content
from sidelook.formats.stanag4607.errors import ValueRangeError
from sidelook.formats.stanag4607.fields import SegmentKind


def test_a_recorded_signature_can_be_made_again(recordings: dict[str, bytes]) -> None:
    """Field by field from its values: the same bytes."""
    packets = decode(recordings["hrr_signature_parked_both_time_branches.gmti"])
    for segment in packets.of_kind(SegmentKind.HRR):
        symbols = [name for name in segment.body.dtype.names or () if name != "H1"]
        values = {symbol: segment.value(symbol) for symbol in symbols}
        numbers = {symbol: value for symbol, value in values.items() if isinstance(value, float)}
        records = {symbol: segment.record[symbol] for symbol in segment.record.dtype.names or ()}
        assert segment_content(hrr_segment(numbers, records)) == segment_content(segment)


def test_unknown_and_unfitting_fields_are_refused() -> None:
    with pytest.raises(KeyError):
        hrr_segment({"H99": 1}, {})
    with pytest.raises(ValueRangeError):
        hrr_segment({"H11": 300.0}, {})
