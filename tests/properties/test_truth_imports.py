"""Whatever the bytes, readers of truth give samples or say what is wrong."""

import contextlib
import struct

from hypothesis import given, settings
from hypothesis import strategies as st

from sidelook.formats.truth.dis import read_dis
from sidelook.formats.truth.errors import TruthError
from sidelook.formats.truth.fcd import read_fcd_xml
from sidelook.formats.truth.names import names_from_csv, names_from_json
from sidelook.formats.truth.pdus import EntityStateDecoder
from sidelook.formats.truth.table import read_csv, read_parquet


def header(kind: int, length: int) -> bytes:
    return struct.pack(">BBBBIHBB", 7, 1, kind, 1, 1, length, 0, 0)


PIECES = st.one_of(
    st.binary(max_size=300),
    st.builds(header, st.integers(0, 70), st.integers(0, 65_535)),
    st.builds(lambda body: header(1, 144) + body, st.binary(min_size=132, max_size=132)),
    st.builds(lambda body: header(20, 12 + len(body)) + body, st.binary(max_size=60)),
)

TAGS = st.sampled_from(
    [
        *("<fcd-export>", "</fcd-export>", "<timestep", ' time="', ">", "/>", "</timestep>", "<vehicle", ' id="', '"'),
        *(' x="', ' y="', ' z="', ' type="', "1.5", "nan", "1e999", "-", "a", "&amp;", "&b;", "<!DOCTYPE a [", "<!--"),
        '<timestep time="1.5"><vehicle id="a" x="1" y="2" type="car"/></timestep>',
    ]
)


@given(st.lists(PIECES, max_size=8), st.lists(st.integers(0, 500), max_size=5))
def test_pdus_of_any_kind_cut_anywhere(pieces: list[bytes], cuts: list[int]) -> None:
    stream = b"".join(pieces)
    whole = EntityStateDecoder()
    states = len(whole.feed(stream))
    whole.close()
    counts = whole.counts
    assert states == counts.states
    assert 144 * states + counts.skipped_bytes <= len(stream)
    apart, found, at = EntityStateDecoder(), 0, 0
    for cut in [*cuts, len(stream)]:
        found += len(apart.feed(stream[at : at + cut]))
        at += cut
    apart.close()
    assert found == states
    with contextlib.suppress(TruthError):
        assert read_dis(stream).counts.states == states
    with contextlib.suppress(TruthError):
        read_dis(stream, strict=True)


@given(st.one_of(st.binary(max_size=300), st.lists(TAGS, max_size=30).map(lambda parts: "".join(parts).encode())))
def test_text_that_may_be_floating_car_data(data: bytes) -> None:
    with contextlib.suppress(TruthError):
        read_fcd_xml(data)
    with contextlib.suppress(TruthError):
        read_fcd_xml(b"<fcd-export>" + data + b"</fcd-export>")


@settings(deadline=None)  # Arrow starts threads on first use
@given(st.one_of(st.binary(max_size=200), st.text('0123456789,;.-\n"aeE:TZ', max_size=200).map(str.encode)))
def test_bytes_that_may_be_a_table(data: bytes) -> None:
    for given_data in (data, b"time_s,id,latitude_deg,longitude_deg,height_m\n" + data):
        for read in (read_csv, read_parquet, names_from_csv, names_from_json):
            with contextlib.suppress(TruthError):
                read(given_data)
