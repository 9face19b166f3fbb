import asyncio

import pytest

from sidelook.console import live
from sidelook.console.live import LiveHub
from sidelook.console.rows import Rows, empty_looks

from .conftest import make_formations, make_rows, make_tracks
from .test_blocks import read_blocks

START = 1000


def ticked(*parts: Rows) -> LiveHub:
    """Make a hub and tick once for each part."""
    hub = LiveHub(position=START)
    for rows in parts:
        hub.publish(rows)
        hub.tick()
    return hub


def tracks_in(payload: bytes) -> list[tuple[int, int]]:
    """Read (track, state) of every row of a message."""
    blocks = [columns for header, columns in read_blocks(payload) if header["kind"] == 3]
    return [(int(track), int(flags) & 255) for c in blocks for track, flags in zip(c["track"], c["flags"], strict=True)]


def test_clients_that_keep_up_share_the_bytes_of_a_tick() -> None:
    hub = ticked(make_rows([0], [(0, 1, 1)]))
    first, second = hub.next(START), hub.next(START)
    assert first is not None
    assert second is not None
    assert first.payload is second.payload
    assert first.position == START + 3  # a dwell, its plot, a track
    assert hub.next(first.position) is None


def test_every_block_bears_the_number_of_the_last_row() -> None:
    delivery = ticked(make_rows([0], [(0, 1, 1)])).next(START)
    assert delivery is not None
    assert [header["sequence"] for header, _ in read_blocks(delivery.payload)] == [START + 3] * 3


def test_a_slow_client_gets_the_latest_state_of_each_track_and_is_told_what_it_skipped() -> None:
    hub = ticked(make_rows([0], [(0, 1, 0), (0, 2, 1)]), make_rows([1], [(1, 1, 1)]), make_rows([2], [(2, 1, 2)]))
    delivery = hub.next(START)
    assert delivery is not None
    assert tracks_in(delivery.payload) == [(2, 1), (1, 2)]
    assert delivery.skipped == 2
    assert delivery.position == hub.position
    assert hub.next(START) is delivery  # another one as late shares the bytes


def test_a_client_that_comes_back_gets_every_row_it_missed() -> None:
    hub = ticked(make_rows([0], [(0, 1, 0)]), make_rows([1], [(1, 1, 1)]), make_rows([2], [(2, 1, 2)]))
    delivery = hub.join(START + 3)
    assert tracks_in(delivery.payload) == [(1, 1), (1, 2)]
    assert delivery.skipped == 0


@pytest.mark.parametrize("position", [None, 3, START + 999])
def test_a_new_client_or_one_from_another_run_gets_the_current_picture(position: int | None) -> None:
    hub = ticked(make_rows([0], [(0, 1, 1), (0, 2, 1)]), make_rows([1], [(1, 1, 4), (1, 2, 2)]))
    delivery = hub.join(position)
    assert tracks_in(delivery.payload) == [(2, 2)]  # track 1 is lost
    assert [header["count"] for header, _ in read_blocks(delivery.payload)] == [2, 2, 1]


def test_what_is_no_longer_kept_becomes_the_current_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "KEPT_ROWS", 4)
    hub = ticked(*(make_rows([t], [(t, 1, 1)]) for t in range(4)))
    assert len(hub.ticks) == 1
    assert not hub.knows(START)
    delivery = hub.next(START)
    assert delivery is not None
    assert delivery.skipped == 12
    assert tracks_in(delivery.payload) == [(1, 1)]


def test_rows_published_between_ticks_go_together() -> None:
    hub = LiveHub(position=START)
    hub.publish(make_rows([0], [(0, 1, 1)]))
    hub.publish(make_rows([1], [(1, 2, 1)]))
    hub.publish(Rows.empty())
    hub.tick()
    assert len(hub.ticks) == 1
    assert tracks_in(hub.ticks[0].payload) == [(1, 1), (2, 1)]


def test_the_hub_ticks_when_rows_arrive_and_wakes_its_clients() -> None:
    async def run() -> int:
        hub = LiveHub(position=START)
        ticking = asyncio.create_task(hub.run())
        news = hub.news
        hub.publish(make_rows([0], [(0, 1, 1)]))
        await asyncio.wait_for(news.wait(), 5)
        ticking.cancel()
        return hub.position

    assert asyncio.run(run()) == START + 3


def test_formations_come_with_the_picture_until_they_are_lost_and_none_of_their_states_is_skipped() -> None:
    hub = LiveHub(position=START)
    for seconds, formation, state in [(1.0, 1, 0), (2.0, 1, 0), (2.0, 2, 0), (3.0, 2, 2)]:
        formations = make_formations([(seconds, formation, state)])
        hub.publish(Rows(looks=empty_looks(), tracks=make_tracks([]), formations=formations))
        hub.tick()
    late, whole = hub.next(START), hub.join(None)
    assert late is not None
    states = [columns["formation"].tolist() for _, columns in read_blocks(late.payload)]
    assert states == [[1, 1, 2, 2]]
    assert [columns["formation"].tolist() for _, columns in read_blocks(whole.payload)] == [[1]]
