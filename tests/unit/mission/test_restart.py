"""A recording cut short anywhere gives, after a restart, the rows that it gives in one go."""

import io
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import numpy as np
import pytest

from sidelook.archive import Archive
from sidelook.formats.stanag4607 import WriterSettings, encode_dwells
from sidelook.mission import intake
from sidelook.mission.chain import Chain
from sidelook.mission.dwelling import Dwelling
from sidelook.mission.intake import FileIntake, Work
from sidelook.mission.keeping import Keeper
from sidelook.mission.log import make_log
from sidelook.mission.restart import close_unfinished, first_source, resume, unfinished
from sidelook.mission.settings import Settings
from sidelook.mission.watch import Watch
from sidelook.timescale import SystemClock

from .test_chain import REVISITS, VEHICLES, make_flight

if TYPE_CHECKING:
    from sidelook.mission.base import Base

DATA = b"".join(encode_dwells(make_flight(), WriterSettings(max_datagram=256)))


def base_of(archive: Archive) -> "Base":
    """Make what a restart needs of a base."""
    parts = SimpleNamespace(
        archive=archive, settings=Settings(), clock=SystemClock(), log=make_log(io.StringIO()), roads=None
    )
    return cast("Base", parts)


def work_through(chain: Chain, keeper: Keeper, done: int, stop: int | None) -> None:
    """Work through the flight from one byte to another, or to its end."""
    watch = Watch(source="file", name="f")
    work = Work(chain=chain, keeper=keeper, watch=watch, publish=lambda _: None)
    files = FileIntake(work=work, source="f", clock=SystemClock(), size=len(DATA), done=done)
    if stop is None:
        assert files.run(io.BytesIO(DATA))
        keeper.end(1)
    else:
        for begin in range(done, stop, intake.PIECE):
            files.feed(DATA[begin : begin + intake.PIECE])


@pytest.mark.parametrize("sealed", [False, True])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_recording_cut_short_goes_on_with_the_same_tracks(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    share: float,
    sealed: bool,  # noqa: FBT001 - a table
) -> None:
    monkeypatch.setattr(intake, "PIECE", 333)
    stop = int(len(DATA) * share)
    with Archive.open(tmp_path, "write") as archive:
        keeper = Keeper(writer=archive.begin_mission("f", kind="recording", received=1), settings=Settings().archive,
                        log=make_log(io.StringIO()))  # fmt: skip
        chain = Chain(dwelling=Dwelling(source="f"))
        work_through(chain, keeper, 0, stop)
        if sealed:
            keeper.seal(chain.save(), keeper.writer.sync())
            work_through(chain, keeper, -(-stop // 333) * 333, stop + 999)
    with Archive.open(tmp_path, "write") as archive:
        (mission,) = unfinished(archive)
        assert first_source(archive, mission.mission) == "f"
        held = resume(archive, mission.mission, base_of(archive))
        work_through(held.chain, held.keeper, held.octets, None)
        assert unfinished(archive) == ()
        looks, tracks = archive.dwells(mission.mission), archive.tracks(mission.mission)
    whole = Chain(dwelling=Dwelling(source="f"))
    rows = [whole.feed([DATA]), whole.cut()]
    assert len(looks.dwells) == REVISITS
    assert np.array_equal(looks.plot_track, np.concatenate([part.looks.plot_track for part in rows]))
    expected = np.concatenate([part.tracks.latitude for part in rows])
    assert np.array_equal(np.sort(tracks.latitude), np.sort(expected))


def test_what_will_not_go_on_is_recovered_and_ended(tmp_path: Path) -> None:
    with Archive.open(tmp_path, "write") as archive:
        writer = archive.begin_mission("udp://x:1", kind="live", received=1)
        writer.append_raw(DATA, 1, "f")
    with Archive.open(tmp_path, "write") as archive:
        close_unfinished(archive, None, base_of(archive))
        (mission,) = archive.missions()
        assert (mission.live, mission.plots, mission.dwells) == (False, REVISITS * VEHICLES, REVISITS)
