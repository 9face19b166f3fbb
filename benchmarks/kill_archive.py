"""Does anything acknowledged get lost when the writer is killed? Kills it again and again, at random moments.

A child writes raw records and the dwells decoded from them as fast as it can, syncs, seals, merges, and says
which record was acknowledged. It is killed with SIGKILL, then another process reads what it left: every
acknowledged record must be there byte for byte, every sealed row exactly once and right, every listed file
whole. The next child repairs, decodes the tail again and goes on.

    python benchmarks/kill_archive.py --kills 300
"""

import argparse
import hashlib
import os
import signal
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from sidelook.archive import Archive, MissionWriter
from sidelook.archive.catalog import Catalog
from sidelook.archive.engines import parquet_files
from sidelook.archive.records import Kind
from sidelook.model.origin import Classification, Origin
from sidelook.model.plots import Dwells, Plots

BEGIN = 1_767_225_600 * 10**9
STEP = 100 * 10**9  # so that a run crosses many hours of data, which are then merged
SYNC, SEAL, COMPACT = 0.4, 0.1, 0.05  # how often each happens after a record
EARLY = 0.3  # so often a writer is killed while it opens and repairs
FOREVER = 1 << 62
ORIGIN = Origin(source="kill", classification=Classification.UNCLASSIFIED, simulated=True)


def main() -> None:
    """Kill, look, repeat; print what happened."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--longest", type=float, default=0.4, help="longest life of a writer, s")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = np.random.default_rng(options.seed)
    parquet_files()  # loaded once here, so that a fork starts at once
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "archive"
        acknowledged = tails = 0
        for kill in range(options.kills):
            acknowledged = max(acknowledged, kill_one_writer(folder, rng, options.longest, kill))
            tail = in_child(partial(verify, folder, acknowledged))
            tails += tail > 0
        in_child(lambda: write(folder, options.kills, lambda _: None, records=5) or 0)
        left = in_child(partial(verify, folder, acknowledged + 5))
        strays = in_child(partial(count_strays, folder))
    print(
        f"{options.kills} kills, {acknowledged:,} records acknowledged, 0 lost; {tails} times a tail was to be decoded"
    )
    print(f"after the last repair: {left} records unsealed, {strays} stray files")


def kill_one_writer(folder: Path, rng: np.random.Generator, longest: float, seed: int) -> int:
    """Start a writer, let it live a random while (most often from its first acknowledgement), kill it.

    Returns
    -------
    Number of the last record it said was acknowledged, 0 none.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        leave(lambda: write(folder, seed, lambda number: os.write(writing, b"%d\n" % number)) or 0)
    os.close(writing)
    early = rng.random() < EARLY
    said = b"" if early else os.read(reading, 64)
    time.sleep(float(rng.uniform(0, 0.05 if early else longest)))
    os.kill(child, signal.SIGKILL)
    while data := os.read(reading, 1 << 16):
        said += data
    os.close(reading)
    _, status = os.waitpid(child, 0)
    if os.WTERMSIG(status) != signal.SIGKILL:
        message = f"the writer ended by itself (status {status}): it failed to open, repair or write"
        raise SystemExit(message)
    return int(said[: said.rfind(b"\n")].split(b"\n")[-1] or b"0")


