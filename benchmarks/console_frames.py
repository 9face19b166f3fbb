"""How many frames a second the console draws, beside its bare layer and MapLibre's own GeoJSON layers.

All three show the same replayed mission of a mock server in headless Chromium with a software rasteriser, one after
the other, several rounds, the map of the same size. Needs chromium, node and ``npm ci`` in ``web``; run
``python benchmarks/console_frames.py --tracks 10000``.

The console page must reach 0.85 of the bare layer's frames with less than a millisecond of script of its own a frame.

Script is measured twice. Wall: clock readings around the page's animation-frame callback and its layer's drawing, which
count whatever else the machine does meanwhile. Profile: V8's sampling profiler over a run of its own, in which samples
in functions of the page's own file (its packages are another) are its JavaScript, and samples in what those functions
call are the browser's part, WebGL apart. A gap of over ten sampling intervals counts as ten: the thread did not run.
"""

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

WEB = Path(__file__).resolve().parents[1] / "web"
FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Time of every animation-frame callback, MapLibre's included, beside the page's own figure.
MEASURE_CALLBACKS = """
window.__callbacks = {ms: 0};
const request = window.requestAnimationFrame.bind(window);
window.requestAnimationFrame = (callback) => request((now) => {
  const began = performance.now();
  callback(now);
  window.__callbacks.ms += performance.now() - began;
});
"""


SAMPLE_US = 100
LONGEST_GAP_US = 10 * SAMPLE_US


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Where the page's own script spends its time, milliseconds a frame."""

    self_ms: float
    """In functions of the page's own file."""
    uncapped_ms: float
    """The same with all gaps between samples counted in full."""
    called_ms: float
    """In packages and functions of the browser that those call, without WebGL."""
    gl_ms: float
    """In WebGL calls that those make."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured page."""

    frames_per_second: float
    callback_ms: float
    own_ms: float
    cpu_ms: float
    heap_mb: float
    tracks: int
    profile: Profile | None = None


@contextmanager
def mock_server(tracks: int) -> Iterator[str]:
    """Address of a mock server with that many vehicles and an hour of history."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable,
        str(WEB / "dev/mock_server.py"),
        "--tracks",
        str(tracks),
        "--archive",
        "--port",
        str(port),
    ]
    server = subprocess.Popen(command)
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_for(f"{address}/api/missions")
        yield address
    finally:
        server.terminate()
        server.wait()


def _wait_for(address: str) -> None:
    for _ in range(100):
        try:
            with urllib.request.urlopen(address, timeout=5):  # noqa: S310 -- our own server
                return
        except OSError:
            time.sleep(0.2)
    message = f"{address} does not answer"
    raise TimeoutError(message)


def browser_cpu_ms() -> float:
    """CPU time of the browsers this process has started, over all their threads: on a busy machine it tells more."""
    parents: dict[int, int] = {}
    spent: dict[int, float] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            name, rest = (folder / "stat").read_text().rsplit(")", 1)
        except OSError:
            continue
        fields = rest.split()
        process = int(folder.name)
        parents[process] = int(fields[1])
        spent[process] = int(fields[11]) + int(fields[12]) if "chrom" in name else 0.0
    own = {process for process in parents if _descends(process, os.getpid(), parents)}
    return 1000 / os.sysconf("SC_CLK_TCK") * sum(spent[process] for process in own)


def _descends(process: int, ancestor: int, parents: dict[int, int]) -> bool:
    while process > 1:
        if process == ancestor:
            return True
        process = parents.get(process, 0)
    return False


def measure(page: Page, kind: str, seconds: float) -> Figure:
    """Frames of a page that is ready, over `seconds`."""
    hook = "window.__sidelook" if kind == "page" else "window.__bench"
    reset = f"{hook}.resetFigures()" if kind == "page" else f"{hook}.reset()"
    page.wait_for_timeout(3000)
    page.evaluate(f"(() => {{ {reset}; window.__callbacks.ms = 0; window.__from = performance.now(); }})()")
    before = browser_cpu_ms()
    page.wait_for_timeout(1000 * seconds)
    spent = browser_cpu_ms() - before
    drawn = "drawn" if kind == "page" else "drawn()"
    own = f"{hook}.scriptMs" if kind == "page" else "0"
    script = f"""({{frames: {hook}.frames, s: (performance.now() - window.__from) / 1000, own: {own},
        ms: window.__callbacks.ms, heap: performance.memory.usedJSHeapSize / 1e6, tracks: {hook}.{drawn}.tracks}})"""
    raw = page.evaluate(script)
    return Figure(
        frames_per_second=raw["frames"] / raw["s"],
        callback_ms=raw["ms"] / max(1, raw["frames"]),
        own_ms=raw["own"],
        cpu_ms=spent / max(1, raw["frames"]),
        heap_mb=raw["heap"],
        tracks=raw["tracks"],
    )


def profile(page: Page, seconds: float) -> Profile:
    """Sample the page's script over `seconds` of its play."""
    session = page.context.new_cdp_session(page)
    webgl = set(page.evaluate("Object.getOwnPropertyNames(WebGL2RenderingContext.prototype)"))
    session.send("Profiler.enable")
    session.send("Profiler.setSamplingInterval", {"interval": SAMPLE_US})
    page.evaluate("window.__sidelook.resetFigures()")
    session.send("Profiler.start")
    page.wait_for_timeout(1000 * seconds)
    taken = session.send("Profiler.stop")["profile"]
    return _shares(taken, webgl, page.evaluate("window.__sidelook.frames"))


