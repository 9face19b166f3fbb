"""Ending cleanly: Ctrl-C and a polite kill end the work, not the process."""

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM)


def stop_on_signals() -> asyncio.Event:
    """Give an event that the first Ctrl-C or SIGTERM sets; the second one ends the process as usual."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()

    def ask() -> None:
        stop.set()
        for number in SIGNALS:
            loop.remove_signal_handler(number)

    for number in SIGNALS:
        loop.add_signal_handler(number, ask)
    return stop


async def run_until(stop: asyncio.Event, work: Coroutine[Any, Any, None], seconds: float | None = None) -> None:
    """Run work until it is done, ``stop`` is set or the time (s) is over; an error of the work is raised."""
    working, stopping = asyncio.create_task(work), asyncio.create_task(stop.wait())
    await asyncio.wait((working, stopping), timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    working.cancel()
    _, error = await asyncio.gather(stopping, working, return_exceptions=True)
    if isinstance(error, Exception):
        raise error
