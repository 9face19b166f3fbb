"""Mutation fuzzing of the STANAG 4607 decoder: how many damaged inputs it has taken without a fault.

Each input is up to 4 KiB of recordings with bits flipped, numbers set to extremes, pieces cut, doubled, swapped or
spliced, and is fed whole and in random pieces. What must hold: no exception but the typed ones (strict), every byte
either comes back from ``encode`` or is counted as skipped, memory held stays below the bound, and no input takes long.

    python benchmarks/fuzz_stanag4607.py --cpu-minutes 30 --seed 1 [RECORDING ...]
"""

import argparse
import random
import sys
import time
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sidelook.errors import SidelookError
from sidelook.formats.stanag4607 import (
    DwellAssembler,
    PacketError,
    Packets,
    Preset,
    StreamDecoder,
    WriterSettings,
    decode,
    encode,
    encode_dwells,
)
from sidelook.formats.stanag4607.framing import Skip
from sidelook.model.origin import Classification, Origin
from sidelook.model.plots import Dwells, Plots

LARGEST = 4096
TELL_EVERY = 60.0  # CPU seconds
EXTREMES = (0, 1, 4, 5, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF)


@dataclass(slots=True)
class Tally:
    """What a run has done."""

    inputs: int = 0
    octets: int = 0
    packets: int = 0
    reports: int = 0
    refused: int = 0
    slowest: float = 0.0


def own_recordings() -> list[bytes]:
    """Small recordings of our own in every preset, so that the run does not depend on foreign files."""
    rng = np.random.default_rng(4607)
    count = np.array([0, 3, 1, 7], np.int32)
    length = int(count.sum())
    single = rng.uniform(0.5, 1.0, length).astype(np.float32)
    plots = Plots.empty(
        length, dwell=np.repeat(np.arange(4, dtype=np.int32), count), latitude=rng.uniform(0.9, 0.91, length),
        longitude=rng.uniform(-0.01, 0.01, length), radial_speed=single, height=single, snr_db=single,
        sigma_slant_range=single, sigma_cross_range=single, sigma_height=single, sigma_radial_speed=single,
    )  # fmt: skip
    whole = np.full(4, 0.9)
    dwells = Dwells.empty(
        4, time=np.arange(4, dtype=np.int64) * 10**9, plot_count=count, plots=plots, sensor_latitude=whole,
        sensor_longitude=whole, sensor_height=whole, area_latitude=whole, area_longitude=np.zeros(4),
        range_half_extent=whole, angle_half_extent=whole,
        origins=(Origin(source="fuzz", classification=Classification.UNCLASSIFIED),),
    )  # fmt: skip
    return [b"".join(encode_dwells(dwells, WriterSettings(preset=preset))) for preset in Preset]


def mutate(seeds: Sequence[bytes], rng: random.Random) -> bytes:
    """Make one damaged input of at most ``LARGEST`` bytes."""
    base = rng.choice(seeds)
    start = 0 if rng.random() < 0.5 else rng.randrange(len(base))  # noqa: PLR2004 - every other input begins sound
    data = bytearray(base[start : start + rng.randint(1, LARGEST)])
    for _ in range(rng.choice((0, 1, 1, 2, 4, 16))):
        _damage(data, seeds, rng)
    return bytes(data[:LARGEST])


def _damage(data: bytearray, seeds: Sequence[bytes], rng: random.Random) -> None:
    place = rng.randrange(len(data) + 1)
    length = rng.choice((1, 2, 4, 5, 32, 100, 1000))
    match rng.randrange(7):
        case 0 if data:
            data[place - 1] ^= 1 << rng.randrange(8)
        case 1 if data:
            data[place - 1] = rng.randrange(256)
        case 2:
            width = rng.choice((1, 2, 4))
            data[place : place + width] = (rng.choice(EXTREMES) & (256**width - 1)).to_bytes(width)
        case 3:
            del data[place : place + length]
        case 4:
            data[place:place] = data[place : place + length]
        case 5:
            other = rng.choice(seeds)
            at = rng.randrange(len(other))
            data[place:place] = other[at : at + length]
        case _:
            data[place : place + length] = rng.randbytes(min(length, 100))


