"""Truth that lies beside a simulated recording: kept with the mission, so that the page can show it."""

from pathlib import Path

from structlog.typing import FilteringBoundLogger

from sidelook.errors import InputError, StorageError
from sidelook.mission.keeping import Keeper
from sidelook.model.origin import Origin, protection

RECORDING, TRUTH = "recording.4607", "truth.parquet"


def truth_beside(recording: Path) -> Path | None:
    """Find the truth that ``sidelook simulate`` wrote with a recording; None where there is none."""
    if not recording.name.endswith(RECORDING):
        return None
    path = recording.with_name(recording.name.removesuffix(RECORDING) + TRUTH)
    return path if path.is_file() else None


def truth_origin(name: str, origins: tuple[Origin, ...]) -> Origin:
    """Give truth the highest marking of the recording it tells about: nothing else says what marking it has.

    Parameters
    ----------
    name : of the file
    origins : of the recording, at least one
    """
    highest = max(origins, key=protection)
    return Origin(
        source=name,
        classification=highest.classification,
        system=highest.system,
        codes=highest.codes,
        codes_read=highest.codes_read,
        nationality=highest.nationality,
        simulated=True,
        exercise=highest.exercise,
    )


def keep_truth(path: Path, origin: Origin, keeper: Keeper, log: FilteringBoundLogger) -> int:
    """Put truth into a mission that has just begun, block by block; one that cannot be read is said and left out.

    Returns
    -------
    rows kept
    """
    from sidelook.formats.truth.parquet import read_looks  # noqa: PLC0415 - most recordings have no truth

    rows = 0
    try:
        with path.open("rb") as stream:
            for looks in read_looks(stream):
                keeper.writer.append_truth(looks, origin)
                keeper.writer.seal(through=0)
                rows += len(looks)
    except (InputError, StorageError, OSError) as error:
        log.warning("truth beside the recording is not kept", file=path.name, reason=str(error))
    else:
        log.info("truth beside the recording is kept, and the page can show it", file=path.name, rows=rows)
    return rows
