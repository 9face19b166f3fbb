"""History over REST: missions, blocks of a window, activity, the life of one track."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import degrees
from typing import Any, Protocol

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sidelook import __version__
from sidelook.archive import Activity, Box, KeptTruth, Looks, MissionSummary, NotKeptError, TrackHistory, Window
from sidelook.console.access import Access
from sidelook.console.blocks import (
    COLUMNS,
    Kind,
    encode_dwells,
    encode_formations,
    encode_looks,
    encode_plots,
    encode_tracks,
)
from sidelook.console.board import Board, Mode, identify
from sidelook.console.images import Gallery
from sidelook.console.outgoing import release_groups, release_looks, release_table, release_truth
from sidelook.console.query import (
    BlockQuery,
    MomentQuery,
    TruthQuery,
    read_bins,
    read_block_query,
    read_mission,
    read_moment_query,
    read_track,
    read_truth_query,
)
from sidelook.console.truth import encode_truth
from sidelook.errors import StorageError
from sidelook.model.formation import FormationTable
from sidelook.model.tracks import TrackTable
from sidelook.release import Recipient, highest_marking
from sidelook.timescale import NANOSECONDS_PER_MILLISECOND

BINARY = "application/octet-stream"
PATIENCE = 60.0  # s a request waits for a window that a recording has not been worked through to
NOT_YET = "the recording has not been worked through that far yet; it goes on, ask again"
FINAL = {"cache-control": "private, max-age=3600, immutable"}
PASSING = {"cache-control": "no-store"}


class NotYetError(StorageError):
    """The recording has not been worked through that far; asking again later helps."""


class Picture(Gallery, Protocol):
    """What the console can ask about the past; an archive is one.

    Whatever names a mission raises ``NotKeptError`` where there is none of that number.
    """

    def missions(self) -> tuple[MissionSummary, ...]:
        """List the missions."""
        ...

    def dwells(
        self, mission: int, window: Window | None = None, box: Box | None = None, *, brief: bool = False
    ) -> Looks:
        """Give the dwells of a window, with plots inside the box."""
        ...

    def tracks(
        self, mission: int, window: Window | None = None, box: Box | None = None, *, brief: bool = False
    ) -> TrackTable:
        """Give states of tracks, by time."""
        ...

    def formations(self, mission: int, window: Window | None = None, box: Box | None = None) -> FormationTable:
        """Give states of formations, by time."""
        ...

    def truth(self, mission: int, window: Window | None = None, box: Box | None = None) -> KeptTruth:
        """Give the truth kept with a simulated recording, by time."""
        ...

    def track_history(self, mission: int, track: int) -> TrackHistory:
        """Give the whole life of a track."""
        ...

    def activity(self, mission: int, bins: int, window: Window | None = None) -> Activity:
        """Count over time."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """The handlers of ``/api/...``.

    Attributes
    ----------
    picture : answers about the past
    board : says what is still being filled
    access : in whose name rows are released
    """

    picture: Picture
    board: Board
    access: Access

    async def hello(self, _: Request) -> Response:
        """Say what this server is and how its blocks are laid out."""
        missions = await asyncio.to_thread(self.picture.missions)
        answer = {
            "version": __version__,
            "token_needed": True,
            "mode": self.board.mode,
            "missions": [identify(mission.mission) for mission in missions],
            "tables": {kind.name.lower(): COLUMNS[kind] for kind in Kind},
        }
        return JSONResponse(answer, headers=PASSING)

    async def missions(self, _: Request) -> Response:
        """List the missions, as far as the archive has them; the one of this run comes last, for the page opens it."""
        found = await asyncio.to_thread(self.picture.missions)
        missions = sorted(found, key=lambda mission: mission.mission == self.board.mission)
        return JSONResponse(
            [self.describe(m) for m in map(self.foresee, missions) if m.begin is not None], headers=PASSING
        )

    def foresee(self, mission: MissionSummary) -> MissionSummary:
        """Say of a recording that is still worked through what it will hold."""
        outlook = self.board.expected(mission.mission)
        if outlook is None:
            return mission
        return replace(
            mission,
            begin=int(outlook.time[0]),
            end=int(outlook.time[-1]),
            box=outlook.box,
            plots=int(outlook.plot_count.sum()),
            dwells=len(outlook.time),
            revisit=outlook.revisit,
            simulated=outlook.simulated,
        )

    def describe(self, mission: MissionSummary) -> Mapping[str, Any]:
        """Say a mission as the page reads it."""
        box, marking = mission.box, highest_marking(mission.origins)
        return {
            "id": identify(mission.mission),
            "mission": identify(mission.mission),
            "name": mission.name,
            "begin_ms": to_milliseconds(mission.begin),
            "end_ms": to_milliseconds(mission.end),
            "live": mission.mission == self.board.mission and self.board.mode is Mode.LIVE,
            "complete": not mission.live,
            "simulated": mission.simulated,
            "box": box and [degrees(side) for side in (box.west, box.south, box.east, box.north)],
            "plots": mission.plots,
            "dwells": mission.dwells,
            "tracks": mission.tracks,
            "revisit_s": mission.revisit,
            "truth": mission.truth_rows > 0,
            "images": mission.images,
            "marking": {"text": marking.text, "level": marking.level},
        }

    async def blocks(self, request: Request) -> Response:
        """Give the rows of a window; one still being filled is waited for, and said to be passing if it is not."""
        query = read_block_query(request.query_params)
        final = await self.board.wait_filled(query.mission, query.window[1], PATIENCE)
        if not final and self.board.mode is Mode.FILE:
            raise NotYetError(NOT_YET)
        body = await asyncio.to_thread(fetch_blocks, self.picture, query, self.access.recipient)
        return Response(body, media_type=BINARY, headers=FINAL if final else PASSING)

    async def moment(self, request: Request) -> Response:
        """Give what the picture of one moment is made of, as blocks; not while a recording is not there yet."""
        query = read_moment_query(request.query_params)
        if self.board.mode is Mode.FILE and not self.board.filled(query.mission, query.trails[1]):
            raise NotYetError(NOT_YET)
        parts = (fetch_recent_looks, fetch_recent_tracks)
        # Reading and decompressing let go of the interpreter, so that two threads are faster than one.
        bodies = [asyncio.to_thread(fetch, self.picture, query, self.access.recipient) for fetch in parts]
        return Response(b"".join(await asyncio.gather(*bodies)), media_type=BINARY, headers=PASSING)

    async def activity(self, request: Request) -> Response:
        """Count plots and dwells over the mission, for the timeline."""
        mission, bins = read_mission(request.query_params), read_bins(request.query_params)
        outlook = self.board.expected(mission)
        activity = outlook.activity(bins) if outlook else await asyncio.to_thread(self.picture.activity, mission, bins)
        answer = {
            "begin_ms": activity.begin / NANOSECONDS_PER_MILLISECOND,
            "bin_ms": activity.width / NANOSECONDS_PER_MILLISECOND,
            "plots": activity.plots.tolist(),
            "dwells": activity.dwells.tolist(),
        }
        return JSONResponse(answer, headers=PASSING)

    async def truth(self, request: Request) -> Response:
        """Give where the entities of a simulation are at a moment, and what the radar made of them."""
        query = read_truth_query(request.query_params)
        body = await asyncio.to_thread(fetch_truth, self.picture, query, self.access.recipient)
        return Response(body, media_type=BINARY, headers=PASSING)

    async def track(self, request: Request) -> Response:
        """Give the whole life of a track and the plots behind it."""
        mission, track = read_mission(request.query_params), read_track(request.query_params)
        body = await asyncio.to_thread(fetch_track, self.picture, mission, track, self.access.recipient)
        return Response(body, media_type=BINARY, headers=PASSING)


def fetch_blocks(picture: Picture, query: BlockQuery, recipient: Recipient) -> bytes:
    """Read, release and encode the rows of a window."""
    parts = []
    if query.kinds & {Kind.DWELLS, Kind.PLOTS}:
        looks = release_looks(picture.dwells(query.mission, query.window, query.box, brief=True), recipient)
        parts += [encode_dwells(looks.dwells)] if Kind.DWELLS in query.kinds else []
        parts += [encode_plots(looks)] if Kind.PLOTS in query.kinds else []
    if Kind.TRACKS in query.kinds:
        tracks = picture.tracks(query.mission, query.window, query.box, brief=True)
        parts += [encode_tracks(release_table(tracks, recipient))]
    if Kind.FORMATIONS in query.kinds:
        formations = picture.formations(query.mission, query.window, query.box)
        parts += [encode_formations(release_groups(formations, recipient))]
    return b"".join(parts)


def fetch_recent_looks(picture: Picture, query: MomentQuery, recipient: Recipient) -> bytes:
    """Read, release and encode the looks that have not faded at a moment."""
    return encode_looks(release_looks(picture.dwells(query.mission, query.looks, brief=True), recipient))


def fetch_recent_tracks(picture: Picture, query: MomentQuery, recipient: Recipient) -> bytes:
    """Read, release and encode the trails of a moment, whose ends are where tracks are."""
    tracks = release_table(picture.tracks(query.mission, query.trails, brief=True), recipient)
    formations = release_groups(picture.formations(query.mission, query.trails), recipient)
    return encode_tracks(tracks) + encode_formations(formations)


def fetch_truth(picture: Picture, query: TruthQuery, recipient: Recipient) -> bytes:
    """Read, release and encode truth at the end of a window."""
    return encode_truth(release_truth(picture.truth(query.mission, query.window), recipient))


def fetch_track(picture: Picture, mission: int, track: int, recipient: Recipient) -> bytes:
    """Read, release and encode the life of a track; NotKeptError where nothing of it may be shown."""
    history = picture.track_history(mission, track)
    looks, tracks = release_looks(history.looks, recipient), release_table(history.tracks, recipient)
    if not len(looks.dwells) and not len(tracks):
        message = f"mission {mission} has no track {track}"
        raise NotKeptError(message)
    return encode_looks(looks) + encode_tracks(tracks)


def to_milliseconds(time: int | None) -> float | None:
    """Turn ns UTC into Unix milliseconds."""
    return None if time is None else time / NANOSECONDS_PER_MILLISECOND
