"""The server itself, met on a socket."""

import asyncio
import logging

import pytest
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from sidelook.console.server import bind, serve

MASK = b"\x00\x00\x00\x00"
CLOSE, TEXT, LAST = 0x88, 0x81, 0x80


async def echo(socket: WebSocket) -> None:
    """Send back what comes."""
    await socket.accept()
    try:
        while True:
            await socket.send_text(await socket.receive_text())
    except WebSocketDisconnect:
        pass


async def exchange(*frames: bytes) -> bytes:
    """Say frames to the echo; give what it answers to them."""
    listener, stop = bind("127.0.0.1", 0), asyncio.Event()
    serving = asyncio.create_task(serve(Starlette(routes=[WebSocketRoute("/", echo)]), listener, stop))
    reader, writer = await asyncio.open_connection("127.0.0.1", listener.getsockname()[1])
    writer.write(
        b"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    await reader.readuntil(b"\r\n\r\n")
    for frame in frames:
        writer.write(frame)
    answer = await reader.readexactly(2)
    answer += await reader.readexactly(answer[1])
    writer.close()
    stop.set()
    await serving
    return answer


@pytest.mark.parametrize(
    "frames",
    [
        (bytes((TEXT, LAST | 2)) + MASK + b"\xc3\x28",),
        (bytes((TEXT & ~LAST, LAST | 1)) + MASK + b"\xc3", bytes((LAST, LAST | 1)) + MASK + b"("),
    ],
)
def test_text_that_is_none_closes_the_socket_and_logs_nothing(
    frames: tuple[bytes, ...], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    answer = asyncio.run(exchange(*frames))
    assert (answer[0], int.from_bytes(answer[2:4])) == (CLOSE, 1007)
    assert caplog.records == []


def test_a_letter_cut_between_frames_is_text() -> None:
    frames = bytes((TEXT & ~LAST, LAST | 1)) + MASK + b"\xc3", bytes((LAST, LAST | 1)) + MASK + b"\xa9"
    assert asyncio.run(exchange(*frames)) == bytes((TEXT, 2)) + "é".encode()
