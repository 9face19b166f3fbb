"""What every ``sidelook monitor`` question stands on: missions, places, time, terrain; and a note of who asked."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sidelook.archive import Archive, AuditEntry, MissionSummary, NotKeptError, Window, note_question
from sidelook.errors import StorageError, UsageError
from sidelook.formats.places import read_places
from sidelook.mission.reporting import warn
from sidelook.model.origin import Origin
from sidelook.model.places import Places, Rules
from sidelook.release import OPERATOR_HERE, highest_marking, release_origins
from sidelook.timescale import SystemClock, parse_utc

PLACES_NOTE = "places"
ROADS = (".pbf", ".osm", ".geojson", ".json")
WHOLE_DAY = 10  # characters of a date


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of an archive.

    Attributes
    ----------
    archive : its folder
    places : file of places; those kept in the archive where none is given
    missions : numbers; all where none is given
    during : UTC, as written, BEGIN/END; everything where not given
    ground : elevation tiles, or a scenario, that tell what terrain hides; roads that cross the places
    as_json : answer with JSON
    """

    archive: Path
    places: Path | None = None
    missions: tuple[int, ...] = ()
    during: str | None = None
    ground: tuple[Path, ...] = ()
    as_json: bool = False

    @property
    def window(self) -> Window | None:
        """Of time that is asked about; None for everything."""
        if self.during is None:
            return None
        begin, slash, end = self.during.partition("/")
        if not slash:
            message = f"--during {self.during!r} is no time span: write BEGIN/END, UTC, as in 2026-05-04/2026-05-06"
            raise UsageError(message)
        window = read_time(begin), read_time(end)
        if not window[0] < window[1]:
            message = f"--during {self.during}: {end} is not after {begin}"
            raise UsageError(message)
        return window

    @property
    def roads(self) -> Path | None:
        """The file of roads among the ground, if one is."""
        return next((path for path in self.ground if path.suffix in ROADS), None)

    @property
    def terrain(self) -> tuple[Path, ...]:
        """What of the ground tells what hides."""
        return tuple(path for path in self.ground if path.suffix not in ROADS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """How an answer is marked.

    Attributes
    ----------
    marking : in capitals; ``simulated`` : something in it is
    """

    marking: str
    simulated: bool


@contextmanager
def asked(question: Question, subject: str) -> Iterator[tuple[Archive, tuple[MissionSummary, ...]]]:
    """Open the archive that is asked, give it with the missions that are meant, and note the question in its audit log.

    Raises
    ------
    UsageError, StorageError
    """
    with Archive.open(question.archive, "read") as archive:
        missions = chosen(archive, question.missions)
        note(question, subject, missions)
        yield archive, missions


def chosen(archive: Archive, numbers: Sequence[int]) -> tuple[MissionSummary, ...]:
    """Find missions by number, or take all."""
    missions = {one.mission: one for one in archive.missions()}
    if not missions:
        message = f"{archive.folder} holds no mission yet"
        raise UsageError(message)
    for number in numbers:
        if number not in missions:
            message = f"no mission {number} is kept; there are {', '.join(map(str, missions))}"
            raise NotKeptError(message)
    return tuple(missions[number] for number in (numbers or sorted(missions)))


def note(question: Question, subject: str, missions: Sequence[MissionSummary]) -> None:
    """Note who asked what; where the archive cannot be written, say so and answer all the same."""
    detail = {
        "missions": " ".join(str(one.mission) for one in missions),
        "during": question.during or "",
        "places": question.places.name if question.places else "",
    }
    entry = AuditEntry(
        time=SystemClock().now(), actor=OPERATOR_HERE.name, action="query", subject=subject, detail=detail
    )
    try:
        note_question(question.archive, entry)
    except StorageError as error:
        warn(f"this question is not in the audit log: {error}")


def places_of(question: Question, archive: Archive) -> tuple[Places, Rules]:
    """Read the places that are asked about: of the file that is given, else those kept in the archive.

    Raises
    ------
    UsageError : there is no such file, and none are kept
    PlacesError : they cannot be watched
    """
    data = archive.note(PLACES_NOTE) if question.places is None else read_file(question.places)
    if data is None:
        message = "no places are kept in this archive: give a file with --places, or keep one: sidelook monitor sites"
        raise UsageError(message)
    return read_places(data)


def read_file(path: Path) -> bytes:
    """Read a file of places."""
    try:
        return path.read_bytes()
    except OSError as error:
        message = f"cannot read the places in {path}: {error.strerror or error}; give a GeoJSON or KML file"
        raise UsageError(message) from error


def read_time(text: str) -> int:
    """Read a date, or a date and time, ns UTC."""
    try:
        return parse_utc(f"{text}T00:00:00Z" if len(text) == WHOLE_DAY else text)
    except ValueError as error:
        raise UsageError(str(error)) from error


def told(origins: Sequence[Origin], subject: str) -> Told:
    """Release an answer made of data of these origins, whole or not at all.

    Raises
    ------
    ReleaseRefusedError
    """
    release_origins(origins, OPERATOR_HERE, subject).refuse_if_withheld()
    return Told(marking=highest_marking(origins).text, simulated=any(origin.simulated for origin in origins))
