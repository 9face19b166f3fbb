"""The WebSocket of one client: what it missed, then a message a tick, and the status once a second."""

import asyncio
import contextlib
from dataclasses import dataclass

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect

from sidelook.console.board import Board, describe, identify
from sidelook.console.live import Delivery, LiveHub
from sidelook.timescale import Clock

STATUS_INTERVAL = 1.0  # s
STALLED_AFTER = 30.0  # s a client may take to accept one message before it is cut
GOING_AWAY = 1001
TOO_SLOW = 1013
BAD_QUERY = 1008


@dataclass(slots=True, kw_only=True)
class Client:
    """One WebSocket: where it stands in the sequence of rows, and how many it was not sent."""

    socket: WebSocket
    position: int
    skipped: int = 0

    async def deliver(self, delivery: Delivery) -> None:
        """Send rows; the client has them when its socket has taken them."""
        self.position = delivery.position
        self.skipped += delivery.skipped
        if delivery.payload:
            async with asyncio.timeout(STALLED_AFTER):
                await self.socket.send_bytes(delivery.payload)

    async def tell(self, message: object) -> None:
        """Send a JSON text."""
        async with asyncio.timeout(STALLED_AFTER):
            await self.socket.send_text(msgspec.json.encode(message).decode())


@dataclass(slots=True, kw_only=True)
class LiveStream:
    """Serves ``/live``.

    Attributes
    ----------
    hub : gives rows; board : gives the status
    clock : tells how far behind the data is
    clients : connected now
    """

    hub: LiveHub
    board: Board
    clock: Clock
    clients: int = 0

    async def serve(self, socket: WebSocket) -> None:
        """Serve one client until it leaves, stalls, or the server goes."""
        text = socket.query_params.get("from_seq")
        try:
            from_sequence = None if text is None else round(float(text))
        except (ValueError, OverflowError):
            await socket.close(BAD_QUERY, "'from_seq' must be a number")
            return
        await socket.accept()
        self.clients += 1
        try:
            await self.feed(socket, from_sequence)
        except TimeoutError:
            await socket.close(TOO_SLOW, "too slow: reconnect for the current picture")
        finally:
            self.clients -= 1

    async def feed(self, socket: WebSocket, from_sequence: int | None) -> None:
        """Send until the client leaves."""
        client = Client(socket=socket, position=self.hub.position)
        leaving = asyncio.create_task(drain(socket))
        sending = asyncio.create_task(self.send_all(client, from_sequence))
        try:
            await asyncio.wait((leaving, sending), return_when=asyncio.FIRST_COMPLETED)
        finally:
            leaving.cancel()
            sending.cancel()
        await asyncio.wait((leaving, sending))
        with contextlib.suppress(asyncio.CancelledError, WebSocketDisconnect):
            sending.result()

    async def send_all(self, client: Client, from_sequence: int | None) -> None:
        """Send hello, what the client lacks, then news as they come and the status once a second."""
        await client.tell(self.hello())
        await client.deliver(self.hub.join(from_sequence))
        due = 0.0
        while True:
            if (now := asyncio.get_running_loop().time()) >= due:
                await client.tell(describe(self.board, self.clock.now(), client.skipped))
                due = now + STATUS_INTERVAL
            if delivery := self.hub.next(client.position):
                await client.deliver(delivery)
                continue
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(due):
                    await self.hub.news.wait()

    def hello(self) -> object:
        """Say what a client is told first."""
        board = self.board
        return {
            "type": "hello",
            "mission": identify(board.mission),
            "sequence": self.hub.position,
            "mode": board.mode,
        }


async def drain(socket: WebSocket) -> None:
    """Read what the client says, which means nothing yet, until it leaves."""
    with contextlib.suppress(WebSocketDisconnect):
        while (await socket.receive())["type"] != "websocket.disconnect":
            pass
