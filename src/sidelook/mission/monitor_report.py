"""``sidelook monitor report``: what was seen at sites, what changed, and what could not be seen, on one page.

Made of the archive alone, without the time it is made at: the same archive and questions give the same page.
"""

from base64 import b64encode
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from io import BytesIO
from pathlib import Path

import numpy as np

from sidelook.archive import Archive, KeptImage, MissionSummary
from sidelook.mission.image import check_output
from sidelook.mission.image_writing import DYNAMIC_DB, decibels, written_beside
from sidelook.mission.monitor import Question, asked
from sidelook.mission.monitor_flow import BLIND
from sidelook.mission.monitor_stock import SEED, Counting, Observed, followed, observe, span_words
from sidelook.mission.quality_page import STYLE
from sidelook.mission.reporting import answer, marking_words
from sidelook.mission.site_images import part_about
from sidelook.model.columns import Flags
from sidelook.model.flow import EVERY_CLASS, Direction, Reason
from sidelook.model.stock import StockTable
from sidelook.monitoring.change import Question as Asked
from sidelook.monitoring.change import trend
from sidelook.monitoring.flow import REASONS
from sidelook.monitoring.intervals import total_count
from sidelook.monitoring.settings import StockSettings
from sidelook.monitoring.stock import SiteStock, as_table
from sidelook.release import highest_marking
from sidelook.timescale import format_utc

PAGE = ".html"
LEAST = 10.0  # vehicles, the smallest change that is asked about
LINE, DOTS = "#0072b2", "#e69f00"
HOUR = 3_600 * 10**9
GAP = 0.5  # h between missions from which on it is said that nobody looked


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportMade:
    """A report was written: where, of how many missions and sites."""

    output: str
    missions: int
    sites: int
    simulated: bool
    marking: str


def write_report(question: Question, counting: Counting, output: Path, *, overwrite: bool = False) -> None:
    """Write a report on all sites.

    Parameters
    ----------
    question : of which archive, places, missions and time
    counting : how vehicles in images are counted
    output : .html
    overwrite : replace a file that is there

    Raises
    ------
    UsageError, InputError, StorageError, ReleaseRefusedError
    """
    check_output(output, overwrite=overwrite, known=(PAGE,))
    with asked(question, "monitor report") as (archive, missions):
        seen = observe(question, archive, missions, counting)
        stocks = followed(seen, seen.ends)
        marking = marking_words(seen.told.marking, simulated=seen.told.simulated)
        parts = [
            *opening(archive, missions, marking),
            *(part for site, stock in stocks for part in site_section(archive, seen, site, stock)),
            *unseen_section(seen, missions, [site for site, _ in stocks], counting),
            *mission_section(missions),
            f'<p class="marking">{escape(marking)}</p></html>\n',
        ]
    with written_beside(output, "writing a report") as written:
        written.write_text("".join(parts), encoding="utf-8")
    made = ReportMade(
        output=str(output),
        missions=len(missions),
        sites=len(stocks),
        simulated=seen.told.simulated,
        marking=seen.told.marking,
    )
    words = f"{output}: {made.sites} sites over {made.missions} missions\n{marking}"
    answer(made, words, as_json=question.as_json)


def opening(archive: Archive, missions: Sequence[MissionSummary], marking: str) -> Iterator[str]:
    """Say what the page is about."""
    times = [time for one in missions for time in (one.begin, one.end) if time is not None]
    span = span_words(np.array([min(times), max(times)]))
    yield '<!doctype html><html lang="en"><meta charset="utf-8"><title>Monitoring report</title>'
    yield f'<style>{STYLE}</style><p class="marking">{escape(marking)}</p>'
    yield f"<h1>Monitoring report: {escape(archive.folder.name)}, {escape(span)}</h1>"
    yield "<p>Numbers are 90 % intervals. What could not be seen stands at the end, and is no zero.</p>"


def site_section(archive: Archive, seen: Observed, site: int, stock: SiteStock) -> Iterator[str]:
    """Say what was seen at a site and what changed there."""
    table = as_table(stock, StockSettings().confidence)
    yield f"<h2>{escape(seen.places.name(site))}</h2><p>{escape(verdict_words(stock))}</p>"
    yield picture("Vehicles over time, with intervals", draw_stock(table, seen, site))
    shown = list(images_of(archive, seen, site))
    if shown:
        yield picture("The first and the last image of the site", draw_images(archive, seen, site, shown))
    yield "<table><tr><th>way</th><th>seen</th><th>truly</th><th>hours that tell</th></tr>"
    for way, words in ((Direction.IN, "in"), (Direction.OUT, "out")):
        mine = rows_of(seen, site, way)
        sure = mine & seen.table.determined
        low, _, high = total_count(seen.table.seen[sure], seen.table.exposure[sure], seen.table.looked[sure])
        truly = f"{low:.0f} to {high:.0f}" if np.isfinite(low) else "undetermined"
        cells = (words, f"{int(seen.table.seen[mine].sum())}", truly, f"{int(sure.sum())} of {int(mine.sum())}")
        yield f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"
    yield "</table>"


def verdict_words(stock: SiteStock) -> str:
    """Say what changed from the first third of the missions to the last."""
    if len(stock.time) < 2:  # noqa: PLR2004 - a change needs two times
        return "One mission only: of change nothing can be said."
    change = trend(stock, Asked(least=LEAST), np.random.default_rng(SEED))
    first, last = (span_words(np.array(span)) for span in (change.before, change.after))
    return f"From {first}, to {last}: {change.verdict.name.lower()}; {change.reason}."


