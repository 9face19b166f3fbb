"""``sidelook vehicles``: what stands at a place, found in a radar image of it, and how many that are."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sidelook.errors import UsageError
from sidelook.geometry.frames import enu_to_geodetic
from sidelook.mission.forming import discard_parts
from sidelook.mission.image import ImageOptions, check_output, exists, form, read
from sidelook.mission.image_writing import written_beside
from sidelook.mission.remote import Source
from sidelook.mission.reporting import answer, marking_words
from sidelook.model.image import SarImage
from sidelook.model.vehicles import Vehicles
from sidelook.release import highest_marking
from sidelook.sar.cfar import CellAveraging
from sidelook.sar.speckle import measure_speckle
from sidelook.sar.vehicles import Count, count_interval, find_vehicles

GEOJSON = ".geojson"
DECIMALS = 6  # of degrees, a tenth of a metre: no finer than a vehicle is located


@dataclass(frozen=True, slots=True, kw_only=True)
class CountReport:
    """What was found.

    Attributes
    ----------
    output : the file; ``found`` : things of a vehicle's size in it
    area_km2 : searched
    false_alarms : expected among them at most, over even ground
    detection_probability : of a vehicle, as said; None where nothing was said
    count : of vehicles, with its 90 % interval; None without a probability of detection
    simulated, marking : as of the input
    """

    output: str
    found: int
    area_km2: float
    false_alarms: float
    detection_probability: float | None
    count: Count | None
    simulated: bool
    marking: str


def report_vehicles(
    inputs: Sequence[Source],
    output: Path,
    options: ImageOptions,
    detection_probability: float | None,
    *,
    overwrite: bool = False,
    as_json: bool = False,
) -> None:
    """Find the vehicles that stand in an image, or in one formed of echoes, and write them as GeoJSON.

    Parameters
    ----------
    inputs : files of phase history, or one image
    output : .geojson
    options : how the image is formed
    detection_probability : of a vehicle, such as the benchmark measured at its contrast; without it nothing is said
        of how many there are beyond those found
    overwrite : replace a file that is there
    as_json : answer with JSON

    Raises
    ------
    UsageError, InputError, StorageError, ReleaseRefusedError
    """
    check_output(output, overwrite=overwrite, known=(GEOJSON,))
    if detection_probability is not None and not 0.0 < detection_probability <= 1.0:
        message = f"--detection {detection_probability:g} is no probability of a vehicle: give 0.9 or so"
        raise UsageError(message)
    image = (read(inputs, options) if exists(inputs) else form(inputs, output, options)).image
    vehicles, _ = find_vehicles(image, held_against(image))
    write_geojson(vehicles, output)
    discard_parts(output)
    report = CountReport(
        output=str(output),
        found=len(vehicles),
        area_km2=round(vehicles.area / 1e6, 6),
        false_alarms=round(vehicles.false_alarms, 3),
        detection_probability=detection_probability,
        count=counted(vehicles, detection_probability),
        simulated=vehicles.origin.simulated,
        marking=highest_marking([vehicles.origin]).text,
    )
    answer(report, in_words(report), as_json=as_json)


def held_against(image: SarImage) -> CellAveraging:
    """Give settings for the speckle that an image has; that of real ground is rougher than one look's, as measured."""
    speckle = measure_speckle(image)
    return CellAveraging(looks=speckle.looks, independent_share=speckle.independent_share)


def counted(vehicles: Vehicles, detection_probability: float | None) -> Count | None:
    """Count, where it is known how likely a vehicle is found."""
    if detection_probability is None:
        return None
    return count_interval(
        len(vehicles), detection_probability=detection_probability, false_alarms=vehicles.false_alarms
    )


def write_geojson(vehicles: Vehicles, output: Path) -> None:
    """Write one point a vehicle (RFC 7946), marking and lineage with them, beside its place first."""
    members = {
        "source": vehicles.origin.source,
        "simulated": vehicles.origin.simulated,
        "marking": highest_marking([vehicles.origin]).text,
        "area_km2": round(vehicles.area / 1e6, 6),
        "false_alarms": round(vehicles.false_alarms, 3),
    }
    collection = {"type": "FeatureCollection", "features": features(vehicles), "sidelook": members}
    with written_beside(output, "writing vehicles") as written:
        written.write_text(json.dumps(collection), encoding="utf-8")


def features(vehicles: Vehicles) -> list[dict[str, Any]]:
    """Give each as a feature, strongest first."""
    assert vehicles.frame is not None  # noqa: S101 - forming has asked for a place, and what is read has one
    places = np.stack([vehicles.east, vehicles.north, np.zeros(len(vehicles))], axis=-1)
    latitude, longitude, _ = (np.degrees(part) for part in enu_to_geodetic(places, vehicles.frame))
    names = ("east_error", "north_error", "length", "width")
    return [
        {
            "type": "Feature",
            "geometry": {
                "type": "Point",
                "coordinates": [round(float(longitude[k]), DECIMALS), round(float(latitude[k]), DECIMALS)],
            },
            "properties": {f"{name}_m": round(float(getattr(vehicles, name)[k]), 1) for name in names}
            | {"strength_db": round(float(vehicles.strength_db[k]), 1)},
        }
        for k in range(len(vehicles))
    ]


def in_words(report: CountReport) -> str:
    """Say it for people."""
    many = (
        f"vehicles standing: {report.count.likely:.0f}, 90 % {report.count.low} to {report.count.high}, where one "
        f"in view is found with a probability of {report.detection_probability:g}"
        if report.count is not None
        else "how many there are is not said without --detection, the probability that one in view is found"
    )
    return (
        f"{report.output}: {report.found} things of a vehicle's size in {report.area_km2:.4g} km2, of them "
        f"{report.false_alarms:.2g} false at most over even ground\n{many}\n"
        f"{marking_words(report.marking, simulated=report.simulated)}"
    )
