"""Tracks about a moment: from an archive, or from a file that ``sidelook track`` wrote."""

from pathlib import Path

from sidelook.archive import Archive
from sidelook.errors import InputError, UsageError
from sidelook.model.tracks import TrackTable
from sidelook.release import OPERATOR_HERE, release_tracks
from sidelook.timescale import NANOSECONDS_PER_SECOND, format_utc

AROUND = 600 * NANOSECONDS_PER_SECOND  # to either side of the moment
TABLES = (".parquet", ".arrow")


class NoTracksError(UsageError):
    """There are no tracks where they were looked for, or none at that time; the text says which."""


def tracks_about(place: Path, moment: int) -> TrackTable:
    """Read the states of tracks within ten minutes of a moment, those that the operator may see.

    Parameters
    ----------
    place : folder of an archive, whose last mission that holds the moment is taken; or a file of tracks
    moment : ns UTC

    Raises
    ------
    NoTracksError, InputError, StorageError, ReleaseRefusedError
    """
    table = _from_archive(place, moment) if place.is_dir() else _from_file(place)
    near = (table.time >= moment - AROUND) & (table.time <= moment + AROUND)
    released, decision = release_tracks(table.take(near), OPERATOR_HERE)
    decision.refuse_if_withheld()
    if not len(released):
        message = f"{place} holds no tracks within ten minutes of {format_utc(moment)}, when the image was taken"
        raise NoTracksError(message)
    return released


def _from_archive(folder: Path, moment: int) -> TrackTable:
    with Archive.open(folder, "read") as archive:
        held = [
            one.mission
            for one in archive.missions()
            if one.begin is not None and one.end is not None and one.begin <= moment <= one.end
        ]
        if not held:
            message = f"no mission of {folder} was flown at {format_utc(moment)}, when the image was taken"
            raise NoTracksError(message)
        return archive.tracks(max(held), (moment - AROUND, moment + AROUND))


def _from_file(path: Path) -> TrackTable:
    import pyarrow as pa  # noqa: PLC0415 - heavy, where it is wanted
    import pyarrow.parquet as pq  # noqa: PLC0415 - likewise

    from sidelook.formats.tables import tracks_from_table  # noqa: PLC0415 - likewise

    if path.suffix.lower() not in TABLES:
        message = f"{path} is no archive and ends in none of {', '.join(TABLES)}: write one by sidelook track -o"
        raise NoTracksError(message)
    try:
        if path.suffix.lower() == TABLES[0]:
            return tracks_from_table(pq.read_table(path))
        with path.open("rb") as stream, pa.ipc.open_file(stream) as reader:
            return tracks_from_table(reader.read_all())
    except FileNotFoundError as error:
        message = f"there is no {path}"
        raise NoTracksError(message) from error
    except (OSError, pa.ArrowException) as error:
        message = f"{path} holds no table that can be read ({error}): write it again by sidelook track -o"
        raise InputError(message) from error
    except InputError as error:
        message = f"{path}: {error}"
        raise InputError(message) from error
