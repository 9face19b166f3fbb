"""CPHD against sarkit, an independent implementation of the standard: its checker is silent, its files are read."""

import io
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

import lxml.etree
import numpy as np
import pytest
import sarkit.cphd as skcphd
from sarkit.verification import CphdConsistency

from sidelook.formats.cphd import CHANNEL, NoCphdError, write_cphd
from sidelook.formats.cphd_reading import CphdError, CphdPart, TooManyEchoesError, read_cphd
from sidelook.formats.gotcha import read_gotcha
from sidelook.geometry.frames import LocalFrame
from sidelook.mission.image_reading import centred, timed
from sidelook.model.echoes import PhaseHistory
from sidelook.model.image import centred_grid
from sidelook.model.origin import Classification
from sidelook.sar.backprojection import backproject
from sidelook.sar.quality import measure_point
from sidelook.simulation.phase_history import Scatterers, Waveform, simulate_phase_history, straight_flight

LIGHT = 299_792_458.0
FRAME = LocalFrame(latitude=np.radians(39.78), longitude=np.radians(-84.1), height=250.0)
BEGIN = 1_700_000_000 * 10**9
PLACE = np.array([3.0, -8.0, 0.0])
MANY = 10**8
Columns: TypeAlias = np.ndarray[Any, Any]
Tree: TypeAlias = Any
Change: TypeAlias = Callable[[Any, Columns, Columns], Columns]
"""Of tree and pulses in place; it gives the signal."""


def made(stand_off: float = 10e3) -> PhaseHistory:
    flight = straight_flight(
        stand_off=stand_off, grazing=np.radians(20), aperture=0.04 * stand_off, pulses=150, speed=100.0
    )
    points = Scatterers(places=PLACE[None], amplitudes=np.ones(1, np.complex128))
    rng = np.random.default_rng(1)
    history = simulate_phase_history(flight, Waveform(bandwidth=400e6), points, rng, frame=FRAME, begin=BEGIN)
    return replace(history, origin=replace(history.origin, classification=Classification.UNCLASSIFIED))


def written(history: PhaseHistory) -> bytes:
    with tempfile.TemporaryFile() as file:
        write_cphd(history, file)
        file.seek(0)
        return file.read()


def changed(data: bytes, change: Change) -> bytes:
    """Write a CPHD anew with sarkit, something in it changed."""
    with skcphd.Reader(io.BytesIO(data)) as reader:
        tree = reader.metadata.xmltree
        signal, pulses = reader.read_channel(CHANNEL)
    pulses = pulses.astype(pulses.dtype.newbyteorder("="))
    signal = change(tree, signal.astype(np.complex64), pulses)
    with tempfile.TemporaryFile() as file:
        with skcphd.Writer(file, skcphd.Metadata(xmltree=tree)) as writer:
            writer.write_signal(CHANNEL, signal)
            writer.write_pvp(CHANNEL, pulses)
        file.seek(0)
        return file.read()


def read(data: bytes, part: CphdPart | None = None) -> PhaseHistory:
    return read_cphd(io.BytesIO(data), source="a.cphd", most_samples=MANY, part=part or CphdPart())


def place_of(history: PhaseHistory, centre: tuple[float, float] = (3.0, -8.0)) -> Columns:
    """Form an image about a place, and give where its point stands."""
    return measure_point(backproject(history, centred_grid((48, 48), 0.2, centre=(*centre, 0.0)))).place[:2]


@pytest.mark.parametrize("stand_off", [10e3, 150e3])
def test_the_checker_of_sarkit_is_silent(stand_off: float, tmp_path: Path) -> None:
    path = tmp_path / "echoes.cphd"
    path.write_bytes(written(made(stand_off)))
    with path.open("rb") as file:
        checks = CphdConsistency.from_file(file, thorough=True)
        checks.check()
    assert not checks.failures()
    assert len(checks.passes()) >= 50


