from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sidelook.archive import Archive
from sidelook.errors import UsageError
from sidelook.model.plots import Dwells

BEGIN = 1_700_000_000 * 10**9
SECOND = 10**9

MakeDwells = Callable[..., Dwells]


def tracks_of(dwells: Dwells) -> np.ndarray:
    """Give every plot a track of its own."""
    return np.arange(1, 1 + len(dwells.plots), dtype=np.int64)


def test_sql_sees_sealed_files_and_nothing_else(archive: Archive, dwells: MakeDwells, tmp_path: Path) -> None:
    writer = archive.begin_mission("test", kind="live", received=BEGIN)
    given = dwells()
    assert archive.sql("SELECT count(*) AS n FROM plots").to_pylist() == [{"n": 0}]
    writer.append_dwells(given, tracks_of(given))
    writer.seal()
    rows = archive.sql(
        "SELECT origin_source, origin_classification, any_value(mission) AS mission, count(*) AS n,"
        " max(latitude_deg) AS north, min(time_ns) AS first, min(date_trunc('hour', time)) AS hour"
        " FROM plots GROUP BY ALL ORDER BY ALL;",
        mission=writer.mission,
    ).to_pylist()
    assert [(row["origin_source"], row["origin_classification"], row["mission"]) for row in rows] == [
        ("udp://first", "UNCLASSIFIED", 1),
        ("udp://second", "SECRET", 1),
    ]
    assert min(row["first"] for row in rows) == BEGIN + SECOND  # the first dwell has no plots
    assert {row["hour"].isoformat() for row in rows} == {"2023-11-14T22:00:00"}
    assert sum(row["n"] for row in rows) == len(given.plots)
    assert max(row["north"] for row in rows) == pytest.approx(np.degrees(given.plots.latitude.max()))
    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n")
    read, copy = f"FROM '{secret}'", f"COPY plots TO '{tmp_path / 'out.csv'}'"
    for query in (read, copy, "DROP VIEW plots", "SELEC"):
        with pytest.raises(UsageError, match="query failed"):
            archive.sql(query)
    assert not (tmp_path / "out.csv").exists()
