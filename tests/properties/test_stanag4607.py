"""Whatever dwells and bytes there are: what is written is read, and nothing crashes."""

from contextlib import suppress
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from sidelook.formats.stanag4607 import (
    DwellAssembler,
    PacketError,
    Preset,
    StreamDecoder,
    WriterSettings,
    decode,
    decode_dwells,
    encode,
    encode_dwells,
)
from sidelook.formats.stanag4607.fields import DWELL, REPORT
from sidelook.formats.stanag4607.layouts import DWELL_BITS
from sidelook.formats.stanag4607.scaling import B16_STEP, DWELL_SCALINGS, REPORT_SCALINGS, Scaling
from sidelook.model.origin import Classification, Origin
from sidelook.model.plots import Dwells, Plots

CIRCULAR = {"D8", "D15", "D21", "D25", "D27", "D28", "D32.3"}


def columns(
    rng: np.random.Generator, length: int, table: tuple[Scaling, ...], kinds: dict[str, Any], gaps: float
) -> dict[str, NDArray[Any]]:
    """Draw values that the fields can hold, some of them NaN where ``gaps`` says so."""
    drawn = {}
    for item in table:
        limits = np.iinfo(item.read_as)
        low, high = max(limits.min, -(2**31) + 1), limits.max
        values = rng.uniform(low, high, length) * item.step
        optional = item.symbol not in {"D2", "D3", "D7", "D8", "D9", "D24", "D25", "D27", "D32.2", "D32.3"}
        if optional and gaps:
            values[rng.random(length) < gaps] = np.nan
        drawn[item.column] = (
            np.floor(values).astype(kinds[item.column])
            if item.step == 1 and not optional
            else values.astype(kinds[item.column])
        )
    return drawn


def make_dwells(seed: int, length: int, most: int, gaps: float) -> Dwells:
    """Draw dwells of every kind of value."""
    rng = np.random.default_rng(seed)
    count = rng.integers(0, most + 1, length).astype(np.int32)
    total = int(count.sum())
    tagged = rng.random(total) < 0.5
    plots = Plots.empty(
        total,
        **columns(rng, total, REPORT_SCALINGS, Plots.DTYPES, gaps),
        dwell=np.repeat(np.arange(length, dtype=np.int32), count),
        index=rng.integers(-1, 2**16, total).astype(np.int32),
        target_class=rng.choice([*range(14), 126, 127], total).astype(np.uint8),
        simulated=rng.random(total) < 0.5,
        truth_application=np.where(tagged, rng.integers(0, 256, total), -1).astype(np.int32),
        truth_entity=np.where(tagged, rng.integers(0, 2**32, total), -1),
    )
    return Dwells.empty(
        length,
        **columns(rng, length, DWELL_SCALINGS, Dwells.DTYPES, gaps),
        time=1_795_000_000_000_000_000 + np.cumsum(rng.integers(1, 10**5, length)) * 1_000_000,
        last_of_revisit=rng.random(length) < 0.1,
        range_half_extent=rng.integers(0, 2**15, length) * B16_STEP,
        plot_count=count,
        plots=plots,
        origins=(
            Origin(
                source="drawn", classification=Classification.CONFIDENTIAL, nationality="XN", platform="P", mission=1,
                job=1, version="30", simulated=True,
            ),
        ),
    )  # fmt: skip


def assert_within_a_step(read: NDArray[Any], sent: NDArray[Any], item: Scaling) -> None:
    """Half a step, and what a float32 column cannot hold."""
    assert np.array_equal(np.isnan(read), np.isnan(sent)), item.symbol
    away = np.abs(read.astype(np.float64) - sent)
    if item.symbol in CIRCULAR:
        away = np.minimum(away, 2 * np.pi - away)
    spare = np.abs(sent) * 2.0**-22 if sent.dtype == np.float32 else np.abs(sent) * 1e-15
    assert (np.nan_to_num(away) <= item.step * 0.5000001 + np.nan_to_num(spare)).all(), item.symbol


