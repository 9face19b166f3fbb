"""Whatever is appended, sealed, merged, deleted and reopened in whatever order: each row is there once."""

import shutil
import tempfile
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from sidelook.archive import Archive, MissionWriter
from sidelook.model.origin import Origin
from sidelook.model.plots import Dwells, Plots

FIRST_DAY = date(2026, 1, 1)
MINUTE = 60 * 10**9
BEGIN = 20_454 * 1_440 * MINUTE  # midnight FIRST_DAY begins with
RECEIVED = BEGIN + 90 * 1_440 * MINUTE


class ArchiveMachine(RuleBasedStateMachine):
    """One mission, and a plain list of what must be found in it: (time, number) of each dwell."""

    archive: Archive
    writer: MissionWriter

    @initialize()
    def open(self) -> None:
        """Begin a mission in a new archive."""
        self.folder = Path(tempfile.mkdtemp())
        self.expected: list[tuple[int, int]] = []
        self.written: dict[int, tuple[int, int]] = {}
        self.archive = Archive.open(self.folder / "archive", "write")
        self.writer = self.archive.begin_mission("any", kind="recording", received=RECEIVED)

    @rule(minute=st.integers(0, 3 * 1_440 - 1), count=st.integers(1, 3))
    def append(self, minute: int, count: int) -> None:
        """Receive something and decode it."""
        number = self.writer.append_raw(b"", RECEIVED, "any")
        self.written[number] = (BEGIN + minute * MINUTE, count)
        self.decode(number)
        self.expected += [(BEGIN + minute * MINUTE + row, number * 10 + row) for row in range(count)]

    def decode(self, number: int) -> None:
        """Append the dwells of a raw record: ``count`` of them, a nanosecond apart, with as many plots."""
        begin, count = self.written[number]
        rows = np.arange(count, dtype=np.int32)
        plots = Plots.empty(count, dwell=rows, index=number * 10 + rows)
        dwells = Dwells.empty(
            count,
            time=begin + rows.astype(np.int64),
            revisit=number * 10 + rows,
            area_latitude=np.ones(count),
            area_longitude=np.ones(count),
            plot_count=np.ones(count, np.int32),
            plots=plots,
            origins=(Origin(source=f"source {number % 3}"),),
        )
        self.writer.append_dwells(dwells, 1 + rows.astype(np.int64))

    @rule()
    def seal(self) -> None:
        """Seal."""
        self.writer.seal(b"state")

    @rule()
    def compact(self) -> None:
        """Merge small files."""
        self.archive.compact()

    @rule(day=st.integers(0, 2))
    def purge(self, day: int) -> None:
        """Delete a day."""
        self.archive.purge_day(FIRST_DAY + timedelta(days=day))
        begin, end = BEGIN + day * 1_440 * MINUTE, BEGIN + (day + 1) * 1_440 * MINUTE
        self.expected = [row for row in self.expected if not begin <= row[0] < end]

    @precondition(lambda self: bool(self.expected))
    @rule()
    def reopen(self) -> None:
        """Stop without sealing; what the tail holds is decoded again, what was deleted stays deleted."""
        before = {row[1] for row in self.expected}
        self.archive.close()
        self.archive = Archive.open(self.folder / "archive", "write")
        self.writer = self.archive.resume_mission(1)
        sealed = set(self.archive.dwells(1).dwells.revisit.tolist())
        for record in self.writer.recover().records:
            self.decode(record.number)
        found = set(self.archive.dwells(1).dwells.revisit.tolist())
        assert sealed <= before
        assert found <= before
        # A day's deletion takes raw files whole: unsealed neighbours in them cannot be decoded again.
        self.expected = [row for row in self.expected if row[1] in found]

    @invariant()
    def every_row_is_there_once(self) -> None:
        """Compare with the list."""
        looks = self.archive.dwells(1)
        rows = list(zip(looks.dwells.time.tolist(), looks.dwells.revisit.tolist(), strict=True))
        assert sorted(rows) == sorted(self.expected)
        assert [row[0] for row in rows] == sorted(row[0] for row in rows)
        assert looks.dwells.plots.index.tolist() == looks.dwells.revisit.tolist()
        origins = [looks.dwells.origins[row].source for row in looks.dwells.origin]
        assert origins == [f"source {number // 10 % 3}" for number in looks.dwells.revisit.tolist()]
        assert self.archive.activity(1, 5).dwells.sum() == len(rows)
        with Archive.open(self.folder / "archive") as reading:
            assert set(reading.dwells(1).dwells.revisit.tolist()) <= {row[1] for row in self.expected}

    def teardown(self) -> None:
        """Leave nothing behind."""
        self.archive.close()
        shutil.rmtree(self.folder)


ArchiveMachine.TestCase.settings = settings(max_examples=12, stateful_step_count=14, deadline=None)
test_archive = ArchiveMachine.TestCase
