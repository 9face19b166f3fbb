from dataclasses import replace

import numpy as np

from sidelook.formats.stanag4607.context import SensorErrors, Setting, mission_key
from sidelook.formats.stanag4607.waiting import Undated, WaitingRoom
from sidelook.model.plots import Dwells


def item(dwells: Dwells, platform: bytes, revisit: int) -> Undated:
    """Three dwells with five plots, of one platform."""
    header = b"30\0\0\0\x20XN\x05XN\0\0\1" + platform.ljust(10) + bytes(8)
    setting = Setting(header=header, origin=dwells.origins[0], day=None, errors=SensorErrors())
    return Undated(setting=setting, dwells=replace(dwells, revisit=np.full(3, revisit, np.int32)))


def test_missions_wait_apart_and_leave_in_order(dwells: Dwells) -> None:
    room = WaitingRoom(100)
    one, other = item(dwells, b"ONE", 1), item(dwells, b"OTHER", 2)
    for each in (one, other, item(dwells, b"ONE", 3)):
        room.add(each)
    assert room.dwells == 9
    left = room.take([mission_key(one.setting.header), b"nobody"])
    assert [int(each.dwells.revisit[0]) for each in left] == [1, 3]
    assert (room.dwells, room.dropped) == (3, 0)
    assert room.take([mission_key(one.setting.header)]) == []


def test_the_oldest_goes_when_there_is_no_room(dwells: Dwells) -> None:
    room = WaitingRoom(20)
    for revisit in range(4):
        room.add(item(dwells, b"ONE", revisit))
    assert (room.dwells, room.dropped) == (6, 6)
    (first, second) = room.take([mission_key(item(dwells, b"ONE", 0).setting.header)])
    assert (first.dwells.revisit[0], second.dwells.revisit[0]) == (2, 3)


def test_what_is_larger_than_the_room_does_not_stay(dwells: Dwells) -> None:
    room = WaitingRoom(7)
    room.add(item(dwells, b"ONE", 1))
    assert (room.dwells, room.dropped) == (0, 3)
    assert item(dwells, b"ONE", 1).weight == 8