def unseen_section(
    seen: Observed, missions: Sequence[MissionSummary], sites: Sequence[int], counting: Counting
) -> Iterator[str]:
    """Say what could not be seen, and why."""
    yield "<h2>What could not be seen</h2><ul>"
    yield from (f"<li>{escape(words)}</li>" for words in unseen_words(seen, missions, sites, counting))
    yield "</ul>"


def unseen_words(
    seen: Observed, missions: Sequence[MissionSummary], sites: Sequence[int], counting: Counting
) -> Iterator[str]:
    """Say it site by site, and between the missions."""
    for site in sites:
        name = seen.places.name(site)
        for way, words in ((Direction.IN, "in"), (Direction.OUT, "out")):
            reasons = Counter(seen.table.reason[rows_of(seen, site, way)].tolist())
            for reason in (one for one in Reason if one is not Reason.NONE and reasons[one]):
                count = f"{reasons[reason]} hour{'' if reasons[reason] == 1 else 's'}"
                yield f"{name}, {words}: {count} undetermined, {REASONS[reason]}"
        if not (seen.images.site == site).any():
            why = "no image shows it" if counting.detection is not None else "images were not counted (--detection)"
            yield f"{name}: what is parked is not known, {why}"
    hours = [(one.begin, one.end) for one in missions if one.begin is not None and one.end is not None]
    for (_, end), (begin, _) in zip(sorted(hours)[:-1], sorted(hours)[1:], strict=True):
        if begin - end > GAP * HOUR:
            yield f"nobody looked from {format_utc(end, digits=0)} to {format_utc(begin, digits=0)}"
    if not seen.terrain_known:
        yield BLIND


def mission_section(missions: Iterable[MissionSummary]) -> Iterator[str]:
    """List the missions."""
    heads = ("mission", "name", "from (UTC)", "to (UTC)", "looks", "reports", "images", "marking")
    yield f"<h2>Missions</h2><table><tr>{''.join(f'<th>{head}</th>' for head in heads)}</tr>"
    for one in missions:
        begin, end = ("" if time is None else format_utc(time, digits=0) for time in (one.begin, one.end))
        marking = marking_words(highest_marking(one.origins).text, simulated=one.simulated)
        cells = (one.mission, one.name, begin, end, one.dwells, one.plots, one.images, marking)
        yield f"<tr>{''.join(f'<td>{escape(str(cell))}</td>' for cell in cells)}</tr>"
    yield "</table>"


def rows_of(seen: Observed, site: int, way: Direction) -> Flags:
    """Tell the rows of the flow of a site in a direction."""
    table = seen.table
    return np.asarray((table.place == site) & (table.direction == way) & (table.target_class == EVERY_CLASS))


def images_of(archive: Archive, seen: Observed, site: int) -> Iterator[KeptImage]:
    """Give the images in which a site was counted, by time."""
    counted = set(seen.images.time[seen.images.site == site].tolist())
    return (image for image in archive.images() if image.begin in counted)


def draw_stock(table: StockTable, seen: Observed, site: int) -> bytes:
    """Draw a site's stock with its intervals, and the counts in images as they are."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - half a second, where it is wanted

    figure = Figure(figsize=(10.0, 3.2), layout="constrained")
    axes = figure.subplots()
    time = table.time.astype("datetime64[ns]")
    # Points alone: a line would run through times at which nobody looked.
    reach = np.stack([table.mean - table.low, table.high - table.mean])
    axes.errorbar(time, table.mean, yerr=np.maximum(reach, 0.0), fmt="o", color=LINE, capsize=4, label="90 %")
    mine = seen.images.site == site
    if mine.any():
        axes.plot(
            seen.images.time[mine].astype("datetime64[ns]"), seen.images.counted[mine], "x", color=DOTS,
            label="counted in an image",
        )  # fmt: skip
    axes.set_ylim(bottom=0.0)
    axes.set_ylabel("vehicles")
    axes.grid(alpha=0.3)
    axes.legend(loc="best")
    return png_of(figure)


def draw_images(archive: Archive, seen: Observed, site: int, shown: Sequence[KeptImage]) -> bytes:
    """Draw the first and the last image of a site beside one another, its outline over them."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - as above

    chosen = shown[:1] if len(shown) == 1 else (shown[0], shown[-1])
    figure = Figure(figsize=(5.0 * len(chosen), 5.2), layout="constrained")
    for axes, image in zip(np.atleast_1d(figure.subplots(1, len(chosen))), chosen, strict=True):
        part, ring = part_about(archive, image, seen.places, site)
        level, white = decibels(part.amplitude)
        reach = 0.5 * part.grid.shape[0] * part.grid.row_spacing
        extent = (-reach, reach, -reach, reach)
        axes.imshow(level, origin="lower", cmap="gray", vmin=white - DYNAMIC_DB, vmax=white, extent=extent)
        axes.plot(*ring.T, color=DOTS, linewidth=1.2)
        axes.set_title(format_utc(image.begin, digits=0))
        axes.set_xlabel("east, m")
    return png_of(figure)


def png_of(figure: "object") -> bytes:
    """Write a figure as a PNG."""
    png = BytesIO()
    figure.savefig(png, dpi=100)  # type: ignore[attr-defined]  # a matplotlib figure, whose import waits
    return png.getvalue()


def picture(words: str, png: bytes) -> str:
    """Put a picture into the page itself."""
    return f'<img alt="{escape(words)}" src="data:image/png;base64,{b64encode(png).decode("ascii")}">'