@settings(deadline=None, max_examples=60)
@given(
    seed=st.integers(0, 2**32),
    length=st.integers(1, 6),
    most=st.sampled_from([0, 1, 5, 90]),
    size=st.sampled_from([256, 1400, 65_507]),
    version=st.sampled_from(["20", "30", "41"]),
)
def test_dwells_come_back_within_a_step(seed: int, length: int, most: int, size: int, version: str) -> None:
    sent = make_dwells(seed, length, most, gaps=0.0)
    writer = WriterSettings(preset=Preset.COMPLETE_WITH_TRUTH, max_datagram=size, version=version)
    data = b"".join(encode_dwells(sent, writer))
    read = decode_dwells(data, source="drawn", strict=True)
    for record, other, table in ((read, sent, DWELL_SCALINGS), (read.plots, sent.plots, REPORT_SCALINGS)):
        for item in table:
            values = getattr(other, item.column)
            if item.column == "wrap_speed":
                values = np.where(np.rint(values * 100) == 0, np.float32(np.nan), values)
            assert_within_a_step(getattr(record, item.column), values, item)
    for name in ("time", "plot_count", "last_of_revisit", "range_half_extent"):
        assert np.array_equal(getattr(read, name), getattr(sent, name)), name
    for name in ("dwell", "index", "target_class", "simulated", "truth_application", "truth_entity"):
        assert np.array_equal(getattr(read.plots, name), getattr(sent.plots, name)), name
    assert read.origins == tuple(replace(origin, version=version) for origin in sent.origins)


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 2**32), gaps=st.sampled_from([0.1, 0.5]))
def test_gaps_come_back_as_gaps(seed: int, gaps: float) -> None:
    sent = make_dwells(seed, 4, 12, gaps)
    read = decode_dwells(b"".join(encode_dwells(sent)), source="drawn", strict=True)
    assert np.array_equal(read.plot_count, sent.plot_count)
    assert np.array_equal(np.isnan(read.plots.radial_speed), np.isnan(sent.plots.radial_speed))
    assert np.array_equal(np.isnan(read.plots.snr_db), np.isnan(sent.plots.snr_db))
    assert np.array_equal(np.isnan(read.minimum_detectable_speed), np.isnan(sent.minimum_detectable_speed))
    known = ~np.isnan(sent.sigma_along) & ~np.isnan(sent.sigma_across) & ~np.isnan(sent.sigma_sensor_height)
    assert np.array_equal(~np.isnan(read.sigma_along), known)


MANDATORY = sum(1 << DWELL_BITS[f"D{n}"] for n in (*range(2, 10), *range(24, 28)))


@settings(deadline=None, max_examples=150)
@given(
    mask=st.integers(0, 2**64 - 1),
    content=st.binary(max_size=400),
    count=st.integers(0, 2**16 - 1),
    kind=st.sampled_from([2, 2, 2, 3, 12, 1, 6, 200]),
)
def test_any_segment_comes_back(mask: int, content: bytes, count: int, kind: int) -> None:
    body = (mask | MANDATORY).to_bytes(8) + content[:5] + count.to_bytes(2) + content[5:]
    segment = bytes([kind]) + (5 + len(body)).to_bytes(4) + body
    data = b"30" + (32 + len(segment)).to_bytes(4) + bytes(26) + segment
    packets = decode(data)
    assert encode(packets) == data
    assembler = DwellAssembler(source="x")
    assert len(assembler.assemble(packets)) == len(assembler.flush()) == 0


@settings(deadline=None, max_examples=150)
@given(data=st.binary(max_size=300), pieces=st.lists(st.integers(0, 300), max_size=5))
def test_any_bytes_are_taken_or_counted(data: bytes, pieces: list[int]) -> None:
    decoder = StreamDecoder()
    bounds = sorted({0, len(data), *(min(piece, len(data)) for piece in pieces)})
    kept = sum(len(encode(decoder.feed(data[a:b]))) for a, b in pairwise(bounds))
    kept += len(encode(decoder.flush()))
    assert kept + decoder.counters.skipped_octets >= len(data)
    with suppress(PacketError):
        assert encode(decode(data, strict=True)) == data


def test_every_field_of_a_dwell_has_a_bit() -> None:
    assert len(DWELL_BITS) == len(DWELL) - 1 + len(REPORT) == len(set(DWELL_BITS.values()))