@pytest.mark.parametrize("stand_off", [10e3, 150e3])
def test_what_is_written_is_read(stand_off: float) -> None:
    history = made(stand_off)
    again = read(written(history))
    assert np.abs(again.samples - history.samples).max() < 1e-4  # of 1; a nanometre of way is 4e-7 rad
    assert np.abs(again.receive - history.receive).max() < 1e-8
    assert again.transmit is again.receive
    assert again.begin == history.begin
    assert again.frame == FRAME
    assert again.origin.simulated
    assert again.origin.classification is Classification.UNCLASSIFIED
    assert again.time - history.time == pytest.approx(stand_off / LIGHT, rel=1e-2)  # between sent and heard


def test_the_solution_for_the_motion_is_written_into_the_samples() -> None:
    history = made()
    off, phase = np.random.default_rng(2).normal(0.0, 0.3, (2, len(history)))
    frequency = history.frequency_start + history.frequency_step * np.arange(history.samples.shape[1])
    # As a receiver would have it that took out another range, and turned each pulse.
    turn = np.exp(4j * np.pi / LIGHT * np.multiply.outer(off, frequency) - 1j * phase[:, None])
    samples = (history.samples * turn).astype(np.complex64)
    again = read(written(replace(history, samples=samples, range_correction=off, phase_correction=phase)))
    assert np.abs(again.samples - history.samples).max() < 1e-4
    assert not again.range_correction.any()


def conjugated(tree: Tree, signal: Columns, pulses: Columns) -> Columns:
    del pulses
    skcphd.XmlHelper(tree).set("{*}Global/{*}SGN", 1)
    return np.conj(signal)


def whole_numbers(tree: Tree, signal: Columns, pulses: Columns) -> Columns:
    del pulses
    skcphd.XmlHelper(tree).set("{*}Data/{*}SignalArrayFormat", "CI4")
    whole = np.zeros(signal.shape, skcphd.binary_format_string_to_dtype("CI4"))
    for name, part in zip(whole.dtype.names or (), (signal.real, signal.imag), strict=True):
        whole[name] = np.rint(10_000 * part)
    return whole


def moving_reference(tree: Tree, signal: Columns, pulses: Columns) -> Columns:
    """Let the stabilisation point run over the scene, as in a strip map: the phase is that of the standard."""
    del tree
    before = [np.linalg.norm(pulses[f"{name}Pos"] - pulses["SRPPos"], axis=1) for name in ("Tx", "Rcv")]
    pulses["SRPPos"] += np.linspace(-20.0, 20.0, len(pulses))[:, None] * np.array([0.3, 0.9, 0.1])
    after = [np.linalg.norm(pulses[f"{name}Pos"] - pulses["SRPPos"], axis=1) for name in ("Tx", "Rcv")]
    sooner = (after[0] + after[1] - before[0] - before[1]) / LIGHT
    frequency = pulses["SC0"][:, None] + pulses["SCSS"][:, None] * np.arange(signal.shape[1])
    return (signal * np.exp(2j * np.pi * frequency * sooner[:, None])).astype(np.complex64)


@pytest.mark.parametrize("change", [conjugated, whole_numbers, moving_reference])
def test_other_makers_ways_are_read(change: Change) -> None:
    history = made()
    there = place_of(read(changed(written(history), change)))
    assert there == pytest.approx(PLACE[:2], abs=0.01)
    assert there == pytest.approx(place_of(history), abs=0.002)