def _shares(taken: dict[str, Any], webgl: set[str], frames: int) -> Profile:
    calls = {node["id"]: node["callFrame"] for node in taken["nodes"]}
    callers = {callee: node["id"] for node in taken["nodes"] for callee in node.get("children", ())}
    own = {node for node, call in calls.items() if "/assets/index-" in call["url"]}
    spent = dict.fromkeys(("own", "uncapped", "called", "gl"), 0.0)
    for node, gap_us in zip(taken["samples"], taken["timeDeltas"], strict=True):
        gap = min(gap_us, LONGEST_GAP_US)
        if node in own:
            spent["own"] += gap
            spent["uncapped"] += gap_us
        elif _is_called_by(own, node, callers):
            spent["gl" if calls[node]["functionName"] in webgl else "called"] += gap
    own_ms, uncapped_ms, called_ms, gl_ms = (value / 1000 / max(1, frames) for value in spent.values())
    return Profile(self_ms=own_ms, uncapped_ms=uncapped_ms, called_ms=called_ms, gl_ms=gl_ms)


def _is_called_by(own: set[int], node: int, callers: dict[int, int]) -> bool:
    caller = callers.get(node)
    while caller is not None and caller not in own:
        caller = callers.get(caller)
    return caller is not None


def run_one(address: str, kind: str, seconds: float, rate: float) -> Figure:
    """Open one of the pages in a browser of its own and measure it."""
    with urllib.request.urlopen(f"{address}/api/missions", timeout=5) as answer:  # noqa: S310 -- our own server
        mission = json.load(answer)[0]
    at = mission["end_ms"] - 1_800_000
    iso = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at / 1000))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        try:
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            page.set_default_timeout(120_000)
            page.add_init_script(MEASURE_CALLBACKS)
            if kind == "page":
                page.goto(f"{address}/#mission=mock&t={iso}&rate={rate:g}")
                page.evaluate("window.__ready")
                page.evaluate("(() => { window.__sidelook.continuous = true; })()")
            else:
                page.goto(f"{address}/bench/{kind}.html?t={at}&width=1280&height=676")
                page.evaluate("window.__benchReady")
            figure = measure(page, kind, seconds)
            return replace(figure, profile=profile(page, seconds)) if kind == "page" else figure
        finally:
            browser.close()


def main() -> None:
    """Build the compared pages, measure in rounds, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tracks", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--rate", type=float, default=1.0, help="how fast the console page plays; the others play at 1")
    parser.add_argument("--page-alone", action="store_true", help="leave the compared pages out")
    parser.add_argument("--json", action="store_true", help="print one line of JSON")
    options = parser.parse_args()
    kinds = ["page"] if options.page_alone else ["page", "bare", "geojson"]
    if not options.page_alone:
        build = ["npx", "vite", "build", "--config", "bench/vite.config.ts", "--logLevel", "error"]
        subprocess.run(build, cwd=WEB, check=True)
    figures: dict[str, list[Figure]] = {kind: [] for kind in kinds}
    with mock_server(options.tracks) as address:
        for _ in range(options.rounds):
            for kind, measured in figures.items():
                measured.append(run_one(address, kind, options.seconds, options.rate))
    report(figures, as_json=options.json)


def report(figures: dict[str, list[Figure]], *, as_json: bool) -> None:
    """Print medians, and the page's share of the bare layer's frames."""
    rows = {
        kind: {
            field: statistics.median(getattr(figure, field) for figure in measured)
            for field in ("frames_per_second", "callback_ms", "own_ms", "cpu_ms", "heap_mb", "tracks")
        }
        for kind, measured in figures.items()
    }
    profiles = [figure.profile for figure in figures["page"] if figure.profile]
    script = {
        field.name: statistics.median(getattr(taken, field.name) for taken in profiles) for field in fields(Profile)
    }
    share = rows["page"]["frames_per_second"] / rows["bare"]["frames_per_second"] if "bare" in rows else None
    if as_json:
        print(json.dumps({**rows, "profile": script, "page_to_bare": share}))
        return
    print(
        f"{'':10} {'frames/s':>9} {'callbacks ms':>13} {'own wall ms':>14} {'CPU ms':>8} {'heap MB':>8} {'tracks':>7}"
    )
    for kind, row in rows.items():
        own = f"{row['own_ms']:.2f}" if kind == "page" else "-"
        print(
            f"{kind:10} {row['frames_per_second']:9.2f} {row['callback_ms']:13.2f} {own:>14} "
            f"{row['cpu_ms']:8.0f} {row['heap_mb']:8.1f} {row['tracks']:7.0f}"
        )
    print("callbacks, own and CPU are per frame; wall readings; CPU over all the browser's threads")
    print(
        f"the page's script a frame by the profiler: {script['self_ms']:.2f} ms of its own JavaScript "
        f"({script['uncapped_ms']:.2f} with all gaps), {script['called_ms']:.2f} ms in what it calls, "
        f"{script['gl_ms']:.2f} ms in WebGL calls"
    )
    if share is not None:
        print(f"page / bare layer: {share:.2f}")


if __name__ == "__main__":
    main()
