"""The page in a real browser, against a real ``sidelook run``."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from urllib.parse import urlsplit

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from .conftest import BEGIN, VEHICLES, Running

CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's chromium"),
]
FLAGS = [
    "--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
LATE = BEGIN // 1_000_000 + 400_000  # ms: every track is confirmed and on the map
READY = 60_000  # ms: a software rasteriser on a busy machine


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start Chromium once."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, shown: Running) -> Iterator[Page]:
    """Open the console on vehicles side by side."""
    with opened(browser, shown) as page:
        yield page


@pytest.fixture
def column_page(browser: Browser, shown_column: Running) -> Iterator[Page]:
    """Open the console on a column."""
    with opened(browser, shown_column) as page:
        yield page


@contextmanager
def opened(browser: Browser, shown: Running) -> Iterator[Page]:
    """Open the console; whatever the page asks of another host, or says as an error, fails the test."""
    page = browser.new_page(viewport={"width": 900, "height": 600})
    strangers: list[str] = []
    errors: list[str] = []
    home = urlsplit(shown.address).netloc

    def note(address: str) -> None:
        parts = urlsplit(address)
        if parts.scheme not in ("data", "blob") and parts.netloc != home:
            strangers.append(address)

    page.on("request", lambda request: note(request.url))
    page.on("websocket", lambda socket: note(socket.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.goto(shown.address)
    wait_until(page, "window.__ready !== undefined")
    page.evaluate("window.__ready")
    yield page
    page.close()
    assert strangers == []
    assert errors == []


def wait_until(page: Page, question: str) -> None:
    """Ask until the answer is true; Playwright's own way needs eval inside the page, which its policy forbids."""
    deadline = time.monotonic() + READY / 1000
    while not page.evaluate(question):
        assert time.monotonic() < deadline, question
        page.wait_for_timeout(50)


def stand_at(page: Page, moment: int) -> None:
    """Stop the clock at a moment (Unix ms) and wait until all of it is drawn."""
    page.evaluate(f"window.__sidelook.setTime({moment})")
    page.wait_for_timeout(300)
    wait_until(page, "window.__sidelook.loading === 0")
    page.wait_for_timeout(700)


def pixels(page: Page) -> np.ndarray[tuple[int, int, int], np.dtype[np.int16]]:
    """Take a picture of the map, (H, W, 3)."""
    picture = Image.open(BytesIO(page.locator(".map").screenshot(timeout=READY)))
    return np.asarray(picture.convert("RGB"), np.int16)


def sky_blue(picture: np.ndarray[tuple[int, int, int], np.dtype[np.int16]]) -> int:
    """Count pixels in the colour of tracks (Okabe-Ito sky blue, 86 180 233)."""
    return int((np.abs(picture - np.array([86, 180, 233])).max(axis=-1) < 24).sum())


def test_every_vehicle_is_drawn_where_it_is(page: Page) -> None:
    stand_at(page, LATE)
    assert page.evaluate("window.__sidelook.drawn.tracks") == VEHICLES
    picture = pixels(page)
    box = page.locator(".map").bounding_box()
    assert box is not None
    for track in range(1, VEHICLES + 1):
        place = page.evaluate(f"window.__sidelook.positionOf({track})")
        assert place is not None
        x, y = round(place["x"] - box["x"]), round(place["y"] - box["y"])
        assert sky_blue(picture[max(y - 12, 0) : y + 12, max(x - 12, 0) : x + 12]) > 5, (track, place)


def test_tracks_move_with_the_clock(page: Page) -> None:
    stand_at(page, LATE)
    before = page.evaluate("window.__sidelook.positionOf(1)")
    stand_at(page, LATE + 120_000)
    after = page.evaluate("window.__sidelook.positionOf(1)")
    assert after["y"] < before["y"] - 2  # north is up
    assert abs(after["x"] - before["x"]) < 2


def test_nothing_is_drawn_before_anything_was_seen(page: Page) -> None:
    stand_at(page, BEGIN // 1_000_000)
    assert page.evaluate("window.__sidelook.drawn.tracks") == 0
    assert sky_blue(pixels(page)) < 300  # the key of symbols lies over the map


def test_the_keyboard_alone_plays_steps_and_opens_the_table(page: Page) -> None:
    stand_at(page, LATE)
    page.locator("body").press("ArrowRight")
    page.wait_for_timeout(300)
    stepped = page.evaluate("window.__sidelook.t")
    assert stepped > LATE
    page.keyboard.press("Space")
    page.wait_for_timeout(1500)
    assert page.evaluate("window.__sidelook.t") > stepped
    page.keyboard.press("Space")
    page.keyboard.press("t")
    page.wait_for_timeout(800)
    rows = page.locator("[role=row]").count()
    assert rows >= VEHICLES


def test_the_marking_of_the_recording_is_shown(page: Page) -> None:
    page.wait_for_timeout(2500)  # the status comes once a second
    text = page.locator("body").inner_text().upper()
    assert "UNCLASSIFIED" in text
    assert "SIMULATED" in text


def test_a_column_is_one_formation_on_the_map_in_the_table_and_in_words(column_page: Page) -> None:
    page = column_page
    stand_at(page, LATE)
    page.keyboard.press("t")
    page.get_by_role("tab", name="Formations").click()
    row = page.locator("[data-formation]")
    row.first.wait_for(timeout=READY)
    assert row.count() == 1
    words = row.inner_text()
    assert "column" in words
    assert "54" in words  # km/h
    row.press("Enter")
    details = page.get_by_label("Details of the selected formation")
    assert "Formation 1" in details.inner_text()
    assert details.locator(".members button").count() == VEHICLES
    assert "found" in details.locator(".events").inner_text()
    page.keyboard.press("t")
    page.wait_for_timeout(1500)
    chosen = (
        np.abs(pixels(page) - np.array([245, 166, 35])).max(axis=-1) < 60
    )  # hull and label, in the colour of choice
    assert chosen.sum() > 60
    details.locator(".members button").first.click()
    page.wait_for_timeout(600)
    track = page.get_by_label("Details of the selected track")
    assert "Formation\n1" in track.inner_text()


def test_truth_is_rings_about_the_vehicles_where_the_recording_brings_it(column_page: Page) -> None:
    page = column_page
    stand_at(page, LATE)
    layers = page.get_by_label("Layers").get_by_role("list")
    assert "Truth" in layers.first.inner_text()
    before = ring_red(pixels(page))
    page.keyboard.press("w")
    wait_until(page, "document.querySelector('[aria-label=\"Signs of the truth\"]').hidden === false")
    page.wait_for_timeout(2500)
    shown = ring_red(pixels(page))
    assert shown > before + 60
    page.keyboard.press("w")
    page.wait_for_timeout(1500)
    assert ring_red(pixels(page)) == before


def test_truth_is_not_offered_where_there_is_none(page: Page) -> None:
    stand_at(page, LATE)
    page.wait_for_timeout(500)
    assert "Truth" not in page.get_by_label("Layers").first.inner_text()
    page.keyboard.press("w")
    assert "truth" not in page.url


def ring_red(picture: np.ndarray[tuple[int, int, int], np.dtype[np.int16]]) -> int:
    """Count pixels in the colour of truth (255 138 92)."""
    return int((np.abs(picture - np.array([255, 138, 92])).max(axis=-1) < 30).sum())