def check(data: bytes, rng: random.Random, tally: Tally) -> None:
    """Decode one input in every way; raise if anything does not hold."""
    began = time.process_time()
    _check_stream(data, [data], tally)
    _check_stream(data, list(_cut(data, rng)), tally)
    try:
        decode(data, strict=True)
    except PacketError:
        tally.refused += 1
    tally.inputs += 1
    tally.octets += len(data)
    tally.slowest = max(tally.slowest, time.process_time() - began)


def _write(dwells: Dwells, tally: Tally) -> None:
    if not len(dwells):
        return
    try:
        encode_dwells(dwells)
    except SidelookError:
        tally.refused += 1


def _check_stream(data: bytes, pieces: Sequence[bytes], tally: Tally) -> None:
    decoder, assembler = StreamDecoder(max_packet=LARGEST), DwellAssembler(source="fuzz", hold=100)
    written = 0
    for packets in [*(decoder.feed(piece) for piece in pieces), decoder.flush()]:
        written += len(encode(packets))
        _check_offsets(data, packets)
        _write(assembler.assemble(packets), tally)
        tally.packets += len(packets)
        tally.reports += packets.report_count
    _write(assembler.flush(), tally)
    outside = decoder.counters.skipped_octets - inside_packets(decoder)
    if written + outside != len(data) or decoder.waiting:
        message = f"{len(data)} bytes in, {written} back, {outside} skipped"
        raise AssertionError(message)


def inside_packets(decoder: StreamDecoder) -> int:
    """Bytes that were skipped at the end of packets which were kept."""
    return sum(skip.stop - skip.start for skip in decoder.skipped if skip.reason is Skip.SEGMENT_SIZE)


def _check_offsets(data: bytes, packets: Packets) -> None:
    octets = encode(packets)
    first = int(packets.header["P2"][0]) if len(packets) else 0
    if octets[:first] != data[int(packets.offset[0]) :][:first] if first else octets:
        message = "the first packet does not come back as it was"
        raise AssertionError(message)


def _cut(data: bytes, rng: random.Random) -> Iterator[bytes]:
    start = 0
    while start < len(data):
        size = rng.choice((1, 3, 31, 33, 200, 1400))
        yield data[start : start + size]
        start += size


def fuzz(seeds: Sequence[bytes], *, seed: int, cpu_seconds: float, folder: Path | None = None) -> Tally:
    """Fuzz for some CPU time; an input that fails is written to ``folder`` and raised."""
    rng, tally, began = random.Random(seed), Tally(), time.process_time()  # noqa: S311 - reproducible, not secret
    told = 0.0
    while (spent := time.process_time() - began) < cpu_seconds:
        if spent - told > TELL_EVERY:
            told = spent
            sys.stdout.write(f"{spent:.0f} s of CPU: {tally}\n")
            sys.stdout.flush()
        data = mutate(seeds, rng)
        try:
            check(data, rng, tally)
        except Exception:
            if folder:
                (folder / f"fuzz-{seed}-{tally.inputs}.4607").write_bytes(data)
            raise
    return tally


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("recordings", nargs="*", type=Path, help="files to mutate besides our own")
    parser.add_argument("--cpu-minutes", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--failures", type=Path, default=Path(), help="folder for inputs that fail")
    given = parser.parse_args()
    warnings.simplefilter("error")
    seeds = own_recordings() + [path.read_bytes() for path in given.recordings]
    tally = fuzz(seeds, seed=given.seed, cpu_seconds=60.0 * given.cpu_minutes, folder=given.failures)
    sys.stdout.write(f"{tally}\n")


if __name__ == "__main__":
    main()
