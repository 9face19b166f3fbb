"""Tables of ADS-B positions as truth of aircraft."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sidelook.formats.truth.arrow import Rows, Source, csv_rows, parquet_rows
from sidelook.formats.truth.classes import class_of_emitter
from sidelook.formats.truth.gathering import Batch, Gatherer, ImportSettings
from sidelook.formats.truth.layouts import Layout, TimeKind
from sidelook.formats.truth.table import positions, times
from sidelook.geometry.wgs84 import geodetic_to_ecef
from sidelook.model.columns import Flags, Floats, Octets
from sidelook.model.plots import TargetClass
from sidelook.model.truth import TruthSamples

_FOOT = 0.3048
_NEIGHBOURS = ((1, 1), (1, 2), (2, 1))  # samples before and after that a sample is compared with


def _layout(positions: tuple[str, str], time: tuple[str, TimeKind], height: str, *, metres: float = 1.0) -> Layout:
    latitude, longitude = positions
    return Layout(
        time=time[0],
        time_kind=time[1],
        identity="icao24",
        latitude=latitude,
        longitude=longitude,
        height=height,
        metres=metres,
        above_geoid=True,
        height_needed=True,
        kind="category",
    )


#: Known sets of columns: metres with units in the names; state vectors of the OpenSky Network (Unix seconds, metres);
#: feet as the Python package ``traffic`` keeps them. All three heights are barometric.
ADSB_LAYOUTS = (
    _layout(("lat", "lon"), ("time_utc", TimeKind.MOMENTS), "alt_m"),
    _layout(("lat", "lon"), ("time", TimeKind.SECONDS), "baroaltitude"),
    _layout(("latitude", "longitude"), ("timestamp", TimeKind.MOMENTS), "altitude", metres=_FOOT),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AdsbRules:
    """What cannot be an aircraft.

    Attributes
    ----------
    lowest, highest : altitudes outside are outliers, m
    fastest : over ground, m/s
    steepest : climb or descent, m/s
    slack, slack_height : of what is reported, m: what an aircraft may have moved beyond ``fastest`` and ``steepest``
    passes : how often neighbours are compared; of outliers side by side each pass takes one
    """

    lowest: float = -500.0
    highest: float = 20_000.0
    fastest: float = 400.0
    steepest: float = 100.0
    slack: float = 500.0
    slack_height: float = 100.0
    passes: int = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class AircraftTruth:
    """Aircraft as ADS-B told.

    Attributes
    ----------
    samples : sorted by aircraft and time; gaps are left to who flies them
    incomplete : rows dropped as time, address, position or altitude was missing
    outliers : rows dropped by the rules
    barometric : True: heights are pressure altitudes of the standard atmosphere, which differ from true heights by
        hundreds of metres with the weather; an undulation given was added all the same
    """

    samples: TruthSamples
    incomplete: int
    outliers: int
    barometric: bool = True


_DEFAULTS, _RULES = ImportSettings(), AdsbRules()


def read_adsb_parquet(source: Source, settings: ImportSettings = _DEFAULTS, rules: AdsbRules = _RULES) -> AircraftTruth:
    """Read a table of ADS-B positions in Parquet.

    Parameters
    ----------
    source : of the file; its columns are one of ``ADSB_LAYOUTS``: a time, ``icao24``, position, barometric altitude,
        and where known the emitter ``category``
    settings : how to read it
    rules : a sample is an outlier where its altitude is out of bounds, or where it is out of reach of a sample before
        and of one after it that are within reach of one another; the next is compared, and on either side the next
        but one, so up to two outliers in a row are found

    Returns
    -------
    truth, with the counts of what was dropped

    Raises
    ------
    TruthError : damaged, without a needed column, or too long
    """
    return _gather(parquet_rows(source, ADSB_LAYOUTS, settings.most_samples), settings, rules)


def read_adsb_csv(source: Source, settings: ImportSettings = _DEFAULTS, rules: AdsbRules = _RULES) -> AircraftTruth:
    """Read a table of ADS-B positions in CSV, also packed with gzip; see ``read_adsb_parquet``."""
    return _gather(csv_rows(source, ADSB_LAYOUTS), settings, rules)


def _gather(batches: Iterable[Rows], settings: ImportSettings, rules: AdsbRules) -> AircraftTruth:
    gatherer = Gatherer(replace(settings, convoys=False))
    read = complete = outside = 0
    for rows in batches:
        batch = _batch(rows)
        read, complete = read + len(rows), complete + len(batch)
        inside = (batch.height >= rules.lowest) & (batch.height <= rules.highest)
        outside += int((~inside).sum())
        height = settings.on_ellipsoid(batch.latitude, batch.longitude, batch.height)
        if inside.any():
            gatherer.add(replace(batch, height=height).take(inside))
    samples = gatherer.samples()
    kept = without_spikes(samples, rules)
    outliers = outside + int((~kept).sum())
    return AircraftTruth(samples=samples.take(kept), incomplete=read - complete, outliers=outliers)


def _batch(rows: Rows) -> Batch:
    """Read the rows in which nothing is missing; heights are still above the geoid."""
    layout = rows.layout
    code, _ = rows.words(layout.identity)
    latitude, longitude, height = (rows.numbers(n) for n in (layout.latitude, layout.longitude, layout.height))
    complete = (code >= 0) & np.isfinite(height) & (np.abs(latitude) <= 90.0) & (np.abs(longitude) <= 180.0)  # noqa: PLR2004
    kept = rows.kept(complete & np.asarray(rows.columns[layout.time].is_valid()))
    name, names = kept.words(layout.identity)
    latitude, longitude = positions(kept)
    return Batch(
        name=name,
        names=[word or "" for word in names],
        time=times(kept, 0),
        latitude=latitude,
        longitude=longitude,
        height=kept.numbers(layout.height) * layout.metres,
        target_class=_classes(kept),
        formation=np.full(len(kept), -1, np.int32),
    )


def _classes(rows: Rows) -> Octets:
    name = rows.layout.kind
    if name not in rows.columns:
        return np.full(len(rows), TargetClass.FIXED_WING, np.uint8)
    code, words = rows.words(name)
    return np.array([*map(class_of_emitter, words), TargetClass.FIXED_WING], np.uint8)[code]


def without_spikes(samples: TruthSamples, rules: AdsbRules) -> Flags:
    """Tell which samples stay when outliers are taken out.

    Parameters
    ----------
    samples : sorted by entity and time
    rules : what cannot be an aircraft

    Returns
    -------
    (N,) True for those that stay; an aircraft's first and last sample always do
    """
    position = geodetic_to_ecef(samples.latitude, samples.longitude, samples.height)
    kept = np.arange(len(samples))
    for _ in range(rules.passes):
        spike = _spikes(samples, position, kept, rules)
        if not spike.any():
            break
        kept = kept[~spike]
    flags = np.zeros(len(samples), np.bool_)
    flags[kept] = True
    return flags


def _spikes(samples: TruthSamples, position: Floats, kept: NDArray[np.int64], rules: AdsbRules) -> Flags:
    """(K,) True where a sample is out of reach of one before and one after, which are within reach of one another.

    Of several side by side only the first goes: without it the others may be sound.
    """
    spike = np.zeros(len(kept), np.bool_)
    for back, on in _NEIGHBOURS:
        middle = slice(back, len(kept) - on)
        before, here, after = kept[: len(kept) - on - back], kept[middle], kept[back + on :]
        apart = ~(
            _reachable(samples, position, (before, here), rules) | _reachable(samples, position, (here, after), rules)
        )
        one = samples.row[before] == samples.row[after]
        spike[middle] |= one & apart & _reachable(samples, position, (before, after), rules)
    spike[1:] &= ~spike[:-1]
    return spike


def _reachable(
    samples: TruthSamples, position: Floats, pair: tuple[NDArray[np.int64], NDArray[np.int64]], rules: AdsbRules
) -> Flags:
    start, end = pair
    elapsed = (samples.time[end] - samples.time[start]) * 1e-9
    moved = np.linalg.norm(position[end] - position[start], axis=-1)
    climbed = np.abs(samples.height[end] - samples.height[start])
    near: Flags = moved <= rules.fastest * elapsed + rules.slack
    level: Flags = climbed <= rules.steepest * elapsed + rules.slack_height
    return near & level
