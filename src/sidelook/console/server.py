"""Serving the application: a bound socket and the web server, stopped by its caller."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from sidelook.console.access import ListenError

BACKLOG = 512
LARGEST_MESSAGE = 1 << 16  # from a client, which has little to say
NOT_UTF8 = 1007
GRACE = 2  # s for open connections when the server goes


class SocketProtocol(WebSocketsSansIOProtocol):
    """uvicorn's WebSocket, which a client that sends text of no encoding cannot make log a traceback."""

    def send_receive_event_to_app(self) -> None:
        """Pass a message on; close with 1007 where a text is not UTF-8 (RFC 6455, 8.1)."""
        if self.curr_msg_data_type == "bytes" or self.close_sent or is_utf8(b"".join(self.frames)):
            super().send_receive_event_to_app()
            return
        self.frames = []
        self.conn.send_close(NOT_UTF8)
        self.handle_parser_exception()


def is_utf8(data: bytes) -> bool:
    """Tell whether bytes are text."""
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


class Server(uvicorn.Server):
    """uvicorn's server, with signals left to whoever runs the mission."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone: the mission stops its feeds, seals its archive and then stops this server."""
        yield


def bind(host: str, port: int) -> socket.socket:
    """Bind a listening socket; port 0 lets the system choose.

    Raises
    ------
    ListenError
        Where the port is taken or the address is not of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        message = f"cannot listen at {host}:{port}: {error.strerror or error}; choose another port with --port"
        raise ListenError(message) from error
    return listener


async def serve(app: Starlette, listener: socket.socket, stop: asyncio.Event) -> None:
    """Serve until ``stop`` is set; the listener is closed."""
    config = uvicorn.Config(
        app,
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE,
        ws=SocketProtocol,
        ws_max_size=LARGEST_MESSAGE,
        ws_per_message_deflate=False,  # columns of numbers hardly shrink, and one encoding serves every client
    )
    server = Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait((serving, stopping), return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    server.should_exit = True
    await serving
