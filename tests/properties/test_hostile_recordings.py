"""Whatever bytes come, info, check and convert answer: whole documents, counted damage, no crash."""

import io
import json
import struct
from collections.abc import Iterable
from xml.etree import ElementTree as ET

from hypothesis import given, settings
from hypothesis import strategies as st

from sidelook.formats.export.geojson import GeoJsonSink
from sidelook.formats.export.kml import KmlSink
from sidelook.formats.export.sectors import sectors_of
from sidelook.formats.export.shapes import points_of
from sidelook.formats.stanag4607 import DwellAssembler, StreamDecoder
from sidelook.formats.stanag4607.rules import RuleChecker
from sidelook.formats.stanag4607.summary import Summariser
from sidelook.formats.tables import dwells_from_tables, dwells_table, plots_table
from sidelook.model.plots import Dwells

#: D2 to D9, D24 to D27 and D32.2, .3, .7, .8, .10, .16, .17.
MASK = sum(1 << bit for bit in (*range(56, 64), *range(38, 42), 32, 31, 27, 26, 24, 18, 17))


def recording() -> bytes:
    """Make a mission segment and a dwell of three reports in one packet."""
    mission = struct.pack(">BI12s12sB10sHBB", 1, 44, b"PLAN", b"FLIGHT", 255, b"CONFIG", 2026, 11, 22)
    sensor = struct.pack(">iIi", 1 << 28, 1 << 30, 1_200_000)
    area = struct.pack(">iIHH", 1 << 28, 1 << 31, 640, 900)
    body = struct.pack(">QHHBHI", MASK, 3, 1, 0, 3, 1000) + sensor + area
    reports = struct.pack(">iIhHBBI", 1 << 28, 1 << 31, 150, 0, 2, 1, 7) * 3
    dwell = struct.pack(">BI", 2, 5 + len(body) + len(reports)) + body + reports
    marking = b"XN\x05XN\0\0\1" + b"PLATFORM  " + struct.pack(">II", 7, 1)
    return b"30" + struct.pack(">I", 32 + len(mission) + len(dwell)) + marking + mission + dwell


SOUND = recording()
changes = st.lists(st.tuples(st.integers(0, len(SOUND) - 1), st.integers(0, 255)), max_size=12)


def damaged(places: Iterable[tuple[int, int]]) -> bytes:
    octets = bytearray(SOUND)
    for place, value in places:
        octets[place] = value
    return bytes(octets) * 2 + SOUND


def read(data: bytes) -> tuple[Dwells, RuleChecker, Summariser]:
    decoder, assembler = StreamDecoder(), DwellAssembler(source="hostile\x01<&")
    checker, summariser = RuleChecker(), Summariser()
    packets = decoder.feed(data)
    assembler.assemble(packets)
    dwells = assembler.flush()
    checker.check(packets)
    checker.check_skips(decoder.skipped)
    summariser.add_packets(packets)
    summariser.add_dwells(dwells)
    return dwells, checker, summariser


@settings(max_examples=60, deadline=None)
@given(changes)
def test_any_bytes_become_whole_documents(places: list[tuple[int, int]]) -> None:
    dwells, _, _ = read(damaged(places))
    plots, looks = plots_table(dwells), dwells_table(dwells)
    features = 0
    for table, shapes in ((plots, points_of(plots)), (looks, sectors_of(dwells))):
        geojson, kml = io.BytesIO(), io.BytesIO()
        for sink in (GeoJsonSink(geojson), KmlSink(kml, io.BytesIO)):
            sink.write(table, shapes)
            sink.close()
        features += len(json.loads(geojson.getvalue(), parse_constant=lambda word: word)["features"])
        assert b"NaN" not in geojson.getvalue()
        ET.fromstring(kml.getvalue())  # noqa: S314 - parsed to see that it is well formed
    assert features == len(dwells) + len(dwells.plots)


@settings(max_examples=60, deadline=None)
@given(changes)
def test_any_bytes_are_counted_and_checked(places: list[tuple[int, int]]) -> None:
    data = damaged(places)
    dwells, checker, summariser = read(data)
    summary, report = summariser.summary(), checker.report()
    assert summary.reports == len(dwells.plots)
    assert summary.octets <= len(data)
    assert all(0 <= finding.offset < len(data) for finding in report.findings)
    assert len(report.findings) <= sum(report.totals.values())


@settings(max_examples=30, deadline=None)
@given(changes)
def test_any_dwells_come_back_from_their_tables(places: list[tuple[int, int]]) -> None:
    dwells, _, _ = read(damaged(places))
    again = dwells_from_tables(dwells_table(dwells), plots_table(dwells))
    assert again.plots.target_class.tolist() == dwells.plots.target_class.tolist()
    assert again.plots.truth_entity.tolist() == dwells.plots.truth_entity.tolist()
    assert again.time.tolist() == dwells.time.tolist()
    assert not (dwells.simulated & ~again.simulated).any()


def test_the_sound_recording_is_sound() -> None:
    dwells, _, _ = read(damaged([]))
    assert len(dwells.plots) == 9
