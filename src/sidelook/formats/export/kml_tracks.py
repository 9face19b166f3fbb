"""KML of tracks: each track a ``gx:Track`` that moves as the time slider does."""

from collections.abc import Iterator
from typing import BinaryIO

import numpy as np

from sidelook.formats.export.kml import ENDING, escape_xml, opening
from sidelook.formats.export.lineage import Lineage
from sidelook.formats.export.text import as_text, degree_text
from sidelook.formats.tables import tracks_table
from sidelook.formats.tables.columns import CLASSIFICATION_NAMES, TARGET_CLASS_NAMES
from sidelook.model.tracks import TrackTable


def write_tracks_kml(stream: BinaryIO, tracks: TrackTable) -> None:
    """Write a document with one placemark a track, in order of track number.

    Nothing is drawn between or beyond the states the table holds.

    Parameters
    ----------
    stream : open for writing bytes
    tracks : states in any order
    """
    lineage = Lineage()
    lineage.add(tracks_table(tracks))
    stream.write(opening(lineage).encode())
    stream.writelines(_placemark(states).encode() for states in _each_track(tracks))
    stream.write(ENDING.encode())


def _each_track(tracks: TrackTable) -> Iterator[TrackTable]:
    """Give the states of one track after another, each in order of time."""
    order = np.lexsort((tracks.time, tracks.track))
    starts = np.flatnonzero(np.diff(tracks.track[order])) + 1
    if len(order):
        yield from (tracks.take(rows) for rows in np.split(order, starts))


def _placemark(states: TrackTable) -> str:
    """Write one track, states in order of time."""
    times = as_text(tracks_table(states).column("time"), escape_xml).to_pylist()
    longitudes, latitudes = (
        degree_text(np.degrees(angle)).to_pylist() for angle in (states.longitude, states.latitude)
    )
    when = "".join(f"<when>{time}</when>" for time in times)
    # Heights are over the ellipsoid and KML's over the geoid: the symbols are put on the ground instead.
    places = "".join(f"<gx:coord>{x} {y} 0</gx:coord>" for x, y in zip(longitudes, latitudes, strict=True))
    style = "#simulated" if _simulated(states) else "#reported"
    return (
        f"<Placemark><name>{states.track[0]}</name><styleUrl>{style}</styleUrl>{_data(states)}"
        f"<gx:Track><altitudeMode>clampToGround</altitudeMode>{when}{places}</gx:Track></Placemark>\n"
    )


def _simulated(states: TrackTable) -> bool:
    return bool(states.simulated.any()) or any(states.origins[i].simulated for i in set(states.origin))


def _data(states: TrackTable) -> str:
    origins = [states.origins[i] for i in sorted(set(states.origin))]
    values = {
        "classification": CLASSIFICATION_NAMES[max(origin.classification for origin in origins)],
        "simulated": _simulated(states),
        "source": ", ".join(sorted({origin.source for origin in origins})),
        "target_class": TARGET_CLASS_NAMES[states.target_class[-1]],
        "plot_count": states.plot_count[-1],
    }
    data = (f'<Data name="{name}"><value>{escape_xml(str(value))}</value></Data>' for name, value in values.items())
    return f"<ExtendedData>{''.join(data)}</ExtendedData>"
