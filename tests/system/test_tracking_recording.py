"""A recording made elsewhere, with ten tagged vehicles: the tracker never sees the tags, the report does."""

from pathlib import Path

import numpy as np

from sidelook.formats.stanag4607 import decode_dwells
from sidelook.geometry.ground import Ellipsoid
from sidelook.model.plots import Dwells
from sidelook.tracking.bridge import look_from_dwells, mission_frame, track_table
from sidelook.tracking.look import split_look
from sidelook.tracking.metrics import TruthReport, truth_report
from sidelook.tracking.tracker import Tracker


def follow(dwells: Dwells) -> TruthReport:
    """Track dwell by dwell; a track counts as confirmed once it shows in a table."""
    frame = mission_frame(dwells)
    ground = Ellipsoid(frame=frame)
    tracker = Tracker(ground=ground)
    state, assigned, confirmed = tracker.init(), [], [np.zeros(0, np.int64)]
    for look in split_look(look_from_dwells(dwells, frame, ground, tracker.settings)):
        state, result = tracker.step(state, look)
        assigned.append(result.assigned)
        confirmed.append(track_table(state, result.rows, frame, ground).track)
    return truth_report(dwells.plots.truth_entity, np.concatenate(assigned), np.unique(np.concatenate(confirmed)))


def test_ten_vehicles_are_ten_tracks(shared_data: Path) -> None:
    report = follow(decode_dwells((shared_data / "gmti" / "afrl_10_targets.4607").read_bytes(), source="test"))
    assert len(report.vehicle) == 10
    assert report.confirmed_tracks <= 11
    assert (report.main_share >= 0.85).all()
    assert report.purity >= 0.97
