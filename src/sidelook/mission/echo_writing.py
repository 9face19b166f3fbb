"""Echoes from files to CPHD, no image formed: what other programs form images of."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import degrees
from pathlib import Path

from sidelook.errors import UsageError
from sidelook.mission.image_reading import Sayings, centred, read_histories, timed
from sidelook.mission.image_writing import written_beside
from sidelook.mission.remote import Source
from sidelook.mission.reporting import answer, marking_words
from sidelook.model.echoes import PhaseHistory
from sidelook.model.origin import Classification
from sidelook.release import OPERATOR_HERE, highest_marking, release_origins

ECHOES = ".cphd"
NOWHERE = (0.0, 0.0)
"""Degrees; where a scene is put that has no place on earth and is given none: on the equator, in the sea."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EchoReport:
    """What was written.

    Attributes
    ----------
    output : the file; ``pulses``, ``frequencies`` : of its echoes
    centre_frequency_ghz, bandwidth_mhz : of them
    latitude, longitude : of the scene reference, degrees; ``placed`` : how that is known
    simulated, marking : as of the input
    """

    output: str
    pulses: int
    frequencies: int
    centre_frequency_ghz: float
    bandwidth_mhz: float
    latitude: float
    longitude: float
    placed: str
    simulated: bool
    marking: str


def convert_echoes(inputs: Sequence[Source], output: Path, said: Sayings, *, autofocus: bool, as_json: bool) -> None:
    """Write phase histories as one CPHD, beside its place first.

    Parameters
    ----------
    inputs : files of phase history, in the order they are joined
    output : to write
    said : what they do not say; without a place the scene lies at ``NOWHERE``
    autofocus : apply the motion solution that came along
    as_json : answer with JSON

    Raises
    ------
    UsageError, InputError, StorageError, ReleaseRefusedError
    """
    from sidelook.formats.cphd import write_cphd  # noqa: PLC0415 - a second, where it is wanted

    history = read_histories(inputs, said, autofocus=autofocus)
    refuse_untold(history, "a CPHD")
    release_origins([history.origin], OPERATOR_HERE, "echoes").refuse_if_withheld()
    placed = "as said" if said.centre is not None else "as read" if history.frame is not None else "nowhere: not said"
    history = timed(history if history.frame is not None else centred(history, NOWHERE))
    with written_beside(output, "writing echoes") as written, written.open("wb") as file:
        write_cphd(history, file)
    report = report_of(history, output, placed)
    answer(report, in_words(report), as_json=as_json)


def refuse_untold(history: PhaseHistory, what: str, *, owner: bool = False) -> None:
    """Refuse, before the work, to write of echoes what lacks something it must say; whose marking it bears too."""
    missing = ["begin=2008-03-01T12:00:00Z"] if history.begin is None else []
    missing += ["marking=UNCLASSIFIED"] if history.origin.classification is Classification.UNREAD else []
    missing += ["owner=DEU"] if owner and not history.origin.nationality else []
    if missing:
        message = f"the input does not say what {what} must: add {' '.join(f'--say {word}' for word in missing)}"
        raise UsageError(message)
    if owner:
        from sidelook.formats.sidd_marking import refuse_unsayable  # noqa: PLC0415 - a second, where it is wanted

        refuse_unsayable(history.origin)


def report_of(history: PhaseHistory, output: Path, placed: str) -> EchoReport:
    """Say what was written."""
    frame = history.frame
    assert frame is not None  # noqa: S101 - one without a place has been given one
    return EchoReport(
        output=str(output),
        pulses=len(history),
        frequencies=history.samples.shape[1],
        centre_frequency_ghz=round(history.centre_frequency / 1e9, 4),
        bandwidth_mhz=round(history.bandwidth / 1e6, 2),
        latitude=round(degrees(frame.latitude), 6),
        longitude=round(degrees(frame.longitude), 6),
        placed=placed,
        simulated=history.origin.simulated,
        marking=highest_marking([history.origin]).text,
    )


def in_words(report: EchoReport) -> str:
    """Say it for people."""
    return (
        f"{report.output}: {report.pulses:,} pulses with {report.frequencies:,} frequencies at "
        f"{report.centre_frequency_ghz:g} GHz ({report.bandwidth_mhz:g} MHz)\n"
        f"scene at {report.latitude:.6f}, {report.longitude:.6f} ({report.placed})\n"
        f"{marking_words(report.marking, simulated=report.simulated)}"
    )
