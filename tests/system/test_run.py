"""``sidelook run`` as a user meets it: the way from bytes to the page, whole."""

import asyncio
import json
import struct
import time
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Origin

from .conftest import BEGIN, REVISITS, SECOND, SPEED, VEHICLES, Running, Start

WHOLE = f"api/blocks?mission=1&from={BEGIN // 1_000_000}&to={BEGIN // 1_000_000 + 900_000}"


def counts(blocks: bytes) -> dict[int, int]:
    """Count the rows of each kind, by the headers of the protocol."""
    found: dict[int, int] = {}
    while blocks:
        magic, kind, _, count, length = struct.unpack_from("<4sHHII", blocks)
        assert magic == b"SLK1"
        found[kind] = found.get(kind, 0) + count
        blocks = blocks[length:]
    return found


def tracks_in(block: bytes) -> tuple[set[int], NDArray[np.float32]]:
    """Read the identities and the velocities north from a block of tracks, by the layout of the protocol."""
    _, kind, _, count, _ = struct.unpack_from("<4sHHII", block)
    assert kind == 3
    identities = np.frombuffer(block, "<u4", count, 32 + count * 16)
    return set(identities.tolist()), np.frombuffer(block, "<f4", count, 32 + count * 32)


def test_a_recording_becomes_tracks_on_the_page(shown: Running) -> None:
    assert shown.ask("", accept="text/html")[0] == 200
    (mission,) = shown.tell("api/missions")
    assert (mission["name"], mission["plots"], mission["dwells"]) == ("flight.4607", VEHICLES * REVISITS, REVISITS)
    assert (mission["simulated"], mission["tracks"], mission["live"]) == (True, VEHICLES, False)
    rows = counts(shown.blocks(WHOLE))
    assert (rows[1], rows[2]) == (REVISITS, VEHICLES * REVISITS)
    assert rows[3] >= VEHICLES * (REVISITS - 5)
    assert b"sidelook_progress_ratio 1.0" in shown.ask("metrics")[1]


def test_tracks_on_the_page_move_as_the_vehicles_do(shown: Running) -> None:
    _, north = tracks_in(shown.blocks(f"{WHOLE}&kinds=3"))
    assert np.median(north) == pytest.approx(SPEED, abs=1.0)


@pytest.mark.parametrize(
    "headers",
    [
        {"accept": "*/*"},
        {"authorization": "Bearer wrong"},
        {"authorization": "TOKEN", "origin": "http://evil.example"},
        {"authorization": "TOKEN", "host": "evil.example"},
    ],
)
def test_strangers_are_refused(shown: Running, headers: dict[str, str]) -> None:
    headers = {name: value.replace("TOKEN", f"Bearer {shown.token}") for name, value in headers.items()}
    assert shown.ask("api/missions", **headers)[0] == 403


@pytest.mark.parametrize(("token", "origin"), [("wrong", None), ("TOKEN", "http://evil.example")])
def test_strangers_cannot_open_the_websocket(shown: Running, token: str, origin: str | None) -> None:
    address = shown.address.replace("http", "ws") + "live?token=" + token.replace("TOKEN", shown.token)

    async def knock() -> None:
        async with connect(address, origin=Origin(origin) if origin else None):
            pass

    with pytest.raises(InvalidStatus, match="403"):
        asyncio.run(knock())


def test_a_recording_is_not_worked_through_twice(start: Start, flight: Path) -> None:
    first = start("run", str(flight))
    first.missions(lambda m: m["complete"])
    serve = start("serve")  # while the other still has the archive
    (mission,) = serve.missions(lambda m: m["complete"])
    assert counts(serve.blocks(WHOLE))[2] == mission["plots"] == VEHICLES * REVISITS
    assert (serve.stop(), first.stop()) == (0, 0)
    second = start("run", str(flight))
    (mission,) = second.tell("api/missions")
    assert mission["tracks"] == VEHICLES
    assert counts(second.blocks(WHOLE))[2] == VEHICLES * REVISITS
    assert "in the archive already" in second.log.read_text()


async def listen(run: Running, packets: list[bytes], port: int) -> tuple[list[dict[str, object]], dict[int, int]]:
    """Open the WebSocket, send packets over UDP, and take what comes until every dwell has come."""
    loop = asyncio.get_running_loop()
    texts, rows = [], dict.fromkeys((1, 2, 3), 0)
    sender, _ = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, remote_addr=("127.0.0.1", port))
    async with connect(run.address.replace("http", "ws") + f"live?token={run.token}") as socket:
        for packet in packets:
            sender.sendto(packet)
            await asyncio.sleep(0.002)
        async with asyncio.timeout(120):
            while rows[1] < REVISITS:
                message = await socket.recv()
                if isinstance(message, str):
                    texts.append(json.loads(message))
                else:
                    rows = {kind: rows[kind] + counts(message).get(kind, 0) for kind in rows}
    sender.close()
    return texts, rows


def test_a_live_stream_is_tracked_kept_and_pushed(start: Start, packets: list[bytes], udp_port: int) -> None:
    run = start("run", f"udp://127.0.0.1:{udp_port}")
    texts, rows = asyncio.run(listen(run, packets, udp_port))
    assert texts[0]["type"] == "hello"
    assert texts[0]["mode"] == "live"
    assert rows[2] == VEHICLES * REVISITS
    assert rows[3] >= VEHICLES * (REVISITS - 5)
    (mission,) = run.missions(lambda m: m["dwells"] == REVISITS)
    assert mission["live"]
    assert counts(run.blocks(WHOLE))[2] == VEHICLES * REVISITS
    assert run.stop() == 0


