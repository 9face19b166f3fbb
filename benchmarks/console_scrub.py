"""How long does a jump on the timeline take, on a large archive? Cached and fetched, in headless Chromium.

``--folder`` of ``benchmarks/archive.py`` makes the archive of ten million plots. Told apart: all rows of the picture
are in the page; the frame that has them is drawn (handed to the rasteriser); the browser is ready for another frame,
which with a software rasteriser is after it has drawn that one; and the history around the moment is there too.
Dragging: the timeline's head is moved twenty times a second across a tenth of the mission, and of each step the time
until its whole picture, or a later one, is drawn is taken. Needs Debian's chromium.

    python benchmarks/console_scrub.py ARCHIVE [--port 8614]
"""

import argparse
import statistics
import subprocess
import sys
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
FETCHED = (0.1, 0.3, 0.5, 0.7, 0.9, 0.2, 0.4, 0.6, 0.8)
POINTED = (0.15, 0.35, 0.55, 0.75, 0.25, 0.45, 0.65, 0.85)
CACHED = (0.8, 0.7999, 0.7997, 0.7995, 0.7998, 0.7996)
MISSION = """
const token = document.querySelector('meta[name=sidelook-token]').content;
const asked = { headers: { Authorization: 'Bearer ' + token } };
const { mission, begin_ms, end_ms } = (await (await fetch('/api/missions', asked)).json()).at(-1);
"""
ANSWER = f"""async (share) => {{
  {MISSION}
  const from = Math.ceil((begin_ms + (end_ms - begin_ms) * share) / 3e5) * 3e5;
  const began = performance.now();
  await (await fetch(`/api/blocks?mission=${{mission}}&from=${{from}}&to=${{from + 3e5}}`, asked)).arrayBuffer();
  return [performance.now() - began];
}}"""
WATCH = """
const page = window.__sidelook;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const until = async (done) => { while (!done()) await pause(2); return performance.now(); };
"""
JUMP = f"""async (share) => {{
  {MISSION} {WATCH}
  const began = performance.now();
  page.setTime(begin_ms + (end_ms - begin_ms) * share);
  const rows = await until(() => page.whole);
  const drawn = await until(() => page.drawnT === page.t && page.whole);
  await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  const ready = performance.now();
  await pause(250);
  const settled = await until(() => page.settled);
  await pause(1000);
  return [rows, drawn, ready, settled].map((time) => time - began);
}}"""
DRAG = f"""async (share) => {{
  {MISSION} {WATCH}
  const open = [], took = [];
  let going = true;
  const watching = (async () => {{
    while (going || open.length > 0) {{
      await pause(2);
      while (open.length > 0 && page.whole && page.drawnT >= open[0].t)
        took.push(performance.now() - open.shift().began);
    }}
  }})();
  for (let step = 1; step <= 40; step += 1) {{
    const t = begin_ms + (end_ms - begin_ms) * (share + step / 400);
    open.push({{ t, began: performance.now() }});
    page.scrub(t);
    await pause(50);
  }}
  going = false;
  await watching;
  await pause(1000);
  took.sort((a, b) => a - b);
  return [took[took.length >> 1], took[Math.floor(took.length * 0.95)]];
}}"""


CLICK = f"""async (share) => {{
  {MISSION} {WATCH}
  const track = document.querySelector('.timeline .track');
  const box = track.getBoundingClientRect();
  const x = box.left + box.width * share, y = box.top + box.height / 2;
  const point = (kind, buttons) => track.dispatchEvent(
    new PointerEvent(kind, {{ clientX: x, clientY: y, buttons, pointerId: 1, bubbles: true }}));
  track.setPointerCapture = () => undefined;
  point('pointermove', 0);
  await pause(150);
  const began = performance.now();
  point('pointerdown', 1);
  const rows = await until(() => page.whole);
  const drawn = await until(() => page.drawnT === page.t && page.whole);
  point('pointerup', 0);
  await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  const ready = performance.now();
  await pause(250);
  const settled = await until(() => page.settled);
  await pause(1000);
  return [rows, drawn, ready, settled].map((time) => time - began);
}}"""


def show(page: Page, name: str, program: str, shares: tuple[float, ...]) -> None:
    """Run a program of the page for each place in the mission and print the medians and extremes."""
    columns = zip(*(page.evaluate(program, share) for share in shares), strict=True)
    cells = (f"{statistics.median(c):.0f} ({min(c):.0f} to {max(c):.0f})" for c in columns)
    print(f"{name:<32}", *cells, sep="  ", flush=True)


def measure(address: str) -> None:
    """Open the page, pause it, and jump about."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(address)
        page.wait_for_function("window.__ready", timeout=60_000)
        page.keyboard.press("Space")
        page.wait_for_timeout(4_000)
        print("ms, median (least to most)")
        print("jumps: rows in the page, frame drawn, ready for the next frame, history around it there")
        show(page, "jump to what is fetched", JUMP, FETCHED)
        show(page, "jump to what is cached", JUMP, CACHED)
        show(page, "press 150 ms after pointing", CLICK, POINTED)
        print("drags: median and 95th percentile of the steps")
        show(page, "drag", DRAG, (0.15, 0.35, 0.55))
        # Last: what it fetches stays in the cache of the browser.
        show(page, "five minutes of rows, fetch only", ANSWER, FETCHED)
        browser.close()


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("archive", type=Path)
    parser.add_argument("--port", type=int, default=8614)
    given = parser.parse_args()
    serve = ["-c", "from sidelook.cli import main; main()", "serve", "--archive", given.archive, "--port", given.port]
    with subprocess.Popen([sys.executable, *map(str, serve)], stderr=subprocess.DEVNULL) as server:
        try:
            time.sleep(4.0)
            measure(f"http://127.0.0.1:{given.port}/")
        finally:
            server.terminate()


if __name__ == "__main__":
    main()
