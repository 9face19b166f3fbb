"""Radar images over REST: what there is, tiles of one for the map, and the level at a place."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from math import degrees, isfinite, radians
from typing import Any, BinaryIO, Protocol

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sidelook.archive import KeptImage, NotKeptError
from sidelook.console.access import Access
from sidelook.console.board import identify
from sidelook.console.query import QueryError, read_whole
from sidelook.errors import StorageError
from sidelook.formats.image_tiles import DEEPEST, SIDE, STEP_DB, ImageTileError, Tile, draw_tile, floor_of, read_level
from sidelook.release import Recipient, Verdict, highest_marking, judge
from sidelook.timescale import NANOSECONDS_PER_MILLISECOND

PASSING = {"cache-control": "no-store"}
FINAL = {"cache-control": "private, max-age=3600, immutable"}  # an image is written once, and its number never again
PNG = "image/png"


class Gallery(Protocol):
    """What the console can ask about images; an archive is one."""

    def images(self) -> tuple[KeptImage, ...]:
        """List the images, by time."""
        ...

    def open_image(self, number: int) -> BinaryIO:
        """Open the file of an image: amplitudes, a GeoTIFF."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Images:
    """The handlers of ``/api/images`` and what is below it.

    Attributes
    ----------
    gallery : the images
    access : in whose name they are released
    """

    gallery: Gallery
    access: Access

    async def list_images(self, _: Request) -> Response:
        """List the images of all missions that may be shown, by the time they were taken."""
        images = await asyncio.to_thread(self.released)
        return JSONResponse([describe_image(image) for image in images], headers=PASSING)

    async def tile(self, request: Request) -> Response:
        """Draw a tile of an image."""
        number, zoom, column, row = (read_part(request, name) for name in ("image", "zoom", "column", "row"))
        body = await asyncio.to_thread(self.draw, number, (zoom, column, row))
        return Response(body, media_type=PNG, headers=FINAL)

    async def level(self, request: Request) -> Response:
        """Say which pixel of an image lies at a place, and how bright it is."""
        number = read_whole(request.query_params, "image")
        latitude, longitude = (read_degrees(request, name) for name in ("lat", "lon"))
        answer = await asyncio.to_thread(self.look, number, latitude, longitude)
        return JSONResponse(answer, headers=PASSING)

    def released(self) -> tuple[KeptImage, ...]:
        """List what the recipient may see."""
        return release_images(self.gallery.images(), self.access.recipient)

    def find(self, number: int) -> KeptImage:
        """Find an image that may be shown, or raise ``NotKeptError``: what may not is not there."""
        found = next((image for image in self.released() if image.number == number), None)
        if found is None:
            message = f"there is no image {number}"
            raise NotKeptError(message)
        return found

    @contextmanager
    def opened(self, number: int) -> Iterator[BinaryIO]:
        """Open the file of an image; one that cannot be read is the storage's fault, not of who asks."""
        try:
            with self.gallery.open_image(number) as file:
                yield file
        except ImageTileError as error:
            raise StorageError(str(error)) from error

    def draw(self, number: int, place: tuple[int, int, int]) -> bytes:
        """Draw the tile at zoom, column and row."""
        zoom, column, row = place
        image = self.find(number)
        try:
            tile = Tile(zoom=zoom, column=column, row=row)
        except ImageTileError as error:
            raise QueryError(str(error)) from error
        with self.opened(number) as file:
            return draw_tile(file, tile, image.white_db)

    def look(self, number: int, latitude: float, longitude: float) -> Mapping[str, Any]:
        """Say the pixel at a place (rad); without one beside the image."""
        self.find(number)
        with self.opened(number) as file:
            found = read_level(file, latitude, longitude)
        if found is None:
            return {"row": None, "column": None, "level_db": None}
        row, column, level = found
        return {"row": row, "column": column, "level_db": round(level, 2) if isfinite(level) else None}


def release_images(images: tuple[KeptImage, ...], recipient: Recipient) -> tuple[KeptImage, ...]:
    """Withhold the images that a recipient may not see."""
    return tuple(image for image in images if judge(image.origin, recipient) is Verdict.RELEASED)


def describe_image(image: KeptImage) -> Mapping[str, Any]:
    """Say an image as the page reads it."""
    marking = highest_marking([image.origin])
    return {
        "image": image.number,
        "mission": identify(image.mission),
        "name": image.name,
        "begin_ms": image.begin / NANOSECONDS_PER_MILLISECOND,
        "end_ms": image.end / NANOSECONDS_PER_MILLISECOND,
        "corners": [[degrees(longitude), degrees(latitude)] for latitude, longitude in image.corners],
        "rows": image.shape[0],
        "columns": image.shape[1],
        "spacing_m": list(image.spacing),
        "frequency_ghz": None if image.centre_frequency is None else round(image.centre_frequency / 1e9, 4),
        "processing": list(image.processing),
        "source": image.origin.source,
        "simulated": image.origin.simulated,
        "marking": {"text": marking.text, "level": marking.level},
        "floor_db": floor_of(image.white_db),
        "step_db": STEP_DB,
        "white_db": image.white_db,
        "tile_size": SIDE,
        "deepest": DEEPEST,
    }


def read_part(request: Request, name: str) -> int:
    """Read a whole number of the path."""
    try:
        return int(request.path_params[name])
    except ValueError:
        message = f"{name!r} must be a whole number"
        raise QueryError(message) from None


def read_degrees(request: Request, name: str) -> float:
    """Read an angle in degrees; rad."""
    try:
        angle = float(request.query_params[name])
    except (KeyError, ValueError):
        angle = float("nan")
    if not abs(angle) <= {"lat": 90.0, "lon": 180.0}[name]:
        message = "'lat' and 'lon' must be given in degrees"
        raise QueryError(message)
    return radians(angle)
