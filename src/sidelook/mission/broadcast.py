"""Sending a mission while it is played: one thread plays, this one sends, and playing never runs far ahead."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from sidelook.feeds.address import Address
from sidelook.feeds.opening import ByteSink, open_sink
from sidelook.feeds.pace import Pace
from sidelook.feeds.source import FeedError
from sidelook.formats.stanag4607 import decode
from sidelook.formats.stanag4607.markings import header_origins
from sidelook.mission.replay import TimedPacket, dwell_moments
from sidelook.mission.stopping import run_until, stop_on_signals
from sidelook.release import OPERATOR_HERE, Recipient, release_origins
from sidelook.timescale import NANOSECONDS_PER_DAY

_AHEAD = 1
"""Stretches that wait; besides, one is being sent and one played."""


@dataclass(slots=True, kw_only=True)
class BroadcastReport:
    """What was sent: all of it, or until a signal came."""

    to: str
    packets: int = 0
    octets: int = 0
    complete: bool = False


class Outlet:
    """Where the thread that plays leaves packets, and the one that sends takes them.

    Parameters
    ----------
    address : they go to; the operator here sees all, others what the release policy lets them see
    loop : of the thread that sends
    """

    def __init__(self, address: Address, loop: asyncio.AbstractEventLoop) -> None:
        self._recipient = OPERATOR_HERE if address.here else Recipient(name=str(address))
        self._loop = loop
        self._waiting: asyncio.Queue[list[TimedPacket] | None] = asyncio.Queue()
        self._room = threading.Semaphore(_AHEAD)
        self._stopped = threading.Event()

    @property
    def stopped(self) -> bool:
        """Nobody sends any more."""
        return self._stopped.is_set()

    def offer(self, packets: list[bytes], begin: int) -> None:
        """Leave packets to be sent, in the thread that plays; waits while enough of them wait already.

        Parameters
        ----------
        packets : of a stretch, in the order to send them
        begin : of the stretch, ns UTC

        Raises
        ------
        ReleaseRefusedError : a packet may not leave this machine; none of these does then
        """
        if not packets or self.stopped:
            return
        batch = self._timed(packets, begin)
        self._room.acquire()
        self._loop.call_soon_threadsafe(self._waiting.put_nowait, batch)

    def end(self) -> None:
        """Say, in the thread that plays, that nothing more will come."""
        self._loop.call_soon_threadsafe(self._waiting.put_nowait, None)

    async def packets(self) -> AsyncIterator[TimedPacket]:
        """Give packets until the end is said."""
        while (batch := await self._waiting.get()) is not None:
            self._room.release()
            for packet in batch:
                yield packet

    def stop(self) -> None:
        """Take nothing more; the thread that plays does not wait any longer."""
        self._stopped.set()
        self._room.release()

    def _timed(self, packets: list[bytes], begin: int) -> list[TimedPacket]:
        """Read packets' own times and markings, as a receiver will; one without a dwell goes with what is before it."""
        told = decode(b"".join(packets))
        release_origins(header_origins(told, "simulation"), self._recipient, "the simulation").refuse_if_withheld()
        moments = dwell_moments(told)
        # The mission day they count from is not in them: the nearest one to the stretch is.
        moments[moments >= 0] += _whole_days(begin - moments[moments >= 0])
        at = np.maximum.accumulate(np.where(moments >= 0, moments, begin))
        return [TimedPacket(data=data, moment=int(moment)) for data, moment in zip(packets, at, strict=True)]


Play: TypeAlias = Callable[[Outlet], None]
"""Plays, leaves packets at an outlet, and comes to an end soon after it says ``stopped``."""


def broadcast(play: Play, address: Address, pace: Pace) -> BroadcastReport:
    """Send what is played, until it ends or a signal comes; playing has ended too when this returns.

    Parameters
    ----------
    play : run in a thread of its own
    address : to send to
    pace : of the packets' times; without pauses a UDP receiver may lose datagrams

    Raises
    ------
    FeedError : nobody takes the packets
    ReleaseRefusedError : they may not leave this machine
    """
    report = BroadcastReport(to=str(address))
    asyncio.run(_broadcast(play, address, pace, report))
    return report


async def _broadcast(play: Play, address: Address, pace: Pace, report: BroadcastReport) -> None:
    sink = open_sink(address)
    outlet = Outlet(address, asyncio.get_running_loop())
    playing = asyncio.create_task(asyncio.to_thread(_play_to_the_end, play, outlet))
    try:
        await run_until(stop_on_signals(), _send(outlet, sink, pace, report))
    finally:
        outlet.stop()
        try:
            await playing
        finally:
            await sink.close()


def _play_to_the_end(play: Play, outlet: Outlet) -> None:
    try:
        play(outlet)
    finally:
        outlet.end()


async def _send(outlet: Outlet, sink: ByteSink, pace: Pace, report: BroadcastReport) -> None:
    async for packet in outlet.packets():
        if packet.moment is not None:
            await pace.wait(packet.moment)
        try:
            await sink.send(packet.data)
        except OSError as error:
            message = f"cannot send to {report.to}: {error.strerror or error}"
            raise FeedError(message) from error
        report.packets += 1
        report.octets += len(packet.data)
    report.complete = True


def _whole_days(nanoseconds: np.ndarray[tuple[int], np.dtype[np.int64]]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Round to whole days."""
    return (nanoseconds + NANOSECONDS_PER_DAY // 2) // NANOSECONDS_PER_DAY * NANOSECONDS_PER_DAY