def in_child(task: Callable[[], int]) -> int:
    """Run a task in a process of its own, so that this one keeps no threads and no open archive."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        leave(lambda: os.write(writing, b"%d" % task()) * 0)
    os.close(writing)
    answer = os.read(reading, 64)
    os.close(reading)
    _, status = os.waitpid(child, 0)
    if status:
        message = "the archive is not as it should be, see above"
        raise SystemExit(message)
    return int(answer)


def leave(task: Callable[[], int]) -> None:
    """Run a task in a forked child and end it, whatever happens."""
    code = 1
    try:
        code = task()
    finally:
        if code:
            import traceback  # noqa: PLC0415 - only where something went wrong

            traceback.print_exc()
        os._exit(code)


def write(folder: Path, seed: int, say: Callable[[int], object], records: int = FOREVER) -> None:
    """Be the writer: repair, decode the tail, then write until killed (or so many records)."""
    rng = np.random.default_rng(seed + 1000)
    with Archive.open(folder, "write") as archive:
        writer = resume(archive)
        archive.compact()
        for _ in range(records):
            number = writer.raw.last_number + 1
            writer.append_raw(payload(number), BEGIN + number, "kill")
            decode(writer, number)
            chance = rng.random()
            if chance < SYNC or records < FOREVER:
                say(writer.sync())
            if chance < SEAL:
                writer.seal(b"%d" % number)
            if chance < COMPACT:
                archive.compact()
        writer.seal(b"%d" % writer.raw.last_number)


def resume(archive: Archive) -> MissionWriter:
    """Begin the mission, or go on with it after decoding its tail again."""
    if not archive.missions():
        return archive.begin_mission("kill", kind="live", received=BEGIN)
    writer = archive.resume_mission(1)
    tail = writer.recover()
    if int(tail.checkpoint or b"0") != tail.sealed_through:
        message = f"checkpoint {tail.checkpoint!r} does not belong to record {tail.sealed_through}"
        raise SystemExit(message)
    for record in tail.records:
        decode(writer, record.number)
    return writer


def payload(number: int) -> bytes:
    """Make the bytes of a record, of a length that varies."""
    return hashlib.sha256(b"%d" % number).digest() * (1 + number % 40)


def decode(writer: MissionWriter, number: int) -> None:
    """Append the dwell, with its plots, that a record stands for."""
    count = number % 5
    plots = Plots.empty(count, dwell=np.zeros(count, np.int32), latitude=np.full(count, number * 1e-7))
    one = np.ones(1)
    dwells = Dwells.empty(
        1,
        time=np.array([BEGIN + number * STEP]),
        dwell=np.array([number], np.int32),
        area_latitude=one,
        area_longitude=one,
        plot_count=np.array([count], np.int32),
        plots=plots,
        origins=(ORIGIN,),
    )
    writer.append_dwells(dwells, np.full(count, number))


def verify(folder: Path, acknowledged: int) -> int:
    """Look at what was left behind; raises where something is not right.

    Returns
    -------
    Number of records that are kept but not sealed.
    """
    if not acknowledged:
        return 0  # killed before there was anything, perhaps before there was an archive
    with Archive.open(folder) as archive:
        catalog = Catalog(folder, "read")
        sealed = catalog.mission(1).sealed_through
        raw = {record.number: record.data for record in archive.raw(1)}
        assert set(range(1, acknowledged + 1)) <= set(raw), "an acknowledged record is missing"  # noqa: S101
        assert all(data == payload(number) for number, data in raw.items()), "a record is not what was given"  # noqa: S101
        looks = archive.dwells(1)
        expected = np.arange(1, sealed + 1)
        assert np.array_equal(looks.dwells.dwell, expected), "dwells are missing, doubled or out of order"  # noqa: S101
        assert np.array_equal(looks.dwells.plot_count, expected % 5), "plots are missing"  # noqa: S101
        assert np.array_equal(looks.plot_track, np.repeat(expected, expected % 5)), "plots are mixed up"  # noqa: S101
        assert int(archive.activity(1, 10).dwells.sum()) == sealed, "counts are wrong"  # noqa: S101
        for segment in catalog.all_segments():
            if segment.kind is not Kind.RAW:
                digest = hashlib.sha256((folder / segment.path).read_bytes()).hexdigest()
                assert digest == segment.digest, f"{segment.path} is damaged"  # noqa: S101
        catalog.close()
        return len([number for number in raw if number > sealed])


def count_strays(folder: Path) -> int:
    """Count files that no catalog row lists."""
    catalog = Catalog(folder, "read")
    listed = {segment.path for segment in catalog.all_segments()}
    found = {str(path.relative_to(folder)) for kind in Kind for path in (folder / kind).rglob("seg-*")}
    aside = len(list((folder / "aside").glob("*")))
    return len(found - listed) + aside


if __name__ == "__main__":
    main()
