"""Figures of the run for Prometheus, in a registry of their own: nothing global."""

from collections.abc import Callable
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sidelook.console.access import REFUSED, Access, is_loopback


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A number one can watch: its name (unit last), what it says, and where it is read."""

    name: str
    help: str
    read: Callable[[], float]


class Metrics:
    """Serves ``/metrics`` to this machine alone, and with the token where others can reach the server.

    A proxy on this machine looks like this machine: where the server listens to others, the token tells who asks.

    Parameters
    ----------
    figures : read anew at every request
    access : of this run
    """

    def __init__(self, figures: tuple[Figure, ...], access: Access) -> None:
        self.registry = CollectorRegistry()
        self.access = access
        for figure in figures:
            Gauge(figure.name, figure.help, registry=self.registry).set_function(figure.read)

    async def serve(self, request: Request) -> Response:
        """Give the figures as text."""
        if request.client is None or not is_loopback(request.client.host):
            return JSONResponse({"error": "figures are for this machine alone"}, REFUSED)
        if not (self.access.loopback or self.access.allows_token(request.headers, request.url.query)):
            return JSONResponse({"error": "figures need the token where other machines can reach the server"}, REFUSED)
        return Response(generate_latest(self.registry), media_type=CONTENT_TYPE_PLAIN_0_0_4)
