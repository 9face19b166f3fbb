import io
from dataclasses import replace

import numpy as np
import pytest

from sidelook.formats.stanag4607 import WriterSettings, encode_dwells
from sidelook.mission.opening import NotARecordingError
from sidelook.mission.outlook import NoDwellsError, Survey, survey

from .test_chain import BEGIN, REVISITS, SECOND, VEHICLES, make_flight


def ignore(_: int) -> None:
    """Show no progress."""


def test_a_recording_is_known_before_it_is_worked_through() -> None:
    data = b"".join(encode_dwells(make_flight(), WriterSettings()))
    outlook, digest = survey(io.BufferedReader(io.BytesIO(data)), "a.4607", ignore)
    assert outlook.time.tolist() == [BEGIN + 30 * i * SECOND for i in range(REVISITS)]
    assert outlook.plot_count.tolist() == [VEHICLES] * REVISITS
    assert (outlook.revisit, outlook.simulated) == (30.0, True)
    assert outlook.box is not None
    assert np.degrees(outlook.box.south) == pytest.approx(30.0, abs=1e-6)
    assert len(digest) == 64
    assert outlook.activity(2).plots.tolist() == [VEHICLES * REVISITS // 2] * 2


def test_a_box_over_the_antimeridian_is_narrow() -> None:
    dwells = make_flight()
    shifted = (dwells.plots.longitude + np.radians(220.0 - 0.01) + np.pi) % (2 * np.pi) - np.pi
    gathered = Survey()
    gathered.take(replace(dwells, plots=replace(dwells.plots, longitude=shifted)))
    box = gathered.outlook().box
    assert box is not None
    assert box.west > 0 > box.east  # crosses
    assert (box.east - box.west) % (2 * np.pi) < np.radians(0.1)


def test_what_holds_nothing_to_show_is_refused() -> None:
    with pytest.raises(NotARecordingError):
        survey(io.BufferedReader(io.BytesIO(bytes(100))), "zeros", ignore)
    packets = encode_dwells(make_flight(), WriterSettings())
    undated = b"".join(packet for packet in packets if packet[32] == 2)  # dwells without the mission's day
    with pytest.raises(NoDwellsError, match="with a date"):
        survey(io.BufferedReader(io.BytesIO(undated)), "undated", ignore)
