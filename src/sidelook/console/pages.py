"""The page itself, and the base maps an operator drops in a folder."""

import asyncio
from dataclasses import dataclass
from html import escape
from pathlib import Path
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, PlainTextResponse, Response

from sidelook.console.access import Access

STATIC = Path(__file__).parent / "static"
META_ELEMENT = '<meta name="sidelook-token" content="'
IMMUTABLE = {"cache-control": "public, max-age=31536000, immutable"}  # names under assets/ bear a hash
FRESH = {"cache-control": "no-cache"}
MAP_KINDS = {".pmtiles": "pmtiles", ".geojson": "geojson"}
MEDIA_TYPES = {
    ".pmtiles": "application/octet-stream",
    ".geojson": "application/geo+json",
    ".pbf": "application/x-protobuf",
    ".js": "text/javascript",
    ".webmanifest": "application/manifest+json",
}
NOT_BUILT = "The page has not been built: run `make web`, or take a release, which carries it. REST under /api/ works."
NOT_FOUND = 404
NOT_THERE = 503


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """Serves the built page and the base maps.

    Attributes
    ----------
    access : the page is given the token where only this machine can reach the server
    static : the built page
    basemaps : ``*.pmtiles`` and ``*.geojson`` files, and folders of them
    """

    access: Access
    static: Path = STATIC
    basemaps: tuple[Path, ...] = ()

    async def index(self, request: Request) -> Response:
        """Serve the page, with the token in its meta element."""
        path = self.static / "index.html"
        if not path.is_file():
            return PlainTextResponse(NOT_BUILT, NOT_THERE)
        page = await asyncio.to_thread(path.read_text, "utf-8")
        invited = self.access.loopback or self.access.allows_token(request.headers, request.url.query)
        token = escape(self.access.token) if invited else ""
        return HTMLResponse(page.replace(META_ELEMENT, META_ELEMENT + token, 1), headers={"cache-control": "no-store"})

    async def asset(self, request: Request) -> Response:
        """Serve a file of the built page."""
        path = request.path_params["path"]
        return serve(self.static, path, IMMUTABLE if path.startswith("assets/") else FRESH)

    async def list_basemaps(self, _: Request) -> Response:
        """List the base maps as they are now; a file ``NAME.txt`` beside one holds its attribution."""
        found = await asyncio.to_thread(self.find_basemaps)
        return JSONResponse([describe_basemap(path) for path in found])

    def find_basemaps(self) -> list[Path]:
        """Look for base maps: what is dropped in a folder appears."""
        found = [path for place in self.basemaps for path in (sorted(place.iterdir()) if place.is_dir() else [place])]
        return [path for path in found if path.suffix in MAP_KINDS and path.is_file()]

    async def basemap(self, request: Request) -> Response:
        """Serve a base map; clients ask for ranges of it."""
        name = request.path_params["name"]
        path = next((path for path in await asyncio.to_thread(self.find_basemaps) if path.name == name), None)
        return missing() if path is None else file_response(path, FRESH)


def describe_basemap(path: Path) -> dict[str, str]:
    """Say a base map as the page reads it."""
    note = path.with_suffix(".txt")
    return {
        "name": path.stem,
        "kind": MAP_KINDS[path.suffix],
        "url": "/basemaps/" + quote(path.name),
        "attribution": note.read_text("utf-8", "replace").strip() if note.is_file() else "",
    }


def serve(folder: Path, name: str, headers: dict[str, str]) -> Response:
    """Serve a file inside a folder, and nothing outside of it."""
    path = find(folder, name)
    return missing() if path is None else file_response(path, headers)


def find(folder: Path, name: str) -> Path | None:
    """Find a file inside a folder; None where there is none, or no file can have that name."""
    root = folder.resolve()
    try:
        path = (root / name).resolve()
        return path if path.is_relative_to(root) and path.is_file() else None
    except (OSError, ValueError, RuntimeError):  # too long, a null byte, links in a circle
        return None


def file_response(path: Path, headers: dict[str, str]) -> Response:
    """Answer with a file, or the range of it that was asked for."""
    return FileResponse(path, headers=headers, media_type=MEDIA_TYPES.get(path.suffix))


def missing() -> Response:
    """Say that there is no such file."""
    return JSONResponse({"error": "there is no such file"}, NOT_FOUND)
