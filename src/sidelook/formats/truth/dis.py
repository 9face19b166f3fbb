"""Entity states of DIS (IEEE 1278.1) as truth."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np

from sidelook.formats.truth.arrow import Source, opened
from sidelook.formats.truth.classes import classes_of_platforms
from sidelook.formats.truth.errors import TruthError
from sidelook.formats.truth.gathering import Batch, Gatherer, ImportSettings
from sidelook.formats.truth.pdus import EntityStateDecoder, EntityStates, PduCounts
from sidelook.geometry.wgs84 import ecef_to_geodetic
from sidelook.model.columns import Flags, Floats, Integers
from sidelook.model.truth import TruthSamples

#: A sender repeats the state of an entity at least this often, s; one not heard of for 2.4 times as long is gone
#: (IEEE 1278.1, HBT_PDU_ES and HBT_TIMEOUT_MPLIER): ``longest_gap`` of trajectories.
HEARTBEAT = 5.0
LONGEST_GAP = 12.0

_CHUNK = 1024 * 1024
_HOUR = 3_600 * 10**9
_UNIT = _HOUR / (2**31 - 1)  # IEEE 1278.1-1995, 5.2.31: one hour equals 2^31 - 1
_PLATFORM = 1
_DOMAINS = (1, 2, 3)  # land, air, surface of water
_LOWEST, _HIGHEST = 6.34e6, 6.48e6  # from the centre of the earth, m: below any ground, above any aircraft
_LONGEST = 366 * 24 * _HOUR
_DEFAULTS = ImportSettings()


@dataclass(frozen=True, slots=True, kw_only=True)
class DisTruth:
    """Platforms as DIS told.

    Attributes
    ----------
    samples : sorted by entity and time; names are ``site:application:entity``
    counts : PDUs that came, were skipped, or were damaged
    passed_over : states of what is no platform on land, on water or in the air: munitions, persons, sensors...
    misplaced : states whose position is no number or nowhere near the ground
    """

    samples: TruthSamples
    counts: PduCounts
    passed_over: int
    misplaced: int


def read_dis(source: Source, settings: ImportSettings = _DEFAULTS, *, strict: bool = False) -> DisTruth:
    """Read a stream of PDUs one after another, as they are kept in a file, also packed with gzip.

    Parameters
    ----------
    source : of the PDUs
    settings : ``start`` is a time within half an hour of the first PDU, as PDUs name only the time since the hour;
        a sender whose clock is relative is taken to begin at the time that the stream has reached
    strict : raise over damage instead of counting it

    Returns
    -------
    samples; a state holds until the next, so a platform that moves uniformly is sent only each ``HEARTBEAT``

    Raises
    ------
    TruthError : strict and damaged, too many states, times without sense, or damaged gzip
    """
    stream = opened(source)
    try:
        return gather_states(iter(lambda: stream.read(_CHUNK), b""), settings, strict=strict)
    except (OSError, EOFError) as error:
        message = f"the packed data is damaged or cut off: {error}"
        raise TruthError(message) from error


def gather_states(
    pieces: Iterable[bytes], settings: ImportSettings = _DEFAULTS, *, datagrams: bool = False, strict: bool = False
) -> DisTruth:
    """Read pieces of a stream, cut anywhere, or datagrams; see ``read_dis``.

    Parameters
    ----------
    pieces : in order
    settings, strict : as for ``read_dis``
    datagrams : each piece is one, of whole PDUs

    Raises
    ------
    TruthError : as for ``read_dis``
    """
    decoder, clock = EntityStateDecoder(strict=strict), StateClock(start=settings.start)
    gatherer = Gatherer(replace(settings, convoys=False))
    passed_over = misplaced = 0
    feed = decoder.feed_datagram if datagrams else decoder.feed
    for piece in pieces:
        states = feed(piece)
        time = clock.times(states)  # of all: hours are counted by every PDU
        platform, placed = _platforms(states), _placed(states.position)
        passed_over += int((~platform).sum())
        misplaced += int((platform & ~placed).sum())
        if (platform & placed).any():
            gatherer.add(_batch(states.take(platform & placed), time[platform & placed]))
    decoder.close()
    return DisTruth(samples=gatherer.samples(), counts=decoder.counts, passed_over=passed_over, misplaced=misplaced)


@dataclass(slots=True, kw_only=True)
class StateClock:
    """Puts timestamps, which repeat each hour, on the time line.

    Between two PDUs of one sender less than half an hour passes, forwards or backwards.

    Attributes
    ----------
    start : within half an hour of the first PDU, ns UTC
    latest : time that the stream has reached, ns UTC; None before the first PDU
    """

    start: int
    latest: int | None = None
    _last: dict[int, tuple[int, int]] = field(default_factory=dict)

    def times(self, states: EntityStates) -> Integers:
        """Give the times of states, in the order in which they came, (N,) ns UTC.

        Raises
        ------
        TruthError : they lead more than a year away from the start
        """
        time = np.zeros(len(states), np.int64)
        inside = np.rint(states.timestamp * _UNIT).astype(np.int64)
        sender = (states.site.astype(np.int64) << 17) | (states.application.astype(np.int64) << 1) | states.absolute
        order = np.argsort(sender, kind="stable")
        groups = np.split(order, np.flatnonzero(np.diff(sender[order])) + 1) if len(order) else []
        for rows in sorted(groups, key=lambda rows: int(rows[0])):
            time[rows] = self._of_sender(int(sender[rows[0]]), inside[rows], time[: rows[0]])
        if len(time):
            self.latest = self._reached(time)
        if np.any(np.abs(time - self.start) > _LONGEST):
            message = "the timestamps lead more than a year away; they are no times of one exercise"
            raise TruthError(message)
        return time

    def _reached(self, time: Integers) -> int:
        """Tell how far the stream has come with the times of its latest PDUs."""
        latest = self.start if self.latest is None else self.latest
        if not len(time):
            return latest
        return int(time.max()) if self.latest is None else max(latest, int(time.max()))

    def _of_sender(self, sender: int, inside: Integers, earlier: Integers) -> Integers:
        """Give the times of one sender's PDUs; ``earlier`` are those of PDUs that came before the first of them."""
        known = self._last.get(sender)
        if known is None:
            reached = self._reached(earlier)
            # Absolute: the same clock for all. Relative: this sender's clock begins now.
            known = (reached, reached % _HOUR if sender & 1 else int(inside[0]))
        last, last_inside = known
        step = np.diff(inside, prepend=last_inside)
        step -= _HOUR * np.floor_divide(step + _HOUR // 2, _HOUR)
        time = last + np.cumsum(step)
        self._last[sender] = (int(time[-1]), int(inside[-1]))
        return time


def _platforms(states: EntityStates) -> Flags:
    platforms: Flags = (states.kind == _PLATFORM) & np.isin(states.domain, _DOMAINS)
    return platforms


def _placed(position: Floats) -> Flags:
    with np.errstate(over="ignore", invalid="ignore"):
        distance = np.linalg.norm(position, axis=-1)
        placed: Flags = (distance > _LOWEST) & (distance < _HIGHEST)
    return placed


def _batch(states: EntityStates, time: Integers) -> Batch:
    identity = (states.site.astype(np.int64) << 32) | (states.application.astype(np.int64) << 16) | states.entity
    known, name = np.unique(identity, return_inverse=True)
    latitude, longitude, height = ecef_to_geodetic(states.position)
    return Batch(
        name=name.astype(np.int32),
        names=[f"{key >> 32}:{key >> 16 & 0xFFFF}:{key & 0xFFFF}" for key in known.tolist()],
        time=time,
        latitude=latitude,
        longitude=longitude,
        height=height,
        target_class=classes_of_platforms(states.domain, states.category),
        formation=np.full(len(states), -1, np.int32),
    )
