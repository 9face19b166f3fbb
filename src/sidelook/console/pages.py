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
    basemaps : folder of ``*.pmtiles`` and ``*.geojson``, None where there is none
    """

    access: Access
    static: Path = STATIC
    basemaps: Path | None = None

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
        """List the base maps in the folder as it is now."""
        return JSONResponse(await asyncio.to_thread(self.find_basemaps))

    def find_basemaps(self) -> list[dict[str, str]]:
        """Look for base maps; a file ``NAME.txt`` beside one holds its attribution."""
        folder = self.basemaps
        found = sorted(folder.iterdir()) if folder is not None and folder.is_dir() else []
        return [describe_basemap(path) for path in found if path.suffix in MAP_KINDS and path.is_file()]

    async def basemap(self, request: Request) -> Response:
        """Serve a base map; clients ask for ranges of it."""
        name = request.path_params["name"]
        if self.basemaps is None or Path(name).suffix not in MAP_KINDS:
            return missing()
        return serve(self.basemaps, name, FRESH)


def describe_basemap(path: Path) -> dict[str, str]:
    """Say a base map as the page reads it."""
    note = path.with_suffix(".txt")
    return {
        "name": path.stem,
        "kind": MAP_KINDS[path.suffix],
        "url": "/basemaps/" + quote(path.name),
        "attribution": note.read_text("utf-8").strip() if note.is_file() else "",
    }


def serve(folder: Path, name: str, headers: dict[str, str]) -> Response:
    """Serve a file inside a folder, and nothing outside of it, with HTTP ranges."""
    root = folder.resolve()
    path = (root / name).resolve()
    if not path.is_relative_to(root) or not path.is_file():
        return missing()
    return FileResponse(path, headers=headers, media_type=MEDIA_TYPES.get(path.suffix))


def missing() -> Response:
    """Say that there is no such file."""
    return JSONResponse({"error": "there is no such file"}, NOT_FOUND)
