"""A live stream: received, kept, tracked and shown as it comes."""

import asyncio

from sidelook.console.app import Console
from sidelook.console.board import Board, Mode
from sidelook.console.rows import Rows
from sidelook.feeds.address import Address, Transport, parse_address
from sidelook.feeds.opening import open_source
from sidelook.feeds.source import Pulse
from sidelook.mission.base import Base, Ending, care, figures_of, in_thread, prepared, show
from sidelook.mission.chain import Chain
from sidelook.mission.dwelling import Dwelling
from sidelook.mission.intake import StreamIntake, Work
from sidelook.mission.keeping import Keeper
from sidelook.mission.options import Options
from sidelook.mission.restart import Resumed, close_unfinished, resume, unfinished
from sidelook.mission.watch import Watch
from sidelook.timescale import NANOSECONDS_PER_SECOND


def run_stream(source: str, options: Options) -> None:
    """Receive, keep, track and show a live stream until interrupted.

    Raises
    ------
    UsageError, StorageError, FeedError
    """
    address = parse_address(source)
    with prepared(options, "write") as base:
        asyncio.run(receive_and_show(base, address))


async def receive_and_show(base: Base, address: Address) -> None:
    """Work a stream while the page is served."""
    pulse = Pulse(
        clock=base.clock, silence=round(base.settings.feeds.silence_s * NANOSECONDS_PER_SECOND), tell=base.log.warning
    )
    feed = open_source(address, pulse)
    held = await asyncio.to_thread(take_up_or_begin, base, address)
    watch = Watch(source="live", name=feed.name, feed=feed, keeper=held.keeper, standing=base.alarms)
    board = Board(mode=Mode.LIVE, mission=held.keeper.writer.mission)
    loop = asyncio.get_running_loop()

    async def work(console: Console) -> None:
        def publish(rows: Rows) -> None:
            loop.call_soon_threadsafe(console.publish, rows)

        parts = Work(chain=held.chain, keeper=held.keeper, watch=watch, publish=publish)
        intake = StreamIntake(work=parts, feed=feed, last=held.last)
        async with asyncio.TaskGroup() as group:
            group.create_task(care(base, board, watch))
            group.create_task(intake.receive())
            ending = Ending(ask=intake.stop, keeper=held.keeper, log=base.log)
            group.create_task(in_thread(lambda: work_through(intake, base), ending))

    await show(base, board, work, figures_of(watch))


def take_up_or_begin(base: Base, address: Address) -> Resumed:
    """Go on with the mission of this source that was cut short, else begin one; end all others."""
    name = str(address)
    mission = next((m.mission for m in unfinished(base.archive) if m.kind == "live" and m.name == name), None)
    close_unfinished(base.archive, mission, base)
    if mission is not None:
        return resume(base.archive, mission, base)
    writer = base.archive.begin_mission(name, kind="live", received=base.clock.now())
    keeper = Keeper(writer=writer, settings=base.settings.archive, log=base.log)
    chain = Chain(
        dwelling=Dwelling(source=name, datagrams=address.transport is Transport.UDP),
        tell=base.log.info,
        roads=base.roads,
    )
    return Resumed(chain=chain, keeper=keeper, source=name)


def work_through(intake: StreamIntake, base: Base) -> None:
    """Make rows until the stream is stopped, and end its mission."""
    intake.run()
    intake.work.keeper.end(base.clock.now())
