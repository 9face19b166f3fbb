"""Dwells that came before their mission day was told."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from sidelook.formats.stanag4607.context import Setting, mission_key
from sidelook.model.plots import Dwells


@dataclass(frozen=True, slots=True, kw_only=True)
class Undated:
    """Dwells whose mission day is not known yet; their time counts from its midnight."""

    setting: Setting
    dwells: Dwells

    @property
    def weight(self) -> int:
        """Reports, and one for each dwell."""
        return len(self.dwells) + len(self.dwells.plots)


class WaitingRoom:
    """Keeps undated dwells by mission, a bounded number of them.

    Parameters
    ----------
    hold : most reports and dwells kept; beyond it the oldest of the mission that has waited longest go

    Attributes
    ----------
    dwells : that wait
    dropped : given up for want of room
    """

    def __init__(self, hold: int) -> None:
        self.dwells = 0
        self.dropped = 0
        self._room = hold
        self._waiting: dict[bytes, deque[Undated]] = {}

    def add(self, item: Undated) -> None:
        """Let dwells wait, and give up the oldest if there are too many."""
        self._waiting.setdefault(mission_key(item.setting.header), deque()).append(item)
        self.dwells += len(item.dwells)
        self._room -= item.weight
        while self._room < 0 and self._waiting:
            mission, queue = next(iter(self._waiting.items()))
            self.dropped += len(queue[0].dwells)
            self._leave(queue.popleft())
            if not queue:
                del self._waiting[mission]

    def take(self, missions: Iterable[bytes]) -> list[Undated]:
        """Give the dwells of missions whose day is known now, in the order they came."""
        items = [item for mission in missions for item in self._waiting.pop(mission, ())]
        for item in items:
            self._leave(item)
        return items

    def _leave(self, item: Undated) -> None:
        self.dwells -= len(item.dwells)
        self._room += item.weight
