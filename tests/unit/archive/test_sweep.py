from collections.abc import Callable
from pathlib import Path

import numpy as np

from sidelook.archive import Archive
from sidelook.model.plots import Dwells

BEGIN = 1_700_000_000 * 10**9

MakeDwells = Callable[..., Dwells]


def tracks_of(dwells: Dwells) -> np.ndarray:
    """Give every plot a track of its own."""
    return np.arange(1, 1 + len(dwells.plots), dtype=np.int64)


def test_what_no_catalog_lists_is_swept(folder: Path, dwells: MakeDwells) -> None:
    with Archive.open(folder, "write") as archive:
        writer = archive.begin_mission("test", kind="live", received=BEGIN)
        writer.append_dwells(dwells(), tracks_of(dwells()))
        writer.seal()
    (sealed,) = (folder / "plots").rglob("*.parquet")
    strays = [sealed.with_name("seg-0-stray.parquet"), folder / "aside" / "seg-1.parquet.partial"]
    for stray in strays:
        stray.write_bytes(b"half written")
    with Archive.open(folder) as reading:
        assert len(reading.dwells(1).plot_track) == len(dwells().plots)
    Archive.open(folder, "write").close()
    assert sealed.exists()
    assert not any(stray.exists() for stray in strays)


def test_a_check_finds_what_is_damaged_or_missing(archive: Archive, dwells: MakeDwells, folder: Path) -> None:
    writer = archive.begin_mission("test", kind="live", received=BEGIN)
    writer.append_raw(b"bytes", BEGIN, "a")
    writer.append_dwells(dwells(), tracks_of(dwells()))
    writer.seal()
    writer.append_raw(b"more than is listed", BEGIN, "a")
    writer.sync()
    assert archive.check() == ()
    (plots,), (of_dwells,) = (folder / "plots").rglob("*.parquet"), (folder / "dwells").rglob("*.parquet")
    plots.write_bytes(plots.read_bytes()[:-1] + b"?")
    of_dwells.unlink()
    assert sorted(finding.split(": ")[1] for finding in archive.check()) == ["damaged", "missing"]
