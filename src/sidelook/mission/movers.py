"""``sidelook movers``: where a radar image shows the vehicles that were tracked then, and whose a smear may be."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sidelook.errors import InputError
from sidelook.geometry.frames import LocalFrame, geodetic_to_enu, local_axes
from sidelook.geometry.terrain import HeightGrid
from sidelook.mission.describing import describe, ground_about
from sidelook.mission.geocode import Relief
from sidelook.mission.image import check_output
from sidelook.mission.image_reading import read_centre
from sidelook.mission.image_writing import written_beside
from sidelook.mission.mover_features import features_of
from sidelook.mission.remote import Source
from sidelook.mission.reporting import answer, marking_words
from sidelook.mission.track_reading import NoTracksError, tracks_about
from sidelook.model.image import Aperture, PlaneGrid
from sidelook.model.movers import ShownMovers
from sidelook.model.tracks import TrackTable
from sidelook.release import highest_marking
from sidelook.sar.looking import look_in
from sidelook.sar.movers import Moving, Scene, fit, show_movers
from sidelook.timescale import NANOSECONDS_PER_SECOND, format_utc
from sidelook.tracking.smoothing import NotThereError, between, smooth, whereabouts

if TYPE_CHECKING:
    from sidelook.formats.sicd_reading import Sicd

GEOJSON = ".geojson"
MOST_WANDERING = 0.05  # of the aperture, that the middles of its pixels may be apart: in a strip map each has its own
POINTED = 5.0  # m, standard deviation of a place that was pointed at, and two pixels at least
MOST_MISFIT = 3.5  # standard deviations: of a hundred right tracks one third of one lies farther away
MOST_LINES = 20  # of those in question, for people; all are in the JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A track that a smear may be of.

    Attributes
    ----------
    track : number
    share : probability that it is this one, if it is one of the tracks and all were alike before
    misfit : of the place asked about from where the track is shown, standard deviations
    shift_m, shift_error_m : that it is shown ahead along the antenna's path of where it is
    smear_m : length that it is drawn out
    radial_speed_kmh : away from the antenna
    """

    track: int
    share: float
    misfit: float
    shift_m: float
    shift_error_m: float
    smear_m: float
    radial_speed_kmh: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MoversReport:
    """What came out.

    Attributes
    ----------
    output : the file
    time : of the middle of the aperture, UTC; ``aperture_s`` : its length
    tracks : held then; ``shown`` : of these within the image
    candidates : for the place asked about, the likeliest first; None where none was asked about
    simulated, marking : as of image and tracks together
    """

    output: str
    time: str
    aperture_s: float
    tracks: int
    shown: int
    candidates: tuple[Candidate, ...] | None
    simulated: bool
    marking: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """When and whence an image was taken.

    Attributes
    ----------
    frame, grid, aperture : of the image
    moment : middle of its aperture, ns UTC
    """

    frame: LocalFrame
    grid: PlaneGrid
    aperture: Aperture
    moment: int


def report_movers(
    image: Source,
    tracks: Path,
    output: Path,
    relief: Relief | None,
    at: str = "",
    *,
    overwrite: bool = False,
    as_json: bool = False,
) -> None:
    """Show tracks where a SICD shows their vehicles.

    Parameters
    ----------
    image : a SICD
    tracks : folder of an archive, or a file of tracks
    output : .geojson: where each is, where it is shown, how it is drawn out, and with what error
    relief : elevation tiles: then places are those of ``sidelook geocode``; without, those of ``sidelook image``
    at : ``LAT,LON`` of a smear: whose may it be?
    overwrite : replace a file that is there
    as_json : answer with JSON

    Raises
    ------
    UsageError, InputError, StorageError, ReleaseRefusedError
    """
    check_output(output, overwrite=overwrite, known=(GEOJSON,))
    place = read_centre(at)
    sicd = describe(image)
    shot = shot_of(sicd)
    table = tracks_about(tracks, shot.moment)
    moving = moving_at(table, shot)
    tiles = None if relief is None else relief.read(shot.frame)
    shown = show_movers(moving, scene_of(shot, tiles))
    origins = [sicd.origin, *table.origins]
    marking = highest_marking(origins).text
    simulated = sicd.origin.simulated or bool(table.simulated.any())
    members = {"time": format_utc(shot.moment), "marking": marking, "simulated": simulated}
    collection = {"type": "FeatureCollection", "features": features_of(shown, shot.frame), "sidelook": members}
    with written_beside(output, "writing movers") as written:
        written.write_text(json.dumps(collection), encoding="utf-8")
    report = MoversReport(
        output=str(output),
        time=format_utc(shot.moment),
        aperture_s=round(float(shot.aperture.time[-1] - shot.aperture.time[0]), 3),
        tracks=len(shown),
        shown=int(shown.inside.sum()),
        candidates=None if place is None else candidates_for(shown, place, shot, tiles),
        simulated=simulated,
        marking=marking,
    )
    answer(report, in_words(report), as_json=as_json)


