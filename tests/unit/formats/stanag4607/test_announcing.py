import pytest

from sidelook.formats.stanag4607.announcing import history_segment, make_segment
from sidelook.formats.stanag4607.encoder import segment_content
from sidelook.formats.stanag4607.errors import ValueRangeError
from sidelook.formats.stanag4607.fields import SegmentKind
from sidelook.formats.stanag4607.presets import ProcessingFlag, ProcessingStep
from sidelook.model.origin import Origin


def test_history_names_the_origin_and_numbers_the_steps() -> None:
    steps = tuple(
        ProcessingStep(flags=flag, nationality="XN", platform="Sidelook", mission=1, job=2)
        for flag in (ProcessingFlag.AREA_FILTERING, ProcessingFlag.SECURITY_FILTERING)
    )
    segment = history_segment(Origin(source="x", platform="Fictional", mission=7, job=3), steps)
    assert segment_content(segment) == (
        b"\x02XNFictional \0\0\0\x07\0\0\0\x03"
        b"\x01XNSidelook  \0\0\0\x01\0\0\0\x02\x00\x01"
        b"\x02XNSidelook  \0\0\0\x01\0\0\0\x02\x08\x00"
    )


def test_a_segment_from_values() -> None:
    segment = make_segment(SegmentKind.FREE_TEXT, {"F1": "HERE", "F2": "THERE"}, rest=b"text")
    assert segment_content(segment) == b"HERE      THERE     text"
    place = make_segment(SegmentKind.PLATFORM_LOCATION, {"L2": -45.0, "L3": 270.0, "L7": -1})
    assert segment_content(place) == bytes(4) + b"\xc0\0\0\0" + b"\xc0\0\0\0" + bytes(10) + b"\xff"


@pytest.mark.parametrize("values", [{"M1": "far too long a name"}, {"M6": 256}, {"M5": -1}])
def test_what_does_not_fit_is_refused(values: dict[str, float | str]) -> None:
    with pytest.raises(ValueRangeError):
        make_segment(SegmentKind.MISSION, values)
