"""Figures of the run for Prometheus, in a registry of their own: nothing global."""

from collections.abc import Callable
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sidelook.console.access import REFUSED, is_loopback


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A number one can watch: its name (unit last), what it says, and where it is read."""

    name: str
    help: str
    read: Callable[[], float]


class Metrics:
    """Serves ``/metrics`` to this machine alone.

    Parameters
    ----------
    figures : read anew at every request
    """

    def __init__(self, figures: tuple[Figure, ...]) -> None:
        self.registry = CollectorRegistry()
        for figure in figures:
            Gauge(figure.name, figure.help, registry=self.registry).set_function(figure.read)

    async def serve(self, request: Request) -> Response:
        """Give the figures as text."""
        if request.client is None or not is_loopback(request.client.host):
            return JSONResponse({"error": "figures are for this machine alone"}, REFUSED)
        return Response(generate_latest(self.registry), media_type=CONTENT_TYPE_PLAIN_0_0_4)