def shot_of(sicd: "Sicd") -> Shot:
    """Say when and whence a SICD was taken.

    Raises
    ------
    InputError
        where it was taken by two antennas, or is a strip map: its pixels were not taken together
    """
    from sidelook.formats.sicd_reading import map_view  # noqa: PLC0415 - a second, where it is wanted

    view = map_view(sicd)
    look_in(view.aperture, source=sicd.name)
    assert view.aperture is not None  # noqa: S101 - looked at just now
    time = view.aperture.time
    if view.wanders > MOST_WANDERING * float(time[-1] - time[0]):
        message = (
            f"{sicd.name} is a strip map, whose places were looked at one after another, up to {view.wanders:.1f} s "
            "apart: movers are shown in spotlight images only"
        )
        raise InputError(message)
    middle = round(0.5 * float(time[0] + time[-1]) * NANOSECONDS_PER_SECOND)
    return Shot(frame=view.frame, grid=view.grid, aperture=view.aperture, moment=view.begin + middle)


def moving_at(table: TrackTable, shot: Shot) -> Moving:
    """Say where tracks were and how they moved when an image was taken, all that came later taken into account.

    Raises
    ------
    NoTracksError
        where no track has plots before and after
    """
    names, states, covariances = [], [], []
    moment = np.array([shot.moment], np.int64)
    for name in np.unique(table.track):
        try:
            course = smooth(table.take(table.track == name))
            there = whereabouts(course, moment)
        except NotThereError:  # begun later, or lost before
            continue
        latitude, longitude = float(there.latitude[0]), float(there.longitude[0])
        turn = (shot.frame.axes @ local_axes(latitude, longitude).T)[:2, :2]
        place = geodetic_to_enu(latitude, longitude, shot.frame.height, shot.frame)
        both = np.kron(np.eye(2), turn)
        names.append(int(name))
        states.append([*place[:2], *(turn @ there.velocity[0])])
        covariances.append(both @ between(course, shot.moment)[1] @ both.T)
    if not names:
        message = (
            f"no track has plots before and after {format_utc(shot.moment)}, when the image was taken: where a vehicle "
            "was is not guessed"
        )
        raise NoTracksError(message)
    return Moving(track=np.array(names), state=np.array(states), covariance=np.array(covariances))


def scene_of(shot: Shot, tiles: HeightGrid | None) -> Scene:
    """Give what the image shows: on its plane, or on the ground."""
    if tiles is None:
        return Scene(grid=shot.grid, aperture=shot.aperture)
    ground, heights = ground_about(shot.frame, tiles)
    return Scene(grid=shot.grid, aperture=shot.aperture, ground=ground, heights=heights)


def candidates_for(
    shown: ShownMovers, place: tuple[float, float], shot: Shot, tiles: HeightGrid | None
) -> tuple[Candidate, ...]:
    """Say which tracks a smear at latitude and longitude, degrees, may be of, the likeliest first."""
    latitude, longitude = np.radians(place)
    height = shot.frame.height if tiles is None else float(tiles.height_at(latitude, longitude))
    east, north, _ = geodetic_to_enu(latitude, longitude, np.nan_to_num(height), shot.frame)
    away, density = fit(shown, float(east), float(north), max(POINTED, 2.0 * shot.grid.row_spacing))
    near = [k for k in np.argsort(-density) if away[k] <= MOST_MISFIT]
    whole = max(float(np.nansum(density)), np.finfo(float).tiny)
    return tuple(
        Candidate(
            track=int(shown.track[k]),
            share=round(float(density[k]) / whole, 3),
            misfit=round(float(away[k]), 2),
            shift_m=round(float(shown.shift[k]), 1),
            shift_error_m=round(float(shown.shift_error[k]), 1),
            smear_m=round(float(shown.smear[k]), 1),
            radial_speed_kmh=round(3.6 * float(shown.radial_speed[k]), 1),
        )
        for k in near
    )


def in_words(report: MoversReport) -> str:
    """Say it for people."""
    held = f"{report.tracks:,} tracks at {report.time}, {report.shown:,} shown in the image of {report.aperture_s:g} s"
    lines = [f"{report.output}: {held}"]
    if report.candidates is not None:
        lines += [candidate_in_words(one) for one in report.candidates[:MOST_LINES]] or [
            f"no track is shown within {MOST_MISFIT:g} sigma of that place"
        ]
    lines.append(marking_words(report.marking, simulated=report.simulated))
    return "\n".join(lines)


def candidate_in_words(one: Candidate) -> str:
    """Say it for people."""
    shift = f"shown {one.shift_m:g} m (+- {one.shift_error_m:g}) along the flight from where it is"
    return (
        f"track {one.track}: {one.share:.0%} if it is one of these, {one.misfit:g} sigma off; {shift}, "
        f"{one.smear_m:g} m long, {one.radial_speed_kmh:g} km/h away from the radar"
    )
