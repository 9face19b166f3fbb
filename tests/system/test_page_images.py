"""Radar images on the page, in a real browser: where they lie, at the levels chosen, two side by side."""

import re
from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from sidelook.geometry.frames import LocalFrame
from sidelook.mission.image_keeping import keep_in
from sidelook.model.image import SarImage, centred_grid
from sidelook.model.origin import Classification, Origin
from sidelook.timescale import SystemClock, parse_utc

from .conftest import Running, starter
from .test_page import READY, browser, opened, pixels, pytestmark, wait_until

__all__ = ["browser", "pytestmark"]  # the fixture and the marks of the other tests of the page

FRAME = LocalFrame(latitude=np.radians(12.0), longitude=np.radians(-45.0))
ORIGIN = Origin(source="drawn", classification=Classification.UNCLASSIFIED, simulated=True)
Greys = np.ndarray[tuple[int, int], np.dtype[np.float64]]


def draw(level: np.ndarray[tuple[int, int], np.dtype[np.float64]], begin: str) -> SarImage:
    """Make an image of levels, dB, a metre a pixel, row 0 in the south."""
    return SarImage(
        pixels=(10.0 ** (level / 20.0)).astype(np.float32),
        grid=centred_grid((400, 400), 1.0),
        frame=FRAME,
        begin=parse_utc(begin),
        end=None,
        centre_frequency=9.6e9,
        processing=("drawn",),
        origin=ORIGIN,
    )


@pytest.fixture(scope="module")
def shown_images(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Serve two images of one place: bright in the north, and a day later bright everywhere."""
    folder = tmp_path_factory.mktemp("images")
    level = np.full((400, 400), -30.0)
    level[200:] = 0.0
    keep_in(folder / "archive", draw(level, "2026-05-04T06:30:00Z"), "first.tif", SystemClock())
    keep_in(folder / "archive", draw(np.zeros((400, 400)), "2026-05-05T06:30:00Z"), "second.tif", SystemClock())
    with starter(folder) as begin:
        yield begin("serve")


@pytest.fixture
def page(browser: Browser, shown_images: Running) -> Iterator[Page]:
    """Open the console on the two."""
    with opened(browser, shown_images) as page:
        yield page


def brightness(page: Page) -> Greys:
    """Take the map's greys, (H, W), of the ground that the images lie on, a little inside their edges."""
    picture = pixels(page).mean(axis=-1)
    corners = page.evaluate(
        "[[-45.0018, 12.0018], [-44.9982, 11.9982]].map((place) => {"
        " const {x, y} = window.__sidelook.map().project(place); return [x, y]; })"
    )
    (left, top), (right, bottom) = corners
    return picture[round(top) : round(bottom), round(left) : round(right)]


def wait_for_tiles(page: Page) -> None:
    """Wait until the map has loaded and drawn all of its tiles."""
    page.wait_for_timeout(700)
    wait_until(page, "window.__sidelook.map().areTilesLoaded()")
    page.wait_for_timeout(700)


def choose(page: Page, number: int) -> None:
    """Choose an image in the table, and close the table again."""
    page.keyboard.press("t")
    page.get_by_role("tab", name="Images").click()
    row = page.locator(f"[data-image='{number}']")
    row.wait_for(timeout=READY)
    row.click()
    page.keyboard.press("t")
    wait_for_tiles(page)


def test_an_image_lies_where_it_was_taken_at_the_levels_chosen(page: Page) -> None:
    choose(page, 1)
    seen = brightness(page)
    half = len(seen) // 2
    assert seen[: half - 8].mean() > 225  # white in the north
    assert np.abs(seen[half + 8 :] - 255 / 3).mean() < 12  # -30 of -45 to 0 dB in the south
    panel = page.get_by_label("The radar image shown")
    assert "2026-05-04 06:30:00 UTC" in panel.inner_text()
    assert "UNCLASSIFIED, simulated" in panel.inner_text()
    black = panel.get_by_label("Black at")
    black.fill("-30")
    page.wait_for_timeout(700)
    assert brightness(page)[half + 8 :].mean() < 12
    panel.get_by_label("Opacity").fill("0")
    page.wait_for_timeout(700)
    assert brightness(page)[: half - 8].mean() < 80


def test_two_images_lie_side_by_side(page: Page) -> None:
    choose(page, 2)
    panel = page.get_by_label("The radar image shown")
    panel.get_by_label("Compare with").select_option("1")
    wait_for_tiles(page)
    seen = brightness(page)
    row, column = len(seen) // 2, seen.shape[1] // 2
    south = seen[row + 8 :]
    assert south[:, : column - 20].mean() < 110  # before, on the left: dark
    assert south[:, column + 20 : column + 80].mean() > 225
    page.keyboard.press("b")
    wait_for_tiles(page)
    south = brightness(page)[row + 8 :]
    assert south[:, : column - 20].mean() > 225
    assert south[:, column + 20 : column + 80].mean() < 110
    assert re.search(r"image=1&against=2", page.url)
    page.reload()
    wait_until(page, "window.__ready !== undefined")
    page.evaluate("window.__ready")
    wait_for_tiles(page)
    assert brightness(page)[row + 8 :, column + 20 : column + 80].mean() < 110  # the address brings it back


def test_the_pixel_under_the_pointer_and_a_distance(page: Page) -> None:
    choose(page, 1)
    box = page.locator(".map").bounding_box()
    assert box is not None
    places = page.evaluate(
        "[[-45.0005, 12.0005], [-45.0005, 11.9995]].map((place) => {"
        " const {x, y} = window.__sidelook.map().project(place); return [x, y]; })"
    )
    (x, first), (_, last) = places
    page.mouse.move(box["x"] + x, box["y"] + first)
    panel = page.get_by_label("The radar image shown")
    page.wait_for_timeout(1500)
    assert re.search(r"row 14\d, column 14\d: -?0\.0", panel.inner_text().replace("\u2009", " "))
    page.keyboard.press("x")
    page.mouse.click(box["x"] + x, box["y"] + first)
    page.mouse.click(box["x"] + x, box["y"] + last)
    page.wait_for_timeout(1500)
    found = re.search(r"ruler=from%2F([^&]*)", page.url)
    assert found
    (one, two) = (np.array(place.split("%2C"), float) for place in found[1].split("%2F"))
    assert one[1] == pytest.approx(two[1], abs=1e-6)
    assert one[0] - two[0] == pytest.approx(0.001, abs=1e-5)  # 111 m to a tenth of what a pixel of the screen is
    page.keyboard.press("Escape")
    page.wait_for_timeout(1000)
    assert "ruler" not in page.url
    assert "image=1" in page.url


def test_images_are_on_the_timeline_and_close_with_escape(page: Page) -> None:
    page.get_by_label("Image 2, 06:30:00 UTC").click()
    panel = page.get_by_label("The radar image shown")
    panel.wait_for(timeout=READY)
    page.keyboard.press("Escape")
    panel.wait_for(state="hidden", timeout=READY)
    wait_until(page, "!location.hash.includes('image=')")
