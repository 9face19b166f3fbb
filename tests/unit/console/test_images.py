"""Images as the page asks for them: what may be shown, and nothing of what may not."""

import io
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pytest
import rasterio
from affine import Affine
from PIL import Image
from starlette.testclient import TestClient

from sidelook.archive import KeptImage, NotKeptError
from sidelook.console.access import grant
from sidelook.model.origin import Classification, Origin
from sidelook.release import Recipient

from .conftest import BEGIN, FakePicture, make_looks, make_tracks
from .test_app import BEARER, TOKEN, client_of, make_console

WEST, NORTH, STEP = 12.0, 48.1, 1e-4
OPEN = Origin(source="radar", classification=Classification.UNCLASSIFIED, simulated=True)
HIDDEN = Origin(source="other radar", classification=Classification.SECRET)


def make_image(number: int, origin: Origin) -> KeptImage:
    """Make one of a hundred by a hundred pixels."""
    south, east = NORTH - 100 * STEP, WEST + 100 * STEP
    corners = np.radians([[south, WEST], [south, east], [NORTH, east], [NORTH, WEST]])
    return KeptImage(
        mission=7,
        name="lot.cphd",
        begin=BEGIN,
        end=BEGIN + 10**9,
        corners=tuple((float(latitude), float(longitude)) for latitude, longitude in corners),
        shape=(100, 100),
        spacing=(11.1, 7.4),
        centre_frequency=None,
        processing=("backprojection",),
        white_db=20.0,
        origin=origin,
        number=number,
    )


@dataclass(frozen=True)
class Gallery(FakePicture):
    """Two images, of which one is secret."""

    path: Path = field(kw_only=True)

    def images(self) -> tuple[KeptImage, ...]:
        """Both."""
        return make_image(3, OPEN), make_image(4, HIDDEN)

    def open_image(self, number: int) -> BinaryIO:
        """Open the same pixels."""
        if number not in {3, 4}:
            raise NotKeptError(str(number))
        return self.path.open("rb")


@pytest.fixture
def gallery(tmp_path: Path) -> Gallery:
    """Pixels of 20 dB, one of 40."""
    path = tmp_path / "image.tif"
    pixels = np.full((100, 100), 10.0, np.float32)
    pixels[40, 60] = 100.0
    shape = {"height": 100, "width": 100, "count": 1, "dtype": "float32"}
    place = {"crs": "EPSG:4326", "transform": Affine(STEP, 0.0, WEST, 0.0, -STEP, NORTH)}
    with rasterio.open(path, "w", driver="GTiff", **shape, **place) as file:
        file.write(pixels, 1)
    return Gallery(make_looks([0], [1]), make_tracks([]), path=path)


@pytest.fixture
def client(gallery: Gallery, tmp_path: Path) -> Iterator[TestClient]:
    """Call in the name of someone who may see what is unclassified."""
    access = replace(grant("127.0.0.1", 8046, TOKEN), recipient=Recipient(name="elsewhere", here=False))
    with client_of(make_console(gallery, tmp_path, access)) as client:
        yield client


def get(client: TestClient, path: str) -> tuple[int, bytes]:
    """Ask with the token."""
    answer = client.get(path, headers=BEARER)
    return answer.status_code, answer.content


def test_the_list_says_where_and_when_in_degrees_and_milliseconds(client: TestClient) -> None:
    (image,) = client.get("/api/images", headers=BEARER).json()
    assert (image["image"], image["mission"], image["begin_ms"]) == (3, "7", BEGIN / 1e6)
    assert image["corners"][0] == pytest.approx([12.0, 48.09])
    assert image["frequency_ghz"] is None
    assert image["simulated"] is True
    assert image["floor_db"] == 20.0 - 55.0 - image["step_db"]


def test_a_tile_bears_the_levels_that_the_list_promises(client: TestClient) -> None:
    (image,) = client.get("/api/images", headers=BEARER).json()
    side = 1 << 14
    column = int((WEST + 50 * STEP + 180) / 360 * side)
    row = int((1 - np.arcsinh(np.tan(np.radians(NORTH - 50 * STEP))) / np.pi) / 2 * side)
    status, body = get(client, f"/api/images/3/14/{column}/{row}")
    assert status == 200
    greys = np.asarray(Image.open(io.BytesIO(body)))
    levels = image["floor_db"] + image["step_db"] * greys[greys > 0]
    assert np.median(levels) == pytest.approx(20.0, abs=image["step_db"])
    assert levels.max() == 28.5  # of 40 dB: brighter than the brightest grey


def test_the_pixel_under_the_pointer(client: TestClient) -> None:
    bright = f"lat={NORTH - 40.5 * STEP}&lon={WEST + 60.5 * STEP}"
    answer = client.get(f"/api/level?image=3&{bright}", headers=BEARER).json()
    assert answer == {"row": 40, "column": 60, "level_db": 40.0}
    beside = client.get("/api/level?image=3&lat=0&lon=0", headers=BEARER).json()
    assert beside == {"row": None, "column": None, "level_db": None}


@pytest.mark.parametrize("number", [4, 99])
def test_what_may_not_be_shown_is_not_there(client: TestClient, number: int) -> None:
    assert get(client, f"/api/images/{number}/0/0/0")[0] == 404
    assert get(client, f"/api/level?image={number}&lat=48.09&lon=12.001")[0] == 404


@pytest.mark.parametrize(
    "path",
    [
        "/api/images/3/30/0/0", "/api/images/3/2/4/0", "/api/images/x/0/0/0", "/api/images/3/-1/0/0",
        "/api/level?image=3", "/api/level?image=3&lat=91&lon=0", "/api/level?image=3&lat=nan&lon=0",
    ],
)  # fmt: skip
def test_wrong_questions_are_answered_in_a_sentence(client: TestClient, path: str) -> None:
    answer = client.get(path, headers=BEARER)
    assert answer.status_code == 400
    assert answer.json()["error"]


@pytest.mark.parametrize("path", ["/api/images", "/api/images/3/0/0/0", "/api/level?image=3&lat=48.09&lon=12.001"])
def test_without_the_token_nothing_is_told(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 403


def test_one_that_is_damaged_says_so_and_names_no_file(client: TestClient, gallery: Gallery) -> None:
    gallery.path.write_bytes(b"damaged")
    answer = client.get("/api/images/3/0/0/0", headers=BEARER)
    assert answer.status_code == 503
    assert str(gallery.path.parent) not in answer.text
