"""After a stop: what was acknowledged but not sealed is decoded again, and a mission may go on."""

from dataclasses import dataclass

from sidelook.archive import Archive, MissionSummary
from sidelook.mission.base import Base
from sidelook.mission.chain import Chain
from sidelook.mission.checkpoint import CheckpointError
from sidelook.mission.dwelling import Dwelling
from sidelook.mission.keeping import Keeper

DATAGRAM_SOURCE = "udp://"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed:
    """A mission taken up again, or begun.

    Attributes
    ----------
    chain : as it was after the last byte that is kept
    keeper : of the mission
    source : name that goes with its raw bytes; empty where there are none
    octets : raw bytes kept so far
    last : number of the last raw record
    """

    chain: Chain
    keeper: Keeper
    source: str
    octets: int = 0
    last: int = 0


def unfinished(archive: Archive) -> tuple[MissionSummary, ...]:
    """List the missions that were not ended."""
    return tuple(mission for mission in archive.missions() if mission.live)


def first_source(archive: Archive, mission: int) -> str:
    """Give the name that goes with a mission's first raw bytes; empty where there are none."""
    return next((record.source for record in archive.raw(mission)), "")


def resume(archive: Archive, mission: int, base: Base) -> Resumed:
    """Take a mission up again: decode what was sealed to learn the stream's context, and the tail for its rows.

    Raises
    ------
    StorageError
        Where the archive cannot be read.
    """
    keeper = Keeper(writer=archive.resume_mission(mission), settings=base.settings.archive, log=base.log)
    tail = keeper.writer.recover()
    source = first_source(archive, mission)
    chain = Chain(
        dwelling=Dwelling(source=source, datagrams=source.startswith(DATAGRAM_SOURCE)),
        tell=base.log.info,
        roads=base.roads,
    )
    octets = number = recovered = 0
    for record in archive.raw(mission):
        octets, number = octets + len(record.data), record.number
        if number <= tail.sealed_through:
            chain.dwelling.feed([record.data])
            continue
        if not recovered:
            load(chain, tail.checkpoint, base)
        keeper.take(chain.feed([record.data]))
        recovered += 1
    if not recovered:
        load(chain, tail.checkpoint, base)
    base.log.info("mission taken up again", mission=mission, pieces_decoded_again=recovered)
    return Resumed(chain=chain, keeper=keeper, source=source, octets=octets, last=number)


def load(chain: Chain, checkpoint: bytes, base: Base) -> None:
    """Put the tracker back to where it was; where that cannot be read, tracks begin anew and the log says so."""
    try:
        chain.load(checkpoint)
    except CheckpointError as error:
        base.log.error("tracks begin anew", reason=str(error))  # noqa: TRY400 - it says why


def close_unfinished(archive: Archive, keep: int | None, base: Base) -> None:
    """Recover and end every unfinished mission but one that will go on."""
    for mission in unfinished(archive):
        if mission.mission != keep:
            resumed = resume(archive, mission.mission, base)
            resumed.keeper.take(resumed.chain.cut())
            resumed.keeper.end(base.clock.now())