def test_a_peer_that_does_not_answer_is_logged_once_and_the_archive_is_named(
    start: Start, udp_port: int, tmp_path: Path
) -> None:
    run = start("run", f"tcp://127.0.0.1:{udp_port}")
    run.wait(lambda: "Connection refused; trying again" in run.log.read_text())
    time.sleep(1)  # two more calls
    log = run.log.read_text()
    assert log.count("Connection refused") == 1
    assert f'"folder": "{tmp_path}/archive", "event": "kept in this archive"' in log
    assert run.stop() == 0


def test_other_senders_are_refused(start: Start, packets: list[bytes], udp_port: int) -> None:
    run = start("run", f"udp://127.0.0.1:{udp_port}?sender=127.0.0.9")

    async def send() -> None:
        loop = asyncio.get_running_loop()
        sender, _ = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, remote_addr=("127.0.0.1", udp_port))
        for packet in packets:
            sender.sendto(packet)
        await asyncio.sleep(2)
        sender.close()

    asyncio.run(send())
    assert run.tell("api/missions") == []


@pytest.mark.parametrize("after", [10, 70])
def test_killing_it_loses_nothing_acknowledged(start: Start, packets: list[bytes], udp_port: int, after: int) -> None:
    """What was on the disk for a second when the process is killed is tracked again after a restart, once."""
    address = f"udp://127.0.0.1:{udp_port}"
    run = start("run", address)
    share = len(packets) * after // 100

    async def send(part: list[bytes]) -> None:
        loop = asyncio.get_running_loop()
        sender, _ = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, remote_addr=("127.0.0.1", udp_port))
        for packet in part:
            sender.sendto(packet)
            await asyncio.sleep(0.002)
        await asyncio.sleep(2.5)  # acknowledged means synced, once a second
        sender.close()

    asyncio.run(send(packets[:share]))
    run.process.kill()
    run.process.wait()
    again = start("run", address)
    asyncio.run(send(packets[share:]))
    (mission,) = again.missions(lambda m: m["dwells"] >= REVISITS)
    assert (mission["dwells"], mission["plots"]) == (REVISITS, VEHICLES * REVISITS)
    times = np.frombuffer(again.blocks(f"{WHOLE}&kinds=1"), "<f8", REVISITS, 32)
    assert times.tolist() == [(BEGIN + i * 30 * SECOND) / 1e6 for i in range(REVISITS)]
    identities, _ = tracks_in(again.blocks(f"{WHOLE}&kinds=3"))
    assert len(identities) == VEHICLES  # the tracker went on from where it was, too


def test_a_folder_that_cannot_be_written_is_reported_and_live_display_goes_on(
    start: Start, packets: list[bytes], udp_port: int, tmp_path: Path
) -> None:
    place = tmp_path / "a file, not a folder"
    place.write_text("")
    run = start("run", f"udp://127.0.0.1:{udp_port}", archive=place)
    texts, rows = asyncio.run(listen(run, packets, udp_port))
    assert rows[2] == VEHICLES * REVISITS
    alarms = [alarm for text in texts for alarm in text.get("alarms", [])]  # type: ignore[attr-defined]
    assert any(alarm["level"] == "error" and "Nothing is kept" in alarm["text"] for alarm in alarms)
    assert "nothing will be kept" in run.log.read_text()


def test_a_full_disk_is_reported_and_live_display_goes_on(start: Start, packets: list[bytes], udp_port: int) -> None:
    """No file may grow beyond 300 kB: to a program that is a disk that fills up."""
    run = start("run", f"udp://127.0.0.1:{udp_port}", largest_file=300_000)
    _, rows = asyncio.run(listen(run, packets, udp_port))
    assert rows[2] == VEHICLES * REVISITS
    assert b"sidelook_storage_failing 0.0" in run.ask("metrics")[1]

    async def fill() -> None:
        loop = asyncio.get_running_loop()
        sender, _ = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, remote_addr=("127.0.0.1", udp_port))
        for _ in range(400_000 // sum(map(len, packets))):
            for packet in packets:
                sender.sendto(packet)
            await asyncio.sleep(0.02)
        sender.close()

    asyncio.run(fill())
    run.wait(lambda: b"sidelook_storage_failing 1.0" in run.ask("metrics")[1])
    assert "storage failing" in run.log.read_text()
    assert counts(run.blocks(WHOLE))[2] >= VEHICLES * REVISITS
    (alarm,) = asyncio.run(first_texts(run))[-1]["alarms"]  # type: ignore[misc]
    assert (alarm["level"], "free space" in alarm["text"]) == ("error", True)


async def first_texts(run: Running) -> list[dict[str, object]]:
    """Take hello and the first status."""
    texts: list[dict[str, object]] = []
    async with connect(run.address.replace("http", "ws") + f"live?token={run.token}", max_size=None) as socket:
        while len(texts) < 2:
            message = await socket.recv()
            if isinstance(message, str):
                texts.append(json.loads(message))
    return texts