def test_pulses_scaled_one_by_one_are_read_at_their_scale() -> None:
    history = made()
    with skcphd.Reader(io.BytesIO(written(history))) as reader:
        tree = reader.metadata.xmltree
        signal, pulses = reader.read_channel(CHANNEL)
    root = skcphd.ElementWrapper(tree.getroot())
    numbers = int(tree.findtext("{*}Data/{*}NumBytesPVP")) // 8
    root["PVP"]["AmpSF"] = {"Offset": numbers, "Size": 1, "dtype": np.dtype(np.float64)}
    root["Data"]["NumBytesPVP"] = 8 * (numbers + 1)
    scaled = np.zeros(len(pulses), skcphd.get_pvp_dtype(tree))
    for name in pulses.dtype.names or ():
        scaled[name] = pulses[name]
    scaled["AmpSF"] = np.linspace(0.5, 2.0, len(pulses))
    with tempfile.TemporaryFile() as file:
        with skcphd.Writer(file, skcphd.Metadata(xmltree=tree)) as writer:
            writer.write_signal(CHANNEL, (signal / scaled["AmpSF"][:, None]).astype(np.complex64))
            writer.write_pvp(CHANNEL, scaled)
        again = read_cphd(file, source="a.cphd", most_samples=MANY)
    assert np.abs(again.samples - history.samples).max() < 1e-4


def test_compressed_samples_are_refused() -> None:
    data = written(made())
    size = b"<SignalArrayByteOffset>0</SignalArrayByteOffset>"
    spaced = b"<CompressedSignalSize>9</CompressedSignalSize>"
    said = data.replace(size, size + spaced)
    # The description is longer now by what it holds more; where the rest begins does not matter to a refusal.
    length = int(data.partition(b"XML_BLOCK_SIZE := ")[2].partition(b"\n")[0])
    said = said.replace(b"XML_BLOCK_SIZE := %d\n" % length, b"XML_BLOCK_SIZE := %d\n" % (length + len(spaced)))
    with pytest.raises(CphdError, match="compressed"):
        read(said)


def test_pulses_of_wandering_frequencies_are_laid_on_common_ones() -> None:
    history = made()
    drift = history.frequency_step * np.linspace(-0.4, 0.4, len(history))

    def wander(tree: Tree, signal: Columns, pulses: Columns) -> Columns:
        del tree
        # A point's echo is known at every frequency.
        ways = np.linalg.norm(history.receive - PLACE, axis=1) - history.reference_range
        pulses["SC0"] += drift
        frequency = pulses["SC0"][:, None] + pulses["SCSS"][:, None] * np.arange(signal.shape[1])
        return np.exp(-4j * np.pi / LIGHT * ways[:, None] * frequency).astype(np.complex64)

    again = read(changed(written(history), wander))
    inner = slice(20, -20)
    assert np.abs(again.samples - history.samples)[:, inner].max() < 0.03
    grid = centred_grid((48, 48), 0.2, centre=(3.0, -8.0, 0.0))
    best, found = (backproject(of, grid).pixels for of in (history, again))
    assert 20.0 * np.log10(np.linalg.norm(found - best) / np.linalg.norm(best)) < -30.0


def test_some_pulses_of_many() -> None:
    data = written(made())
    assert np.array_equal(read(data, CphdPart(first=40, last=60)).samples, read(data).samples[40:60])
    assert len(read(data, CphdPart(first=140))) == 10


def test_another_centre_shows_the_same_ground() -> None:
    history = read(written(made()))
    degree = 111_034.0  # m of latitude, at 40 degrees
    moved = centred(history, (39.78 - 8.0 / degree, -84.1))
    assert place_of(moved, (3.0, 0.0)) == pytest.approx([3.0, 0.0], abs=0.02)


def test_what_a_cphd_needs_and_echoes_lack_is_said() -> None:
    history = made()
    unread = replace(history.origin, classification=Classification.UNREAD)
    bare = replace(history, frame=None, begin=None, time=np.full(len(history), np.nan), origin=unread)
    with pytest.raises(NoCphdError, match=r"center.*begin.*times.*marking"):
        write_cphd(bare, io.BytesIO())


@pytest.mark.parametrize("keep", [0.0, 0.0001, 0.01, 0.05, 0.5, 0.999])
def test_a_file_cut_short_is_refused_in_one_sentence(keep: float) -> None:
    data = written(made())
    with pytest.raises(CphdError, match="fetch it again"):
        read(data[: int(keep * len(data))])


