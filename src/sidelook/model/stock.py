"""Vehicles at a site over time: what was seen crossing its cordon, what images showed, and how many there are."""

from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar

import numpy as np

from sidelook.model.columns import Columnar, Floats, Indices, Integers, Octets
from sidelook.model.origin import Origin


class StockBasis(IntEnum):
    """What a number of vehicles rests on, near its time."""

    NOTHING = 0
    FLOW = 1
    IMAGE = 2
    BOTH = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowObservation(Columnar):
    """Crossings of sites' cordons that were counted, one row a site and span of time.

    Attributes
    ----------
    site : (N,) number of the site
    start, end : (N,) of the span, ns UTC; spans of one site do not overlap, and between them nothing was watched
    seen_in, seen_out : (N,) crossings counted
    exposure_in, exposure_out : (N,) chance that a crossing in that span was counted, 0..1; 0: nothing could be seen
    origin : (N,) row of ``origins``
    """

    site: Indices
    start: Integers
    end: Integers
    seen_in: Indices
    seen_out: Indices
    exposure_in: Floats
    exposure_out: Floats
    origin: Indices
    origins: tuple[Origin, ...]

    DTYPES: ClassVar = {
        "site": np.int32,
        "start": np.int64,
        "end": np.int64,
        "seen_in": np.int32,
        "seen_out": np.int32,
        "exposure_in": np.float64,
        "exposure_out": np.float64,
        "origin": np.int32,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageCount(Columnar):
    """Vehicles counted in images of sites, one row an image; images seconds apart are one row, they hide the same.

    Attributes
    ----------
    site : (N,) number of the site
    time : (N,) of the image, ns UTC
    counted : (N,) things of a vehicle's size within the site
    detection_probability : (N,) that a vehicle standing in what was seen of the site is counted, above 0
    detection_error : (N,) its standard deviation
    false_alarms : (N,) expected among those counted
    share : (N,) of the site that the image shows, above 0 and up to 1
    origin : (N,) row of ``origins``
    """

    site: Indices
    time: Integers
    counted: Indices
    detection_probability: Floats
    detection_error: Floats
    false_alarms: Floats
    share: Floats
    origin: Indices
    origins: tuple[Origin, ...]

    DTYPES: ClassVar = {
        "site": np.int32,
        "time": np.int64,
        "counted": np.int32,
        "detection_probability": np.float64,
        "detection_error": np.float64,
        "false_alarms": np.float64,
        "share": np.float64,
        "origin": np.int32,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class StockTable(Columnar):
    """Vehicles at sites over time, one row a site and moment.

    Attributes
    ----------
    site : (N,) number of the site
    time : (N,) of the number, ns UTC
    mean : (N,) expected number of vehicles
    low, high : (N,) between which, themselves included, it lies with 90 %
    basis : (N,) ``StockBasis``: what was seen of the site near that time; all of the campaign bears on the number
    origin : (N,) row of ``origins``: the most protected one behind the site, simulated where any is
    """

    site: Indices
    time: Integers
    mean: Floats
    low: Indices
    high: Indices
    basis: Octets
    origin: Indices
    origins: tuple[Origin, ...]

    DTYPES: ClassVar = {
        "site": np.int32,
        "time": np.int64,
        "mean": np.float64,
        "low": np.int32,
        "high": np.int32,
        "basis": np.uint8,
        "origin": np.int32,
    }
