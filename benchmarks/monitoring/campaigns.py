"""Ten in a hundred: is a net change at a site of 100 vehicles called, how often wrongly, do intervals hold.

``python benchmarks/monitoring/campaigns.py [--campaigns 200] [--part headline|curve|wrong] [--plot curve.png]``;
README.md beside this file has the method and figures. The truth of a campaign stays with this script: what estimates
is given ``Observed`` alone.
"""

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from site_truth import Observed, World, play

from sidelook.monitoring.change import Change, Question, Verdict, compare
from sidelook.monitoring.settings import StockSettings
from sidelook.monitoring.stock import as_table, follow_site

SEED = 2026
SURE = 0.99
SETTINGS = StockSettings()
HEAD = (
    "| world | true change | campaigns | growing | shrinking | unchanged | undetermined | the same two at 2 % "
    "| stock in its 90 % | change in its 95 % | width of 90 % | detectable "
    "| dots up / down | tally up / down | raw image up / down | CPU s |"
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one campaign: the answer, naive answers beside it (+1, 0, -1), and what was true."""

    change: Change
    held: float
    change_held: bool
    width: float
    naive: tuple[int, int, int]
    true_change: float


def main() -> None:
    """Print a table of each part."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--campaigns", type=int, default=200)
    parser.add_argument("--part", choices=[*PARTS, "all"], default="all")
    parser.add_argument("--plot", type=Path, help="where the power curve is drawn")
    arguments = parser.parse_args()
    for part in PARTS if arguments.part == "all" else [arguments.part]:
        print(f"\n{part}\n\n{HEAD}\n|{'---|' * HEAD.count(' | ')}---|", flush=True)
        for name, world in PARTS[part]:
            print(row(name, world, arguments.campaigns), flush=True)
    print(f"\n{yardstick(World(), 1000)}\n{yardstick(FINE, 1000)}")
    if arguments.plot:
        draw(arguments.plot, arguments.campaigns)


def headline() -> Iterator[tuple[str, World]]:
    """Nothing, a tenth more, a tenth less; and what misleads who counts dots."""
    for change in (0, 10, -10):
        yield "as it comes", World(change=change)
    for change in (0, 10):
        yield "feint of 20 a day", World(change=change, feint=20)
    for change in (0, 10):
        yield "vehicles in the open, fine images", replace(FINE, change=change)


def curve() -> Iterator[tuple[str, World]]:
    """Power against size, ridges, revisit and images."""
    for change in (5, 15, 20, 30):
        yield "size", World(change=change)
    for masked in (0.0, 0.5, 0.75):
        yield f"{masked:.0%} of roads behind a ridge", World(change=10, masked=masked)
    for often in (0.5, 2.0):
        yield f"{often:g} missions a day", World(change=10, missions_per_day=often)
    for images in (0, 1, 6):
        yield f"{images} images a mission", World(change=10, images=images)
    yield "no image, change watched, no ridge", World(change=10, images=0, masked=0.0, watched=1.0)
    for detection in (0.6, 0.75):
        yield f"P_d {detection:g}", World(change=10, detection=detection)
    yield "rotation of 120 a day", World(change=10, rotation=120.0)


def wrong() -> Iterator[tuple[str, World]]:
    """Tell the estimator what is wrong of the world."""
    for change in (0, 10):
        yield "convoys of 8", World(change=change, group=8.0)
        yield "P_d told 10 % too high", World(change=change, detection_bias=1.1)
        yield "P_d told 10 % too low", World(change=change, detection_bias=0.9)
        yield "half behind a ridge not known of", World(change=change, masked=0.5, mask_known=False)
        yield "away for 3 h, not replaced at once", World(change=change, away=3.0)


FINE = World(detection=0.97, detection_spread=0.01, detection_error=0.02, hidden=0.01, clipped=0.0, weather=0.05)
PARTS = {"headline": list(headline()), "curve": list(curve()), "wrong": list(wrong())}


def row(name: str, world: World, campaigns: int) -> str:
    """Play campaigns of one world and say what came of them."""
    began = time.process_time()
    outcomes = [judge(world, number) for number in range(campaigns)]
    took = (time.process_time() - began) / campaigns
    verdicts = np.array([outcome.change.verdict for outcome in outcomes])
    share = [float((verdicts == verdict).mean()) for verdict in (Verdict.GROWING, Verdict.SHRINKING, Verdict.UNCHANGED)]
    strict = np.array([strictly(outcome.change) for outcome in outcomes])
    naive = np.array([outcome.naive for outcome in outcomes])
    means = [np.mean([getattr(outcome, name) for outcome in outcomes]) for name in ("held", "change_held", "width")]
    detectable = np.median([outcome.change.detectable for outcome in outcomes])
    true = np.mean([outcome.true_change for outcome in outcomes])
    cells = [
        name,
        f"{world.change:+d} ({true:+.1f})",
        f"{campaigns}",
        *(f"{part:.3f}" for part in (*share, 1.0 - sum(share))),
        f"{(strict > 0).mean():.3f}, {(strict < 0).mean():.3f}",
        f"{means[0]:.3f}",
        f"{means[1]:.3f}",
        f"{means[2]:.1f}",
        f"{detectable:.1f}",
        *(f"{(way > 0).mean():.2f} / {(way < 0).mean():.2f}" for way in naive.T),
        f"{took:.2f}",
    ]
    return f"| {' | '.join(cells)} |"