def test_damage_gives_echoes_or_one_kind_of_error() -> None:
    data, rng = written(made()), np.random.default_rng(3)
    said = len(data) - 8 * 150 * 256  # what comes before the samples
    refused = 0
    for _ in range(300):
        spoilt = bytearray(data)
        for place in rng.integers(0, said, 3):
            spoilt[place] = rng.integers(256)
        try:
            read(bytes(spoilt))
        except (CphdError, TooManyEchoesError):
            refused += 1
    assert 10 < refused < 300


@pytest.mark.parametrize(
    ("part", "most", "error", "words"),
    [
        (CphdPart(channel="HV"), MANY, CphdError, "no channel HV; there are 1"),
        (CphdPart(first=149), MANY, CphdError, "1 were asked for"),
        (CphdPart(), 10_000, TooManyEchoesError, "take 39 pulses at most"),
    ],
)
def test_what_is_not_there_or_too_much(part: CphdPart, most: int, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        read_cphd(io.BytesIO(written(made())), source="a.cphd", most_samples=most, part=part)


@pytest.mark.parametrize("version", ["1.0.1", "1.1.0"])
def test_the_standard_s_examples_are_read(version: str, shared_data: Path) -> None:
    """Descriptions that come with sarkit, with echoes of no amplitude, every other pulse without a signal."""
    tree = lxml.etree.parse(shared_data / f"sar/sarkit_xml/example-cphd-{version}.xml")
    channel = tree.findtext("{*}Channel/{*}RefChId")
    count, samples = (
        int(tree.findtext(f"{{*}}Data/{{*}}Channel/{{*}}{word}")) for word in ("NumVectors", "NumSamples")
    )
    pulses = np.zeros(count, skcphd.get_pvp_dtype(tree))
    pulses["SC0"], pulses["SCSS"], pulses["SIGNAL"][1::2] = 1e10, 1e5, 1
    for name in ("TxPos", "RcvPos"):
        pulses[name] = [7e6, 1e5, 1e6]
    with tempfile.TemporaryFile() as file:
        with skcphd.Writer(file, skcphd.Metadata(xmltree=tree)) as writer:
            writer.write_signal(channel, np.zeros((count, samples), np.complex64))
            writer.write_pvp(channel, pulses)
            for node in tree.findall("{*}Data/{*}SupportArray"):
                shape = tuple(int(node.findtext(f"{{*}}{word}")) for word in ("NumRows", "NumCols"))
                gains = np.zeros(shape, [("Gain", "f4"), ("Phase", "f4")])
                writer.write_support_array(node.findtext("{*}Identifier"), gains)
        history = read_cphd(file, source="example", most_samples=MANY)
    assert history.samples.shape == (count // 2, samples)
    assert not history.origin.simulated
    assert history.origin.classification is Classification.UNCLASSIFIED


def test_gotcha_becomes_a_cphd_of_the_same_image(shared_data: Path, tmp_path: Path) -> None:
    with min((shared_data / "sar/gotcha").glob("*.mat")).open("rb") as file:
        echoes = timed(read_gotcha(file, source="Gotcha"))
    origin = replace(echoes.origin, classification=Classification.UNCLASSIFIED)
    path = tmp_path / "gotcha.cphd"
    with path.open("wb") as file:
        write_cphd(replace(echoes, frame=FRAME, begin=BEGIN, origin=origin), file)
    with path.open("rb") as file:
        checks = CphdConsistency.from_file(file, thorough=True)
        checks.check()
    assert not checks.failures()
    again = read(path.read_bytes())
    grid = centred_grid((64, 64), 0.1, centre=(-16.0, 21.0, 0.0))
    best, found = (backproject(of, grid).pixels for of in (echoes, again))
    assert 20.0 * np.log10(np.linalg.norm(found - best) / np.linalg.norm(best)) < -60.0


def test_other_domains_are_refused() -> None:
    data = written(made()).replace(b"<DomainType>FX<", b"<DomainType>XX<")
    with pytest.raises(CphdError, match="domain XX"):
        read(data)
