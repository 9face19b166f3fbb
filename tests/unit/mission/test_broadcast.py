import asyncio
import os
import signal
import socket
import threading
import time
from itertools import chain
from math import inf

import pytest

from sidelook.errors import ReleaseRefusedError, StorageError
from sidelook.feeds.address import parse_address
from sidelook.feeds.pace import Pace
from sidelook.feeds.source import FeedError
from sidelook.mission.broadcast import BroadcastReport, Outlet, broadcast

from .conftest import dwell_segment, mission_segment, packet

SECOND = 1_000_000_000
MIDNIGHT = 1_795_305_600 * SECOND  # 2026-11-22
NOBODY = "udp://127.0.0.1:9"


def batches(count: int) -> list[list[bytes]]:
    """Make a dwell a second, ten in each batch, and a mission segment before each ten."""
    return [
        [packet(mission_segment()), *(packet(dwell_segment(10 * number + index, 2)) for index in range(10))]
        for number in range(count)
    ]


def send(to: str, given: list[list[bytes]], speed: float = inf) -> BroadcastReport:
    def play(outlet: Outlet) -> None:
        for number, batch in enumerate(given):
            outlet.offer(batch, MIDNIGHT + 10 * number * SECOND)

    return broadcast(play, parse_address(to), Pace(speed=speed))


def test_datagrams_are_the_packets() -> None:
    given = batches(3)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        report = send(f"udp://127.0.0.1:{receiver.getsockname()[1]}", given)
        receiver.settimeout(5.0)
        found = [receiver.recv(65_535) for _ in range(33)]
    assert found == [*chain(*given)]
    assert report.complete
    assert (report.packets, report.octets) == (33, sum(map(len, found)))


def test_a_stream_is_the_packets() -> None:
    given, found = batches(20), bytearray()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def receive() -> None:
            peer, _ = server.accept()
            with peer:
                while data := peer.recv(65_536):
                    found.extend(data)

        receiver = threading.Thread(target=receive)
        receiver.start()
        assert send(f"tcp://127.0.0.1:{server.getsockname()[1]}", given).complete
        receiver.join(10.0)
    assert bytes(found) == b"".join(chain(*given))


def test_packets_go_out_at_their_times_and_playing_does_not_run_far_ahead() -> None:
    """Sixty seconds at a hundred times real time are 0.6 s; a batch is played only when there is room for it."""
    begun, offered = time.monotonic(), []

    def play(outlet: Outlet) -> None:
        for number, batch in enumerate(batches(6)):
            outlet.offer(batch, MIDNIGHT + 10 * number * SECOND)
            offered.append(time.monotonic() - begun)

    report = broadcast(play, parse_address(NOBODY), Pace(speed=100.0))
    assert time.monotonic() - begun > 0.59 - 0.01
    assert report.packets == 66
    # One is being sent and one waits: the n-th is taken when the (n - 2)-th has been sent.
    for number, at in enumerate(offered):
        assert at > 0.1 * (number - 2) - 0.01


@pytest.mark.parametrize(("second", "days"), [(1, 0), (1, 1), (65_000, 5), (65_000, -3)])
def test_times_are_found_whichever_the_mission_day(second: int, days: int) -> None:
    """Only the dwells' own milliseconds are in the packets; the stretch began four seconds before."""
    loop = asyncio.new_event_loop()
    outlet = Outlet(parse_address(NOBODY), loop)
    loop.close()
    at = MIDNIGHT + (second + days * 86_400) * SECOND
    given = [packet(mission_segment()), packet(dwell_segment(second, 1)), packet(mission_segment())]
    assert [each.moment for each in outlet._timed(given, at - 4 * SECOND)] == [at - 4 * SECOND, at, at]


def test_a_signal_ends_sending_and_playing() -> None:
    """It comes while a third batch waits for room."""
    played: list[int | str] = []
    alarm = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT))

    def play(outlet: Outlet) -> None:
        for number, batch in enumerate(batches(6)):
            if number == 2:
                alarm.start()
            outlet.offer(batch, MIDNIGHT + 10 * number * SECOND)
            played.append(number)
            if outlet.stopped:
                break
        played.append("the end")

    report = broadcast(play, parse_address(NOBODY), Pace(speed=1.0))
    alarm.join()
    assert not report.complete
    assert 0 < report.packets < 11
    assert played == [0, 1, 2, "the end"]


def test_a_peer_that_is_not_there_ends_playing_too() -> None:
    ended = threading.Event()

    def play(outlet: Outlet) -> None:
        while not outlet.stopped:
            outlet.offer(batches(1)[0], MIDNIGHT)
        ended.set()

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        with pytest.raises(FeedError, match="is something listening there"):
            broadcast(play, parse_address(f"tcp://127.0.0.1:{free.getsockname()[1]}"), Pace(speed=inf))
    assert ended.is_set()


def test_what_goes_wrong_in_playing_is_raised() -> None:
    def play(outlet: Outlet) -> None:
        outlet.offer(batches(1)[0], MIDNIGHT)
        message = "the disk is full"
        raise StorageError(message)

    with pytest.raises(StorageError, match="the disk is full"):
        broadcast(play, parse_address(NOBODY), Pace(speed=inf))


def test_what_may_not_leave_this_machine_is_not_sent() -> None:
    secret = [[packet(mission_segment()), packet(dwell_segment(1, 1), classification=2)]]
    with pytest.raises(ReleaseRefusedError, match="above the recipient's clearance"):
        send("udp://192.0.2.1:9", secret)
    assert send(NOBODY, secret).complete
    assert send("udp://192.0.2.1:9", [[]]).complete
