"""``sidelook serve``: what an archive holds, without receiving anything."""

import asyncio

from sidelook.archive import MissionSummary
from sidelook.console.app import Console
from sidelook.console.board import Board, Condition, Mode
from sidelook.mission.base import Task, prepared, show
from sidelook.mission.options import Options
from sidelook.model.origin import Origin
from sidelook.release import highest_marking


def serve_archive(options: Options) -> None:
    """Show what an archive holds, until interrupted.

    Raises
    ------
    UsageError, StorageError
    """
    with prepared(options, "read") as base:
        missions = base.archive.missions()
        if missions:
            asyncio.run(show(base, *showing(missions[-1])))
            return
        board = Board(mode=Mode.ARCHIVE)
        board.post(Condition(source="file", source_name=str(base.archive.folder)))
        asyncio.run(show(base, board, rest))


def showing(mission: MissionSummary) -> tuple[Board, Task]:
    """Make a board, and nothing to do, for a mission that is complete."""
    board = Board(mode=Mode.FILE, mission=mission.mission)
    marking = highest_marking([Origin(source=mission.name, classification=mission.classification)])
    board.post(
        Condition(
            source="file", source_name=mission.name, time=mission.end, simulated=mission.simulated, marking=marking
        )
    )
    return board, rest


async def rest(_: Console) -> None:
    """Do nothing for ever."""
    await asyncio.Event().wait()
