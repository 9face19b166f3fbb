"""``sidelook monitor stock`` and ``compare``: how many vehicles are at sites, and what changed there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sidelook.archive import Archive, MissionSummary, Window
from sidelook.errors import UsageError
from sidelook.mission.monitor import Question, Told, asked, places_of, read_time, told
from sidelook.mission.monitor_flow import watch
from sidelook.mission.reporting import answer, marking_words
from sidelook.mission.site_images import Detection, count_in_images
from sidelook.model.columns import Integers
from sidelook.model.flow import EVERY_CLASS, Direction, FlowTable
from sidelook.model.places import PlaceKind, Places
from sidelook.model.stock import FlowObservation, ImageCount, StockBasis
from sidelook.monitoring.change import Change, compare, trend
from sidelook.monitoring.change import Question as Asked
from sidelook.monitoring.flow import FlowMeter, FlowSettings, Watched
from sidelook.monitoring.settings import StockSettings
from sidelook.monitoring.stock import SiteStock, as_table, follow_site
from sidelook.monitoring.withdrawal import Announcement, Withdrawal, find_withdrawal
from sidelook.timescale import format_utc

MOST_SPREAD = 0.05  # of a probability of detection, where nothing is said
SEED = 1  # of the paths that are drawn: the same archive gives the same answer
BASIS = {
    StockBasis.NOTHING: "nothing seen near it",
    StockBasis.FLOW: "crossings",
    StockBasis.IMAGE: "images",
    StockBasis.BOTH: "crossings and images",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Counting:
    """How vehicles are counted in images: not at all where ``detection`` is None.

    Attributes
    ----------
    detection : probability that one standing in view is found, such as the benchmark tells for resolution and strength
    error : standard deviation of that; None for half of what is missed, and no more than 0.05
    """

    detection: float | None = None
    error: float | None = None

    def __post_init__(self) -> None:
        """Refuse what is no probability."""
        if self.detection is not None and not (0.0 < self.detection <= 1.0 and 0.0 <= self.spread < 1.0):
            message = f"--detection {self.detection:g} is no probability that a vehicle is found: give 0.9 or so"
            raise UsageError(message)

    @property
    def spread(self) -> float:
        """Standard deviation of the probability: near one it cannot be wide."""
        if self.error is not None:
            return self.error
        return MOST_SPREAD if self.detection is None else min(MOST_SPREAD, 0.5 * (1.0 - self.detection))


@dataclass(frozen=True, slots=True, kw_only=True)
class StockRow:
    """Vehicles at a site at a time.

    Attributes
    ----------
    site : its name; ``time`` : UTC, the end of a mission
    mean, low, high : vehicles, 90 %
    basis : what was seen near that time, in words
    """

    site: str
    time: str
    mean: float
    low: int
    high: int
    basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StockReport:
    """How many vehicles are at sites.

    Attributes
    ----------
    missions : numbers
    rows : sites in order, each with its times
    hours, images : of flow, and counts in images, that it rests on
    simulated, marking : of all of it
    """

    missions: tuple[int, ...]
    rows: tuple[StockRow, ...]
    hours: int
    images: int
    simulated: bool
    marking: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRow:
    """What changed at a site.

    Attributes
    ----------
    site : its name; ``verdict`` : growing, unchanged, shrinking or undetermined
    mean, low, high : vehicles more, with the interval that decides
    detectable : vehicles, the smallest change that would have been shown in four cases of five
    growing, shrinking, unchanged : probabilities: of more, of fewer, of a change smaller than was asked about
    reason : in words
    withdrawal : yes, no or undetermined, where one was announced; and why
    """

    site: str
    verdict: str
    mean: float
    low: float
    high: float
    detectable: float
    growing: float
    shrinking: float
    unchanged: float
    reason: str
    withdrawal: str | None
    withdrawal_reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeReport:
    """What changed at sites, ``before`` against ``after``, UTC; the first third of all missions against the last."""

    missions: tuple[int, ...]
    before: str
    after: str
    rows: tuple[ChangeRow, ...]
    simulated: bool
    marking: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Periods:
    """What is compared.

    Attributes
    ----------
    spans : before and after, UTC, BEGIN/END as written; none for the first and last third of all missions
    least : vehicles, the smallest change that is asked about
    announced : vehicles that were to leave between the two; None where none were
    """

    spans: tuple[str, ...] = ()
    least: float = 10.0
    announced: int | None = None

    def __post_init__(self) -> None:
        """Refuse half a comparison."""
        if len(self.spans) not in (0, 2):
            message = (
                "give --period twice, before and after, or not at all: the first third of the missions, and the last"
            )
            raise UsageError(message)
        if self.announced is not None and not self.spans:
            message = "a withdrawal that was announced lies between two times: give --period twice"
            raise UsageError(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """What was seen of all sites.

    Attributes
    ----------
    places : of which sites are asked about
    table : their flow, hour by hour
    flow, images : of the sites, numbered by row of the places
    ends : of the missions, ns UTC, ascending
    terrain_known : it is known what terrain hides
    told : marking of all of it
    """

    places: Places
    table: FlowTable
    flow: FlowObservation
    images: ImageCount
    ends: Integers
    terrain_known: bool
    told: Told


def report_stock(question: Question, counting: Counting) -> None:
    """Say how many vehicles were at each site at the end of each mission.

    Raises
    ------
    UsageError, InputError, StorageError, ReleaseRefusedError
    """
    with asked(question, "monitor stock") as (archive, missions):
        seen = observe(question, archive, missions, counting)
    rows = []
    for site, stock in followed(seen, seen.ends):
        table = as_table(stock, StockSettings().confidence)
        rows += [
            StockRow(
                site=seen.places.name(site),
                time=format_utc(int(table.time[row]), digits=0),
                mean=round(float(table.mean[row]), 1),
                low=int(table.low[row]),
                high=int(table.high[row]),
                basis=BASIS[StockBasis(int(table.basis[row]))],
            )
            for row in range(len(table))
        ]
    report = StockReport(
        missions=tuple(one.mission for one in missions),
        rows=tuple(rows),
        hours=len(seen.flow),
        images=len(seen.images),
        simulated=seen.told.simulated,
        marking=seen.told.marking,
    )
    answer(report, stock_words(report, counting), as_json=question.as_json)


def report_changes(question: Question, counting: Counting, periods: Periods) -> None:
    """Say what changed at each site.

    Raises
    ------
    UsageError, InputError, StorageError, ReleaseRefusedError
    """
    with asked(question, "monitor compare") as (archive, missions):
        seen = observe(question, archive, missions, counting)
    first, last = chosen_ends(seen.ends, periods)
    rows = []
    for site, stock in followed(seen, seen.ends):
        rng = np.random.default_rng(SEED)
        wanted = Asked(least=periods.least)
        change = compare(stock, first, last, wanted, rng) if periods.spans else trend(stock, wanted, rng)
        rows.append(change_row(seen.places.name(site), change, withdrawal_of(stock, periods, (first, last))))
    report = ChangeReport(
        missions=tuple(one.mission for one in missions),
        before=span_words(first),
        after=span_words(last),
        rows=tuple(rows),
        simulated=seen.told.simulated,
        marking=seen.told.marking,
    )
    answer(report, change_words(report), as_json=question.as_json)


def observe(question: Question, archive: Archive, missions: Sequence[MissionSummary], counting: Counting) -> Observed:
    """See what an archive tells of sites: crossings of their edges, and what stands in images of them."""
    places, _ = places_of(question, archive)
    if not (places.kind == PlaceKind.SITE).any():
        message = "no place is a site: stock is asked of closed places, of the kind site"
        raise UsageError(message)
    meter, watched = watch(question, archive, missions, places, FlowSettings())
    return gather(archive, missions, counting, question.window, (meter, watched))


def gather(
    archive: Archive,
    missions: Sequence[MissionSummary],
    counting: Counting,
    window: Window | None,
    seen: tuple[FlowMeter, Sequence[Watched]],
) -> Observed:
    """Put together what crossed the edges of sites that were watched, and what stands in images of them."""
    meter, watched = seen
    table = meter.count(watched, None)
    images = ImageCount.empty(origins=())
    if counting.detection is not None:
        detection = Detection(probability=counting.detection, error=counting.spread)
        images = count_in_images(archive, missions, meter.places, detection, window)
    ends = [one.end for one in missions if one.end is not None and within_window(one.end, window)]
    if not ends:
        message = "no mission ended in that time: leave --during out, or widen it"
        raise UsageError(message)
    return Observed(
        places=meter.places,
        table=table,
        flow=as_observation(table, meter.places, [(one.begin, one.end) for one in watched]),
        images=images,
        ends=np.unique(np.array(ends, np.int64)),
        terrain_known=meter.terrain,
        told=told((*table.origins, *images.origins), "monitor stock"),
    )


def contents_at(seen: Observed, spans: Mapping[int, tuple[int, int, int]]) -> dict[int, tuple[float, float]]:
    """Give how many vehicles were in sites, 90 %, at the end of the last mission within a time.

    Parameters
    ----------
    spans : by any key: row of the site among the places, begin and end of the time, half open, ns UTC

    Returns
    -------
    by the same keys; none where nothing was seen of the site, or no mission ended then
    """
    stocks = dict(followed(seen, seen.ends))
    found = {}
    for key, (site, begin, end) in spans.items():
        ends = seen.ends[(seen.ends >= begin) & (seen.ends < end)]
        if site in stocks and len(ends):
            table = as_table(stocks[site], StockSettings().confidence)
            row = int(np.flatnonzero(table.time == ends[-1])[0])
            if table.basis[row] != StockBasis.NOTHING:
                found[key] = (float(table.low[row]), float(table.high[row]))
    return found


def within_window(time: int, window: Window | None) -> bool:
    """Tell whether a time is asked about."""
    return window is None or window[0] <= time < window[1]


def as_observation(table: FlowTable, places: Places, flown: Sequence[tuple[int, int]]) -> FlowObservation:
    """Give the crossings of sites, in and out side by side, one row a site and hour.

    An hour is cut to what of it the one mission in it watched, so that who crosses after its end is not in it.

    Parameters
    ----------
    flown : first and last look of each mission, ns UTC
    """
    mine = table.take((table.target_class == EVERY_CLASS) & (places.kind[table.place] == PlaceKind.SITE))
    into, out = (mine.take(mine.direction == way) for way in (Direction.IN, Direction.OUT))
    orders = [np.lexsort((part.begin, part.place)) for part in (into, out)]
    into, out = (part.take(order) for part, order in zip((into, out), orders, strict=True))
    start, end = cut_to(into.begin, into.end, flown)
    # The exposure is a mean over the whole span, and is nought beside the mission.
    longer = (into.end - into.begin) / (end - start)
    return FlowObservation(
        site=into.place,
        start=start,
        end=end,
        seen_in=into.seen,
        seen_out=out.seen,
        exposure_in=np.clip(into.exposure * longer, 0.0, 1.0),
        exposure_out=np.clip(out.exposure * longer, 0.0, 1.0),
        origin=into.origin,
        origins=into.origins,
    )


def cut_to(begin: Integers, end: Integers, flown: Sequence[tuple[int, int]]) -> tuple[Integers, Integers]:
    """Cut spans of time to the mission in them, where there is one alone; ends are half open."""
    first, last = np.array(flown, np.int64).reshape(-1, 2).T
    inside = (first < end[:, None]) & (last >= begin[:, None])
    alone = inside.sum(axis=1) == 1
    which = inside.argmax(axis=1) if len(flown) else np.zeros(len(begin), np.int64)
    if not alone.any():
        return begin, end
    start = np.where(alone, np.maximum(begin, first[which]), begin)
    stop = np.where(alone, np.minimum(end, last[which] + 1), end)
    return start, stop


def followed(seen: Observed, times: Integers) -> list[tuple[int, SiteStock]]:
    """Follow the stock of each site that anything was seen of."""
    sites = np.union1d(seen.flow.site, seen.images.site).tolist()
    return [(site, follow_site(site, seen.flow, seen.images, times, StockSettings())) for site in sites]


def chosen_ends(ends: Integers, periods: Periods) -> tuple[Integers, Integers]:
    """Give the ends of the missions before and after."""
    if not periods.spans:
        third = max(1, len(ends) // 3)
        return ends[:third], ends[-third:]
    chosen = []
    for text in periods.spans:
        begin, slash, end = text.partition("/")
        if not slash:
            message = f"--period {text} is no time span: write BEGIN/END, UTC, as in 2026-05-04/2026-05-06"
            raise UsageError(message)
        inside = ends[(ends >= read_time(begin)) & (ends < read_time(end))]
        if not len(inside):
            message = f"--period {text}: no mission ended then; missions ended {span_words(ends)}"
            raise UsageError(message)
        chosen.append(inside)
    return chosen[0], chosen[1]


def withdrawal_of(stock: SiteStock, periods: Periods, ends: tuple[Integers, Integers]) -> Withdrawal | None:
    """Say whether an announced withdrawal was seen between two periods."""
    if periods.announced is None:
        return None
    announced = Announcement(number=periods.announced, begin=int(ends[0][-1]), end=int(ends[1][0]))
    return find_withdrawal(stock, announced, np.random.default_rng(SEED))


def change_row(name: str, change: Change, withdrawal: Withdrawal | None) -> ChangeRow:
    """Spell a change."""
    return ChangeRow(
        site=name,
        verdict=change.verdict.name.lower(),
        mean=round(change.mean, 1),
        low=round(change.low, 1),
        high=round(change.high, 1),
        detectable=round(change.detectable, 1),
        growing=round(change.growing, 3),
        shrinking=round(change.shrinking, 3),
        unchanged=round(change.smaller, 3),
        reason=change.reason,
        withdrawal=None if withdrawal is None else withdrawal.answer.name.lower(),
        withdrawal_reason=None if withdrawal is None else withdrawal.reason,
    )


def span_words(times: Integers) -> str:
    """Say from when to when."""
    first, last = (format_utc(int(time), digits=0) for time in (times[0], times[-1]))
    return first if first == last else f"{first} to {last}"


def stock_words(report: StockReport, counting: Counting) -> str:
    """Say it for people."""
    lines = ["  at (UTC)                vehicles, 90 %   expected   rests on"]
    name = ""
    for row in report.rows:
        if row.site != name:
            lines.append(row.site)
            name = row.site
        span = f"{row.low} to {row.high}"
        lines.append(f"  {row.time[:16].replace('T', ' '):<20} {span:>17}   {row.mean:>8.1f}   {row.basis}")
    lines.append(f"of {report.hours:,} hours at edges and {report.images:,} counts in images")
    if counting.detection is None:
        lines.append("images are not counted without --detection: the probability that a vehicle in view is found")
    lines.append(marking_words(report.marking, simulated=report.simulated))
    return "\n".join(lines)


def change_words(report: ChangeReport) -> str:
    """Say it for people."""
    lines = [f"from {report.before}, to {report.after}"]
    for row in report.rows:
        lines.append(f"{row.site}: {row.verdict}; {row.reason}")
        if row.withdrawal is not None:
            lines.append(f"  announced withdrawal seen: {row.withdrawal}; {row.withdrawal_reason}")
    return "\n".join([*lines, marking_words(report.marking, simulated=report.simulated)])
