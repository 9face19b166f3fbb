"""The application: routes, errors as sentences, and the guard before everything."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute

from sidelook.archive import NotKeptError
from sidelook.console.access import REFUSED, Access, Guard
from sidelook.console.api import Api, NotYetError, Picture
from sidelook.console.board import Board
from sidelook.console.images import Images
from sidelook.console.live import LiveHub
from sidelook.console.metrics import Figure, Metrics
from sidelook.console.outgoing import release_rows
from sidelook.console.pages import NOT_FOUND, STATIC, Pages
from sidelook.console.rows import Rows
from sidelook.console.stream import LiveStream
from sidelook.errors import ReleaseRefusedError, SidelookError, StorageError, UsageError
from sidelook.timescale import NANOSECONDS_PER_MILLISECOND, Clock

BAD_REQUEST, UNAVAILABLE = 400, 503
STATUSES = (
    (NotKeptError, NOT_FOUND),
    (UsageError, BAD_REQUEST),
    (ReleaseRefusedError, REFUSED),
    (StorageError, UNAVAILABLE),
)
UNREADABLE = "what is kept cannot be read just now; the messages of the program say why"


@dataclass(frozen=True, slots=True, kw_only=True)
class Console:
    """A console ready to be served.

    Attributes
    ----------
    app : the ASGI application
    hub, board : where a mission publishes rows and its condition; on the event loop that serves ``app``
    access : what requests must show
    """

    app: Starlette
    hub: LiveHub
    board: Board
    access: Access

    def publish(self, rows: Rows) -> None:
        """Release rows and hand them to the live hub."""
        self.hub.publish(release_rows(rows, self.access.recipient))


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a console is made of: the past, the board, who may ask, the clock, folders and figures to show."""

    picture: Picture
    board: Board
    access: Access
    clock: Clock
    basemaps: tuple[Path, ...] = ()
    static: Path = STATIC
    figures: tuple[Figure, ...] = ()


def build(parts: Parts) -> Console:
    """Put a console together; nothing is opened or bound."""
    hub = LiveHub(position=parts.clock.now() // NANOSECONDS_PER_MILLISECOND)
    stream = LiveStream(hub=hub, board=parts.board, clock=parts.clock)
    api = Api(picture=parts.picture, board=parts.board, access=parts.access)
    images = Images(gallery=parts.picture, access=parts.access)
    pages = Pages(access=parts.access, static=parts.static, basemaps=parts.basemaps)
    clients = Figure(name="sidelook_clients", help="WebSockets open now", read=lambda: stream.clients)
    metrics = Metrics((clients, *parts.figures), parts.access)

    @contextlib.asynccontextmanager
    async def ticking(_: Starlette) -> AsyncIterator[None]:
        task = asyncio.create_task(hub.run())
        yield
        task.cancel()

    app = Starlette(
        routes=[
            Route("/api/hello", api.hello),
            Route("/api/missions", api.missions),
            Route("/api/blocks", api.blocks),
            Route("/api/moment", api.moment),
            Route("/api/activity", api.activity),
            Route("/api/track", api.track),
            Route("/api/truth", api.truth),
            Route("/api/basemaps", pages.list_basemaps),
            Route("/api/images", images.list_images),
            Route("/api/images/{image}/{zoom}/{column}/{row}", images.tile),
            Route("/api/level", images.level),
            WebSocketRoute("/live", stream.serve),
            Route("/metrics", metrics.serve),
            Route("/basemaps/{name}", pages.basemap),
            Route("/", pages.index),
            Route("/index.html", pages.index),
            Route("/{path:path}", pages.asset),
        ],
        middleware=[Middleware(Guard, access=parts.access)],
        exception_handlers={SidelookError: explain},
        lifespan=ticking,
    )
    return Console(app=app, hub=hub, board=parts.board, access=parts.access)


async def explain(_: Request, error: Exception) -> Response:
    """Answer with the error's own sentence; one that names files of this machine is logged instead."""
    sentence = str(error)
    if isinstance(error, StorageError) and not isinstance(error, NotYetError):
        logging.getLogger(__name__).error(sentence)
        sentence = UNREADABLE
    return JSONResponse({"error": sentence}, status_of(error), headers={"cache-control": "no-store"})


def status_of(error: Exception) -> int:
    """Choose the status by whose fault it is."""
    return next((status for kind, status in STATUSES if isinstance(error, kind)), 500)
