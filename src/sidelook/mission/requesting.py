"""Requests to a simulated radar: read from a recording, and its answers written down for people."""

from dataclasses import dataclass
from math import degrees
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from sidelook.errors import InputError
from sidelook.mission.opening import CHUNK_SIZE, open_recording, refuse_without_packets
from sidelook.mission.reporting import warn, warn_of_damage
from sidelook.model.collection import JobAnswer, JobRequest, RequestStatus
from sidelook.release import Recipient, release_origins
from sidelook.simulation.scenario.settings import Scenario
from sidelook.timescale import format_utc

if TYPE_CHECKING:
    from sidelook.formats.stanag4607 import Packets
    from sidelook.model.origin import Origin

_MOST_REQUESTS = 100_000


class NoRequestsError(InputError):
    """A recording that should hold job requests holds none, or more than anybody answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The requests of a file.

    Attributes
    ----------
    requests : in the order they were sent
    others : segments of other kinds, passed over
    skipped : bytes in no sound packet
    """

    requests: tuple[JobRequest, ...]
    others: int
    skipped: int


def bring_requests(path: Path | None) -> tuple[JobRequest, ...]:
    """Read the requests of a recording and say what else is in it; none without a recording.

    Raises
    ------
    NoRecordingError, NotARecordingError
    NoRequestsError : there is no job request in it
    UnreadableRequestError : one of them cannot be read
    ReleaseRefusedError : it is marked higher than the simulated recording that will hold the answers
    """
    if path is None:
        return ()
    asked = read_requests_from(path)
    if asked.others:
        warn(f"{path}: {asked.others:,} segments that are no job requests were passed over")
    warn_of_damage(path, asked.skipped)
    return asked.requests


def read_requests_from(path: Path) -> Asked:
    """Read the requests of a recording; errors as of ``bring_requests``."""
    from sidelook.formats.stanag4607 import StreamDecoder  # noqa: PLC0415 - only who has a file of them needs it
    from sidelook.formats.stanag4607.markings import header_origins  # noqa: PLC0415
    from sidelook.formats.stanag4607.tasking import read_requests  # noqa: PLC0415

    decoder = StreamDecoder()
    requests: list[JobRequest] = []
    origins: dict[Origin, None] = {}

    def take(packets: "Packets") -> None:
        requests.extend(read_requests(packets))
        origins.update(dict.fromkeys(header_origins(packets, path.name)))
        if len(requests) > _MOST_REQUESTS:
            message = f"{path} holds more than {_MOST_REQUESTS:,} job requests; give the radar fewer"
            raise NoRequestsError(message)

    with open_recording(path) as stream:
        while data := stream.read(CHUNK_SIZE):
            take(decoder.feed(data))
        take(decoder.flush())
    refuse_without_packets(str(path), decoder.counters.packets)
    if not requests:
        message = f"{path} holds no job request (segment 101) among its {decoder.counters.segments:,} segments"
        raise NoRequestsError(message)
    # Answers repeat what was asked: they are marked as the simulation is, and may hold nothing that is marked higher.
    release_origins(origins, Recipient(name="an UNCLASSIFIED simulation"), str(path)).refuse_if_withheld()
    return Asked(
        requests=tuple(requests),
        others=decoder.counters.segments - len(requests),
        skipped=decoder.counters.skipped_octets,
    )


def requests_of(scenario: Scenario, given: tuple[JobRequest, ...], day: int) -> tuple[JobRequest, ...]:
    """Choose the requests of one mission: the scenario's, asked in each, and of those given what falls on its day.

    Those given for no time, or for before the first mission, are the first one's.
    """
    from sidelook.simulation.scenario.asking import make_requests  # noqa: PLC0415 - the command line is quick to help

    since = scenario.begins(day) if day else 0
    until = scenario.begins(day + 1) if day + 1 < scenario.days else None
    given = tuple(each for each in given if since <= each.earliest and (until is None or each.earliest < until))
    return (*make_requests(scenario.requests, scenario.begins(day)), *given)


class AnswerBook:
    """Notes what the radar answered, and when.

    Parameters
    ----------
    requests : of the mission
    """

    def __init__(self, requests: tuple[JobRequest, ...]) -> None:
        self.requests = len(requests)
        self.rows: list[dict[str, Any]] = []
        self.granted = 0

    def note(self, answers: tuple[JobAnswer, ...], given: int) -> None:
        """Take note of answers given at a time, ns UTC."""
        self.rows += [_row(answer, given) for answer in answers]
        self.granted += sum(answer.granted for answer in answers)

    def write(self, path: Path) -> None:
        """Write the answers as JSON; nothing where nobody asked."""
        if self.requests:
            path.write_bytes(msgspec.json.format(msgspec.json.encode(self.rows)) + b"\n")


def _row(answer: JobAnswer, given: int) -> dict[str, Any]:
    asked = answer.request
    return {
        "given": format_utc(given),
        "requestor": asked.requestor,
        "task": asked.task,
        "nationality": asked.nationality,
        "cancel": asked.cancel,
        "mode": asked.mode,
        "earliest": format_utc(asked.earliest),
        "status": RequestStatus(answer.status).name.lower(),
        "reason": answer.reason,
        "job": answer.job,
        "priority": answer.priority,
        "start": format_utc(answer.start) if answer.start else None,
        "duration_s": answer.duration,
        "revisit_s": answer.revisit,
        "corners_deg": [[degrees(latitude), degrees(longitude)] for latitude, longitude in answer.corners],
        "simulated": True,
    }