def strictly(change: Change) -> int:
    """Call the change by an interval of 98 % in place of 95 %: +1, -1, or 0."""
    if change.verdict is Verdict.UNCHANGED:
        return 0
    return int(change.growing >= SURE) - int(change.shrinking >= SURE)


def judge(world: World, number: int) -> Outcome:
    """Play one campaign, have it estimated, and hold the answer against the truth."""
    seed = np.random.SeedSequence([SEED, number])
    campaign = play(world, np.random.default_rng(seed))
    observed, truth = campaign.observed, campaign.truth
    stock = follow_site(0, observed.flow, observed.images, observed.times, SETTINGS)
    table = as_table(stock, SETTINGS.confidence)
    question = Question(least=0.1 * world.vehicles, false_call_rate=0.05)
    change = compare(stock, observed.before, observed.after, question, np.random.default_rng(number))
    before, after = (np.isin(observed.times, times) for times in (observed.before, observed.after))
    true_change = float(truth[after].mean() - truth[before].mean())
    return Outcome(
        change,
        float(((table.low <= truth) & (truth <= table.high)).mean()),
        bool(change.low <= true_change <= change.high),
        float((table.high - table.low).mean()),
        count_dots(observed, question.least),
        true_change,
    )


def yardstick(world: World, campaigns: int) -> str:
    """Say what means of images before and after show to who knows that nothing else happens."""
    gains = [
        [
            image_gain(play(replace(world, change=change), np.random.default_rng([SEED, number])).observed)
            for number in range(campaigns)
        ]
        for change in (0, 10)
    ]
    null, ten = np.array(gains)
    threshold = np.nanquantile(np.abs(null), 0.95)
    power = np.nanmean(ten > threshold)
    return f"means of images: standard deviation {np.nanstd(null):.1f}, ten more called {power:.2f} at 5 % false calls"


def image_gain(observed: Observed) -> float:
    """Give the difference of the mean corrected counts of all images after and before, by the share that they show."""
    images = observed.images
    number = (images.counted - images.false_alarms) / (images.detection_probability * images.share)
    weight = np.where(images.share < 1.0, 0.1, 1.0)  # a part of the site says little
    late = images.time > 0.5 * (observed.before[-1] + observed.after[0])
    if not late.any() or late.all():
        return float("nan")
    return float(np.average(number[late], weights=weight[late]) - np.average(number[~late], weights=weight[~late]))


def count_dots(observed: Observed, least: float) -> tuple[int, int, int]:
    """Answer as who counts dots: more seen moving; more seen coming than going; more seen in the last image."""
    flow, images = observed.flow, observed.images
    middle = 0.5 * (flow.start + flow.end)
    since = middle > 0.5 * (observed.before[-1] + observed.after[0])
    moving = [float((flow.seen_in + flow.seen_out)[rows].mean()) for rows in (since, ~since)]
    more = moving[0] / max(moving[1], 1e-9)
    tally = int((flow.seen_in - flow.seen_out)[since].sum())
    last = images.time > 0.5 * (observed.before[-1] + observed.after[0])
    raw = int(images.counted[last][-1]) - int(images.counted[~last][-1]) if last.any() and (~last).any() else 0
    return _called(more - 1.0, 0.1), _called(tally, least), _called(raw, least)


def _called(value: float, least: float) -> int:
    return int(value >= least) - int(value <= -least)


def draw(path: Path, campaigns: int) -> None:
    """Draw the share of changes called, by size, for three worlds."""
    import matplotlib as mpl  # noqa: PLC0415 - only where a picture is asked for

    mpl.use("Agg")
    from matplotlib import pyplot as plt  # noqa: PLC0415

    sizes = (0, 5, 10, 15, 20, 30)
    figure, axes = plt.subplots(figsize=(7, 4.5))
    for name, world in (("fine images", FINE), ("as it comes", World()), ("every other day, one image", SPARSE)):
        called = [
            np.mean(
                [
                    judge(replace(world, change=size), number).change.verdict is Verdict.GROWING
                    for number in range(campaigns)
                ]
            )
            for size in sizes
        ]
        axes.plot(sizes, called, marker="o", label=name)
    axes.axhline(0.8, color="grey", linewidth=0.8)
    axes.axhline(0.05, color="grey", linewidth=0.8, linestyle=":")
    axes.set(xlabel="vehicles more, of 100", ylabel="share called growing", ylim=(0.0, 1.0))
    axes.legend()
    figure.tight_layout()
    figure.savefig(path, dpi=110)


SPARSE = World(missions_per_day=0.5, images=1)


if __name__ == "__main__":
    main()
